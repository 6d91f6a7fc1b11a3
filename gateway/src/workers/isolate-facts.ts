import { env, waitUntil } from 'cloudflare:workers';
import { parseApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { lifeOf, REFUSED_MS, type FactLife } from '../core/key.ts';
import { RouteTable } from '../core/route.ts';
import { type Keys, type Routes, Unreachable } from '../ports.ts';
import type { CoreClock } from './clock.ts';
import { say } from './log.ts';
import { sha256Hex } from './mint.ts';
import { type Change, type FactsAnswer, STALE_MAX_MS } from './report.ts';
import type { WorkersEnv } from './settings.ts';

/** Facts this old are asked for again behind the requests that use them. */
const RENEW_MS = 1_000;
/** No request is decided on facts older than this, while the facts object answers. */
const FRESH_MS = 2_000;
const KEYS_MAX = 10_000;
const UNKNOWN_MAX = 1_000;

export type IsolateFactsOf = {
  readonly clock: CoreClock;
  readonly region: string;
  /** Name of the till object of the customer that a key refers to. */
  readonly objectOf: (customerRef: string) => string;
  readonly learnt: (customerId: string, object: string) => void;
  readonly onChange: (change: Change) => void;
};

/** Routes and keys as one isolate knows them. */
export class IsolateFacts implements Routes, Keys {
  readonly #of: IsolateFactsOf;
  #table: RouteTable | undefined;
  readonly #keys = new Map<string, { fact: KeyFact; life: FactLife }>();
  /** Hashes of keys that do not exist, and until when that is believed. */
  readonly #unknown = new Map<string, number>();
  /** Whom to ask about a key: the customer reference is in the key, not in its hash. */
  readonly #customerRefs = new Map<string, string>();
  #position = { life: '', cursor: '0', edition: 0 };
  /** Number of the last change of a key or a customer. */
  #changedAt = 0n;
  #askedAt = Number.NEGATIVE_INFINITY;
  #renewingAt = Number.NEGATIVE_INFINITY;
  #verifiedAt = Number.NEGATIVE_INFINITY;

  constructor(of: IsolateFactsOf) {
    this.#of = of;
  }

  /** Resolves when the facts are fresh enough to decide on; at once when they are. */
  fresh(): Promise<void> | undefined {
    const now = this.#of.clock.wall();
    const age = now - this.#askedAt;
    if (age >= FRESH_MS) return this.#renew();
    if (age >= RENEW_MS && now - this.#renewingAt >= RENEW_MS) {
      this.#renewingAt = now;
      waitUntil(this.#renew());
    }
    return undefined;
  }

  current(): RouteTable | undefined {
    const age = this.#of.clock.wall() - this.#verifiedAt;
    return age <= STALE_MAX_MS ? this.#table : undefined;
  }

  /** SHA-256 of a key; keeps in mind whom to ask about it. */
  readonly hash = async (text: string): Promise<string> => {
    const hash = await sha256Hex(text);
    const key = parseApiKey(text);
    if (key) bounded(this.#customerRefs, KEYS_MAX).set(hash, key.customerRef);
    return hash;
  };

  peek(ref: string): KeyFact | null | undefined {
    const known = this.#keys.get(ref);
    if (known) {
      const { beginsAt, renewAt, endsAt } = known.life;
      const now = this.#of.clock.now();
      return now >= beginsAt && now < Math.min(renewAt, endsAt) ? known.fact : undefined;
    }
    const until = this.#unknown.get(ref);
    return until !== undefined && this.#of.clock.wall() < until ? null : undefined;
  }

  async load(ref: string): Promise<KeyFact | null> {
    const { clock } = this.#of;
    const { cursor } = this.#position;
    const fact = await this.#ask(ref, cursor);
    // A change that came meanwhile may be newer than this answer: it serves this request only.
    if (this.#changedAt > BigInt(cursor)) return fact;
    if (fact) {
      const life = lifeOf(fact, clock.now());
      bounded(this.#keys, KEYS_MAX).set(ref, { fact, life });
    } else bounded(this.#unknown, UNKNOWN_MAX).set(ref, clock.wall() + REFUSED_MS);
    return fact;
  }

  /** Asks the till object of the customer, which for a token has to be found first. */
  async #ask(ref: string, cursor: string): Promise<KeyFact | null> {
    const { clock, learnt, objectOf } = this.#of;
    const isToken = ref.includes('=');
    const customerRef =
      this.#customerRefs.get(ref) ?? (isToken ? await this.#find(ref) : undefined);
    if (customerRef === null) return null;
    if (customerRef === undefined) throw new Error('a key is hashed before it is looked up');
    const object = objectOf(customerRef);
    const askedAt = clock.wall();
    const { TILLS } = env as unknown as WorkersEnv;
    const answer = await TILLS.getByName(object)
      .key({ ref, cursor, ...(isToken && { customerRef }) })
      .catch((error: unknown) => {
        throw new Unreachable('the till object did not answer', { cause: error });
      });
    clock.learn(answer.now, askedAt);
    if (answer.moved) {
      this.#customerRefs.delete(ref);
      throw new Unreachable('a token names another customer by now');
    }
    const { fact } = answer;
    if (fact === undefined) throw new Unreachable('billing-core cannot be asked about a key');
    if (fact) learnt(fact.customer.id, object);
    return fact;
  }

  /** The customer reference of who a token names; null for nobody. */
  async #find(ref: string): Promise<string | null> {
    const { FACTS } = env as unknown as WorkersEnv;
    const found = await FACTS.getByName(this.#of.region)
      .holder(ref)
      .catch(() => undefined);
    if (found === undefined) throw new Unreachable('billing-core cannot be asked about a token');
    if (found !== null) bounded(this.#customerRefs, KEYS_MAX).set(ref, found);
    return found;
  }

  async #renew(): Promise<void> {
    const { clock, region } = this.#of;
    const askedAt = clock.wall();
    try {
      const { FACTS } = env as unknown as WorkersEnv;
      this.#takeIn(await FACTS.getByName(region).read(this.#position), askedAt);
    } catch (error) {
      say('warn', 'facts not read', { err: error });
    }
    this.#askedAt = Math.max(this.#askedAt, askedAt);
  }

  #takeIn(answer: FactsAnswer, askedAt: number): void {
    const { life, cursor, edition, changes, routes, age } = answer;
    if (life === '') return;
    // Answers may overtake each other; an older one tells nothing new.
    const sameLife = life === this.#position.life;
    if (sameLife && BigInt(cursor) < BigInt(this.#position.cursor)) return;
    if (changes === null) this.#keys.clear();
    for (const change of changes ?? []) this.#apply(change);
    if (changes === null) {
      this.#changedAt = BigInt(cursor);
      this.#of.onChange({ kind: 'reset', id: '', number: cursor });
    }
    if (routes) this.#table = new RouteTable(routes);
    this.#position = { life, cursor, edition };
    this.#verifiedAt = Math.max(this.#verifiedAt, askedAt - age);
  }

  #apply(change: Change): void {
    const { kind, id, number } = change;
    if (BigInt(number) <= BigInt(this.#position.cursor)) return;
    // Core's database went back: nothing that was learnt before holds for certain.
    const isReset = kind === 'reset';
    if (isReset || kind === 'key' || kind === 'customer') {
      this.#changedAt = BigInt(number);
      this.#unknown.clear();
      for (const [hash, { fact }] of this.#keys) {
        const isMeant = isReset || fact.key_id === id || fact.customer.id === id;
        if (isMeant) this.#keys.delete(hash);
      }
    }
    this.#of.onChange(change);
  }
}

/** The map, with room for one more: what was put in first goes first. */
function bounded<Value>(map: Map<string, Value>, max: number): Map<string, Value> {
  if (map.size >= max) {
    for (const key of map.keys()) {
      map.delete(key);
      break;
    }
  }
  return map;
}
