import { env, waitUntil } from 'cloudflare:workers';
import { parseApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { lifeOf, type FactLife } from '../core/key.ts';
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
const UNKNOWN_MS = 2_000;
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
  /** Which object knows a key: the customer reference is in the key, not in its hash. */
  readonly #objects = new Map<string, string>();
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
    if (key) bounded(this.#objects, KEYS_MAX).set(hash, this.#of.objectOf(key.customerRef));
    return hash;
  };

  peek(hash: string): KeyFact | null | undefined {
    const known = this.#keys.get(hash);
    if (known) {
      const { renewAt, endsAt } = known.life;
      return this.#of.clock.now() < Math.min(renewAt, endsAt) ? known.fact : undefined;
    }
    const until = this.#unknown.get(hash);
    return until !== undefined && this.#of.clock.wall() < until ? null : undefined;
  }

  async load(hash: string): Promise<KeyFact | null> {
    const { clock, learnt } = this.#of;
    const object = this.#objects.get(hash);
    if (object === undefined) throw new Error('a key is hashed before it is looked up');
    const { cursor } = this.#position;
    const askedAt = clock.wall();
    const { TILLS } = env as unknown as WorkersEnv;
    const answer = await TILLS.getByName(object)
      .key({ hash, cursor })
      .catch((error: unknown) => {
        throw new Unreachable('the till object did not answer', { cause: error });
      });
    clock.learn(answer.now, askedAt);
    const { fact } = answer;
    if (fact === undefined) throw new Unreachable('billing-core cannot be asked about a key');
    if (fact) learnt(fact.customer.id, object);
    // A change that came meanwhile may be newer than this answer: it serves this request only.
    if (this.#changedAt > BigInt(cursor)) return fact;
    if (fact) {
      const life = lifeOf(fact, clock.now());
      bounded(this.#keys, KEYS_MAX).set(hash, { fact, life });
    } else bounded(this.#unknown, UNKNOWN_MAX).set(hash, clock.wall() + UNKNOWN_MS);
    return fact;
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
    if (changes === null) this.#changedAt = BigInt(cursor);
    if (routes) this.#table = new RouteTable(routes);
    this.#position = { life, cursor, edition };
    this.#verifiedAt = Math.max(this.#verifiedAt, askedAt - age);
  }

  #apply(change: Change): void {
    const { kind, id, number } = change;
    if (BigInt(number) <= BigInt(this.#position.cursor)) return;
    if (kind === 'key' || kind === 'customer') {
      this.#changedAt = BigInt(number);
      this.#unknown.clear();
      for (const [hash, { fact }] of this.#keys) {
        if (fact.key_id === id || fact.customer.id === id) this.#keys.delete(hash);
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
