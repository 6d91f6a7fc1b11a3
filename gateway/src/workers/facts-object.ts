import { DurableObject } from 'cloudflare:workers';
import type { RoutesSnapshot } from '@tollgate/billing-core/contract/facts.ts';
import { Unreachable } from '../ports.ts';
import { ChangesGone, CoreClient } from './core-client.ts';
import { say } from './log.ts';
import { randomText } from './mint.ts';
import type { Change, FactsAnswer, FactsQuestion } from './report.ts';
import { CoreClock } from './clock.ts';
import { readSettings, type WorkersEnv } from './settings.ts';

/** An answer rests on what core said at most this long ago. */
const POLL_MS = 500;
const CHANGES_MAX = 2_000;
/** How often it is stored that core vouched for the facts. */
const SAVE_MS = 60_000;

type Feed = { life: string; cursor: bigint; edition: number; verifiedAt: number };

/**
 * The routes and the changes feed of one region, read when isolates ask: core sees two short
 * questions a second from a busy region, and none from an idle one.
 */
export class FactsObject extends DurableObject<WorkersEnv> {
  readonly #core: CoreClient;
  readonly #clock = new CoreClock();
  #feed: Feed | undefined;
  #routes: RoutesSnapshot | undefined;
  #changes: Change[] = [];
  /** Changes up to here are not remembered. */
  #floor = 0n;
  #anchored = false;
  #polledAt = 0;
  #savedAt = 0;
  #polling: Promise<void> | undefined;

  constructor(ctx: DurableObjectState, env: WorkersEnv) {
    super(ctx, env);
    this.#core = new CoreClient(readSettings(env));
    const stored = ctx.storage.kv.get<{ feed: Feed; routes: RoutesSnapshot }>('facts');
    if (!stored) return;
    this.#feed = stored.feed;
    this.#routes = stored.routes;
    this.#floor = stored.feed.cursor;
  }

  /** What changed since the isolate asked last. */
  async read(question: FactsQuestion): Promise<FactsAnswer> {
    if (this.#clock.wall() - this.#polledAt >= POLL_MS) {
      this.#polling ??= this.#poll().finally(() => {
        this.#polling = undefined;
      });
    }
    await this.#polling;
    const feed = this.#feed;
    if (!feed || !this.#routes) {
      return { life: '', cursor: '0', changes: null, edition: 0, age: Number.MAX_SAFE_INTEGER };
    }
    const { life, cursor, edition, verifiedAt } = feed;
    const from = BigInt(question.cursor);
    const known = question.life === life && from >= this.#floor;
    return {
      life,
      cursor: String(cursor),
      changes: known ? this.#changes.filter(({ number }) => BigInt(number) > from) : null,
      edition,
      ...((question.life !== life || question.edition !== edition) && { routes: this.#routes }),
      age: this.#clock.wall() - verifiedAt,
    };
  }

  /**
   * The customer reference of who a token names: by it the till object is chosen that knows more.
   * Null: nobody. Undefined: core cannot be asked.
   */
  async holder(ref: string): Promise<string | null | undefined> {
    try {
      return (await this.#core.key(ref))?.customer_ref ?? null;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return undefined;
    }
  }

  async #poll(): Promise<void> {
    const at = this.#clock.wall();
    try {
      if (!this.#anchored) await this.#anchor();
      await this.#follow();
      if (this.#feed) this.#feed.verifiedAt = at;
      if (at - this.#savedAt >= SAVE_MS) this.#save();
    } catch (error) {
      this.#anchored = false;
      // The next reading begins another life, in which isolates read all anew.
      if (error instanceof ChangesGone) this.#feed = undefined;
      say('warn', 'facts not read', { err: error });
    }
    this.#polledAt = this.#clock.wall();
  }

  /** Reads the routes, and whether the feed goes on where it was left. */
  async #anchor(): Promise<void> {
    const routes = await this.#core.routes();
    const newest = BigInt(routes.last);
    // Numbers only grow: a smaller one means that core went back to an earlier state.
    if (!this.#feed || newest < this.#feed.cursor) {
      this.#feed = { life: randomText(10), cursor: newest, edition: 0, verifiedAt: 0 };
      this.#changes = [];
      this.#floor = newest;
    }
    this.#install(routes);
    this.#anchored = true;
  }

  async #follow(): Promise<void> {
    const feed = this.#feed;
    if (!feed) return;
    const { changes, last } = await this.#core.changes(String(feed.cursor));
    if (changes.some(({ kind }) => kind === 'route' || kind === 'reset'))
      this.#install(await this.#core.routes());
    this.#changes.push(...changes);
    feed.cursor = BigInt(last);
    if (this.#changes.length > CHANGES_MAX) {
      const gone = this.#changes.splice(0, this.#changes.length - CHANGES_MAX / 2);
      this.#floor = BigInt(gone.at(-1)?.number ?? last);
    }
  }

  #install(routes: RoutesSnapshot): void {
    if (!this.#feed) return;
    this.#routes = routes;
    this.#feed.edition += 1;
    this.#save();
  }

  #save(): void {
    this.#savedAt = this.#clock.wall();
    this.ctx.storage.kv.put('facts', { feed: this.#feed, routes: this.#routes });
  }
}
