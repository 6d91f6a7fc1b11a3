import { setTimeout as delay } from 'node:timers/promises';
import { type KeyFact, keyFact } from '@tollgate/billing-core/contract/facts.ts';
import { GenerationCache } from '../core/generation-cache.ts';
import { lifeOf, REFUSED_MS, type FactLife } from '../core/key.ts';
import { type Clock, type Exchange, type Keys, Unreachable } from '../ports.ts';
import type { CoreClient } from './core-client.ts';
import { CustomerFacts } from './customer-facts.ts';
import type { FactStore } from './fact-store.ts';
import { type Freshness, STALE_MAX_MS } from './freshness.ts';
import type { Log } from './log.ts';
import type { Telemetry } from './telemetry.ts';
import { Touched } from './touched.ts';
import type { RequestTrace } from './tracing.ts';

const UNKNOWN_MAX = 10_000;
const LOOKUPS_MAX = 1_000;
const LOOKUP_TIMEOUT_MS = 2_000;
const REREADS_MAX = 3;
const REFRESHES_AT_ONCE = 16;
const REFRESH_PAUSE_MS = 100;
const REFRESH_PAUSE_MAX_MS = 400;
/** Of a customer with more keys than this, the rest is dropped and read again when used. */
const REFRESHES_MAX = 500;
const RENEWALS_AT_ONCE = 64;
const OVERDUE_MAX = 10_000;

type Entry = {
  readonly fact: KeyFact;
  readonly at: number;
  /** A change of it is known that could not be read: the feed no longer vouches for it. */
  overdue: boolean;
  life: FactLife;
};

/** The request that waits for an answer. */
type Asker = Partial<Exchange> & { readonly trace?: RequestTrace | undefined };

/** A hash, or who a token names. */
const pathOf = (ref: string): string =>
  ref.includes('=') ? `/internal/v1/holders?${ref}` : `/internal/v1/keys/${ref}`;

export type KeyFactsOf = {
  readonly core: CoreClient;
  readonly store: FactStore;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly log: Log;
};

/** Facts about keys: from memory, else from core, else, while core is unreachable, from disk. */
export class KeyFacts implements Keys {
  readonly #of: KeyFactsOf;
  readonly #known: GenerationCache<Entry>;
  readonly #customers: CustomerFacts;
  readonly #unknown = new GenerationCache<number>(UNKNOWN_MAX);
  readonly #asking = new Map<string, Promise<KeyFact | null>>();
  readonly #touched = new Touched();
  readonly #overdue = new Set<string>();
  #refreshing = 0;
  #renewing = 0;
  readonly #toRefresh = new Set<string>();

  constructor(of: KeyFactsOf) {
    this.#of = of;
    this.#known = new GenerationCache(of.store.keysMax);
    this.#customers = new CustomerFacts(of.store.keysMax);
  }

  get size(): number {
    return this.#known.size;
  }

  peek(hash: string, now = this.#of.clock.now()): KeyFact | null | undefined {
    const entry = this.#known.get(hash);
    if (entry !== undefined) {
      if (!this.#servable(entry, now)) return undefined;
      const { beginsAt, endsAt } = entry.life;
      if (now >= entry.life.renewAt) this.#renew(hash, entry, now);
      return now >= beginsAt && now < endsAt ? entry.fact : undefined;
    }
    const until = this.#unknown.get(hash);
    return until !== undefined && this.#of.freshness.now() < until ? null : undefined;
  }

  /** Reads the facts again behind the requests that go on with what these still tell. */
  #renew(hash: string, entry: Entry, now: number): void {
    if (this.#renewing >= RENEWALS_AT_ONCE) return;
    entry.life = lifeOf(entry.fact, now);
    this.#renewing += 1;
    void this.#read(hash)
      .catch(() => undefined)
      .finally(() => (this.#renewing -= 1));
  }

  load(hash: string, on: Asker = {}): Promise<KeyFact | null> {
    const asking = this.#asking.get(hash);
    if (asking) return asking;
    const answer = this.#load(hash, on.trace).finally(() => this.#asking.delete(hash));
    this.#asking.set(hash, answer);
    return answer;
  }

  #servable({ at, overdue }: Entry, now?: number): boolean {
    const { freshness } = this.#of;
    return overdue ? freshness.now() - at <= STALE_MAX_MS : freshness.holds(at, now);
  }

  async #load(hash: string, trace?: RequestTrace): Promise<KeyFact | null> {
    const { telemetry } = this.#of;
    try {
      if (this.#asking.size >= LOOKUPS_MAX) throw new Unreachable('too many lookups under way');
      const fact = await this.#read(hash, trace);
      telemetry.lookedUp(fact ? 'found' : 'unknown');
      return fact;
    } catch (error) {
      const fact = error instanceof Unreachable ? this.#stored(hash) : undefined;
      telemetry.lookedUp(fact ? 'stored' : 'unreachable');
      if (fact) return fact;
      throw error;
    }
  }

  /** Asks core until the answer is not older than a change that came meanwhile. */
  async #read(hash: string, trace?: RequestTrace): Promise<KeyFact | null> {
    const { core } = this.#of;
    for (let reading = 1; ; reading++) {
      const began = this.#touched.mark();
      const at = this.#of.freshness.now();
      const { status, body } = await core.get(pathOf(hash), LOOKUP_TIMEOUT_MS, { trace });
      const parsed = status === 200 ? keyFact.safeParse(body) : undefined;
      if (parsed && !parsed.success) throw new Unreachable('billing-core sent no key facts');
      const fact = parsed ? this.#customers.shared(parsed.data) : null;
      const stale = fact
        ? this.#touched.since(began, fact.key_id) || this.#touched.since(began, fact.customer.id)
        : this.#touched.anyKeySince(began);
      if (!stale) {
        this.#remember(hash, fact, at);
        return fact;
      }
      if (reading >= REREADS_MAX) return fact;
    }
  }

  #remember(hash: string, fact: KeyFact | null, at: number): void {
    const { store, log } = this.#of;
    this.#overdue.delete(hash);
    try {
      if (fact === null) {
        this.#known.delete(hash);
        this.#unknown.set(hash, at + REFUSED_MS);
        store.dropHash(hash);
        return;
      }
      const row = { keyId: fact.key_id, customerId: fact.customer.id, verifiedAt: at };
      const gone = store.putKey(hash, { ...row, fact: JSON.stringify(fact) });
      this.#unknown.delete(hash);
      const life = lifeOf(fact, this.#of.clock.now());
      this.#known.set(hash, { fact, at, overdue: false, life });
      for (const other of gone) this.#known.delete(other);
    } catch (error) {
      // Not on disk means that no change would find it: then it is not kept in memory either.
      this.#known.delete(hash);
      store.dropHash(hash);
      log.error({ err: error }, 'a key could not be stored');
    }
  }

  #stored(hash: string): KeyFact | undefined {
    const row = this.#of.store.key(hash);
    const parsed = row && keyFact.safeParse(JSON.parse(row.fact));
    if (!row || !parsed?.success) return undefined;
    const overdue = this.#overdue.has(hash);
    const fact = this.#customers.shared(parsed.data);
    const life = lifeOf(fact, this.#of.clock.now());
    const entry: Entry = { fact, at: row.verifiedAt, overdue, life };
    if (!this.#servable(entry)) return undefined;
    this.#known.set(hash, entry);
    return entry.fact;
  }

  /** A key changed: forgotten at once, read again when it is used. */
  dropKey(keyId: string): void {
    this.#touched.key(keyId);
    this.#unknown.clear();
    for (const hash of this.#of.store.dropKey(keyId)) this.#forget(hash);
  }

  /** A customer changed: its keys are read again behind the requests that go on meanwhile. */
  refreshCustomer(customerId: string): void {
    this.#touched.customer(customerId);
    const inMemory: string[] = [];
    for (const hash of this.#of.store.hashesOf(customerId)) {
      if (this.#known.get(hash) && inMemory.length < REFRESHES_MAX) inMemory.push(hash);
      else {
        this.#of.store.dropHash(hash);
        this.#forget(hash);
      }
    }
    this.#refresh(inMemory);
  }

  /** Reads again what changed while core could not be asked. */
  retryOverdue(): void {
    this.#refresh(this.#overdue);
  }

  /** Nothing that is known can be trusted any more. */
  dropAll(): void {
    this.#touched.all();
    this.#of.store.dropAll();
    this.#known.clear();
    this.#customers.clear();
    this.#unknown.clear();
    this.#overdue.clear();
  }

  #forget(hash: string): void {
    this.#known.delete(hash);
    this.#overdue.delete(hash);
  }

  #refresh(hashes: Iterable<string>): void {
    for (const hash of hashes) this.#toRefresh.add(hash);
    while (this.#refreshing < REFRESHES_AT_ONCE && this.#toRefresh.size > 0) {
      this.#refreshing += 1;
      void this.#refreshNext();
    }
  }

  async #refreshNext(): Promise<void> {
    for (const hash of this.#toRefresh) {
      this.#toRefresh.delete(hash);
      await this.#readPatiently(hash);
    }
    this.#refreshing -= 1;
  }

  async #readPatiently(hash: string): Promise<void> {
    for (let pause = REFRESH_PAUSE_MS; pause <= REFRESH_PAUSE_MAX_MS; pause *= 2) {
      try {
        await this.#read(hash);
        return;
      } catch {
        await delay(pause, undefined, { ref: false });
      }
    }
    const entry = this.#known.get(hash);
    if (this.#overdue.size >= OVERDUE_MAX && !this.#overdue.has(hash)) {
      // One that is not remembered as overdue must not be served as if it were not.
      this.#known.delete(hash);
      this.#of.store.dropHash(hash);
      return;
    }
    if (entry) entry.overdue = true;
    this.#overdue.add(hash);
  }
}
