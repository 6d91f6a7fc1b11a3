import type { TokenRule } from '@tollgate/billing-core/contract/token-rule.ts';
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';

/** The issuer does not say which keys it signs with, and what it said before is too old. */
export class IssuerAway extends Error {}

/** Keys that an issuer signs with, as of a reading. */
export type KeySet = LocalJWKSet;

/** A set this old is read again behind the requests that use it. */
const FRESH_MS = 600_000;
/** A set this old says nothing any more: its issuer could not be asked for so long. */
const STALE_MAX_MS = 3_600_000;
/** Strange keys, and an issuer that does not answer, are no reason to ask it more often. */
const AGAIN_MS = 30_000;
const FAILED_MS = 5_000;
/** Two questions, each with its time limit. */
const READING_MAX_MS = 7_000;
/** Who waits for another one's reading looks again so soon, ... */
const LOOK_AGAIN_MS = 10;
/** ... and at last so seldom: thousands may wait while an issuer says nothing. */
const LOOK_AGAIN_MS_MAX = 200;
const SETS_MAX = 200;
const KEYS_MAX = 100;

export type KeySetsOf = {
  /** The JSON at a URL; rejects when there is none. */
  readonly read: (url: string) => Promise<unknown>;
  /** ms of a clock that only runs on. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
  /** Lets this go on behind the request. */
  readonly behind: (work: Promise<unknown>) => void;
};

type Kept = {
  set: KeySet | undefined;
  readAt: number;
  triedAt: number;
  failedAt: number;
  /** A request is asking the issuer. */
  readingSince: number | null;
};

type Where = Pick<TokenRule, 'issuer' | 'jwks_url'>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isSet = (value: unknown): value is JSONWebKeySet =>
  isObject(value) && Array.isArray(value.keys) && value.keys.length <= KEYS_MAX;

const later = (ms: number): number => Math.min(2 * ms, LOOK_AGAIN_MS_MAX);

/** The key sets of issuers, kept, and read again when they are old or lack a key. */
export class KeySets {
  readonly #of: KeySetsOf;
  readonly #kept = new Map<string, Kept>();

  constructor(of: KeySetsOf) {
    this.#of = of;
  }

  /** The issuer's keys. Rejects with IssuerAway when there are none to go on with. */
  of(where: Where): KeySet | Promise<KeySet> {
    const kept = this.#keptOf(where);
    if (!this.#holds(kept)) return this.#first(where, kept);
    const now = this.#of.now();
    if (now - kept.readAt > FRESH_MS && now - kept.triedAt >= AGAIN_MS) {
      this.#of.behind(this.#read(where, kept).catch(() => undefined));
    }
    return kept.set;
  }

  #holds(kept: Kept): kept is Kept & { set: KeySet } {
    return kept.set !== undefined && this.#of.now() - kept.readAt <= STALE_MAX_MS;
  }

  /** The first who comes asks the issuer; the others look again in a moment. */
  async #first(where: Where, kept: Kept): Promise<KeySet> {
    for (let ms = LOOK_AGAIN_MS; !this.#holds(kept); ms = later(ms)) {
      if (this.#of.now() - kept.failedAt < FAILED_MS) {
        throw new IssuerAway('the issuer did not answer a moment ago');
      }
      if (!this.#isReading(kept)) return this.#read(where, kept);
      await this.#of.pause(ms);
    }
    return kept.set;
  }

  /** A reading whose request was cancelled never ends: it counts for so long only. */
  #isReading({ readingSince }: Kept): boolean {
    return readingSince !== null && this.#of.now() - readingSince < READING_MAX_MS;
  }

  /**
   * A token names a key that the set lacks: the set as it is now, if it may be asked for again so
   * soon. Undefined when not, or when the issuer does not answer.
   */
  async newer(where: Where, than: KeySet): Promise<KeySet | undefined> {
    const kept = this.#keptOf(where);
    for (let ms = LOOK_AGAIN_MS; kept.set === than && this.#isReading(kept); ms = later(ms)) {
      await this.#of.pause(ms);
    }
    if (kept.set !== than) return kept.set;
    if (this.#of.now() - kept.triedAt < AGAIN_MS) return undefined;
    return await this.#read(where, kept).catch(() => undefined);
  }

  #keptOf({ issuer, jwks_url }: Where): Kept {
    const name = `${jwks_url ?? ''} ${issuer}`;
    const known = this.#kept.get(name);
    if (known) return known;
    if (this.#kept.size >= SETS_MAX) this.#kept.clear();
    const never = Number.NEGATIVE_INFINITY;
    const times = { readAt: never, triedAt: never, failedAt: never, readingSince: null };
    const kept: Kept = { set: undefined, ...times };
    this.#kept.set(name, kept);
    return kept;
  }

  async #read(where: Where, kept: Kept): Promise<KeySet> {
    const at = this.#of.now();
    kept.triedAt = at;
    kept.readingSince = at;
    try {
      const set = await this.#of.read(where.jwks_url ?? (await this.#discover(where.issuer)));
      if (!isSet(set)) throw new Error('this is no key set');
      kept.set = createLocalJWKSet(set);
      kept.readAt = at;
      return kept.set;
    } catch (error) {
      kept.failedAt = this.#of.now();
      throw new IssuerAway('the issuer gave no keys', { cause: error });
    } finally {
      if (kept.readingSince === at) kept.readingSince = null;
    }
  }

  /** OpenID Connect Discovery: the issuer says where its keys are. */
  async #discover(issuer: string): Promise<string> {
    const base = issuer.replace(/\/+$/, '');
    const told = await this.#of.read(`${base}/.well-known/openid-configuration`);
    if (!isObject(told) || told.issuer !== issuer) throw new Error('another issuer answers there');
    const { jwks_uri: at } = told;
    // One that is asked over TLS does not have its keys where anybody on the way could put others.
    const safe = issuer.startsWith('https:') ? /^https:\/\//i : /^https?:\/\//i;
    if (typeof at !== 'string' || !safe.test(at)) throw new Error('no keys are told');
    return at;
  }
}
