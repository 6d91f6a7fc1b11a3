import { DurableObject } from 'cloudflare:workers';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { lifeOf } from '../core/key.ts';
import { recall, reopen } from '../core/lending.ts';
import { Unreachable } from '../ports.ts';
import { Books } from './books.ts';
import { CoreClock } from './clock.ts';
import { ChangesGone, CoreClient } from './core-client.ts';
import { CoreSync } from './core-sync.ts';
import {
  type KeyAnswer,
  type KeyQuestion,
  type Report,
  type ReportAnswer,
  STALE_MAX_MS,
} from './report.ts';
import { say } from './log.ts';
import { readSettings, type Settings, type WorkersEnv } from './settings.ts';
import { TillBooks } from './till-books.ts';

/** How long a question for units may wait for core before it is answered with what there is. */
const LEND_WAIT_MS = 900;
const TIGHT_MS = 1_000;
const IDLE_MS = 30_000;
/** A boot that is to be ended is looked at this often. */
const LEAVE_MS = 250;
/** An isolate heard of this lately takes part in a rate limit. */
const BUSY_MS = 5_000;
/** An isolate that is silent this long is dead: what it was lent counts as used. */
const DEAD_MS = 300_000;
/** A record may be this long on its way before the watermark passes its admission. */
const WATERMARK_LAG_MS = 5_000;

type Isolate = { heardAt: number; watermark: number; open: number };

/**
 * A customer's till in one region and shard: to isolates what core is to a gateway, to core a
 * gateway. What an isolate reports is stored before it is answered; units are stored as lent
 * before the isolate hears of them.
 */
export class TillObject extends DurableObject<WorkersEnv> {
  readonly #settings: Settings;
  readonly #core: CoreClient;
  readonly #books: Books;
  readonly #clock: CoreClock;
  readonly #sync: CoreSync;
  readonly #isolates = new Map<string, Isolate>();
  #till: TillBooks | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #heardAt = 0;
  #sealing: Promise<unknown> = Promise.resolve();
  #inDoubt = 0;

  constructor(ctx: DurableObjectState, env: WorkersEnv) {
    super(ctx, env);
    this.#settings = readSettings(env);
    this.#core = new CoreClient(this.#settings);
    this.#books = new Books(ctx.storage.sql);
    this.#clock = new CoreClock(Number(this.#books.read('offset') ?? 0));
    const { books, core, clock } = { books: this.#books, core: this.#core, clock: this.#clock };
    this.#sync = new CoreSync({ books, core, clock, watermark: () => this.#watermark() });
    const customer = this.#books.read('customer');
    if (customer !== undefined) this.#till = new TillBooks(this.#books, customer);
    // Isolates that held units before this object was restarted are silent from now on, or not.
    const now = this.#clock.now();
    this.#heardAt = now;
    for (const isolate of this.#till?.holders() ?? []) {
      this.#isolates.set(isolate, { heardAt: now, watermark: now, open: 0 });
    }
  }

  /** The facts of a key of this customer, not older than the change the isolate knows of. */
  async key({ ref, customerRef, cursor }: KeyQuestion): Promise<KeyAnswer> {
    const stored = this.#books.key(ref);
    const vouched = stored !== undefined && stored.cursor >= BigInt(cursor);
    if (vouched && this.#holds(stored.fact)) return this.#known(stored.fact);
    const readAt = this.#clock.wall();
    try {
      const fact = await this.#core.key(ref);
      if (fact && fact.customer_ref !== customerRef) {
        if (this.#books.exist) this.#books.dropKey(ref);
        return { now: this.#clock.now(), moved: true };
      }
      // Only keys that exist are stored: a forged one must not cost storage.
      if (fact) this.#books.saveKey(ref, { fact, cursor: BigInt(cursor), readAt });
      else if (this.#books.exist) this.#books.dropKey(ref);
      return this.#known(fact);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      const fresh = stored && (vouched || readAt - stored.readAt <= STALE_MAX_MS);
      return fresh ? this.#known(stored.fact) : { now: this.#clock.now() };
    }
  }

  /** A revoked key is asked for each time, as one that never was. */
  #holds(fact: KeyFact): boolean {
    const { beginsAt, renewAt } = lifeOf(fact, 0);
    const now = this.#clock.now();
    return !fact.revoked && now >= beginsAt && now < renewAt;
  }

  #known = (fact: KeyFact | null): KeyAnswer => ({ now: this.#clock.now(), fact });

  /** Takes in what an isolate recorded, then lends it what it asks for. */
  async report(report: Report): Promise<ReportAnswer> {
    await this.#sealing;
    const till = this.#open(report.customerId);
    const now = this.#clock.now();
    this.#heardAt = now;
    const { watermark, open } = report;
    this.#isolates.set(report.isolate, { heardAt: now, watermark, open });
    for (const reason of till.lost(report, now)) {
      this.#sync.report({ reason, first_frame: null, last_frame: null });
    }
    till.take(report, now);
    this.#sync.addRefusals(report.refusals);
    const change = BigInt(report.reopened);
    if (change > till.till.reopenedAt) reopen(till.till, change);
    let grants = till.lend(report.isolate, report.asks, now);
    const { rate: rateAsk } = report;
    const waits = rateAsk !== null && till.offered(rateAsk, now);
    for (const window of report.recalled) recall(till.till, window);
    if (report.recalled.length > 0) {
      till.saveLeases();
      this.ctx.waitUntil(this.#sync.run(till).catch(this.#failed));
    }
    let unanswered = false;
    // While core is away nobody waits for it: the alarm tries it.
    if (!this.#sync.away && (waits || till.wants(report.asks, now))) {
      unanswered = !(await this.#isAnswered(till));
      grants = till.lend(report.isolate, report.asks, this.#clock.now());
    }
    this.#alarmWithin(this.#pause(till));
    const { away, asOf, heard } = this.#sync;
    const at = { isolates: this.#busyIsolates(), away, now: this.#clock.now() };
    const rate = rateAsk && till.giveTokens(rateAsk, at);
    return { now: at.now, grants, rate, away, heard, unanswered, asOf: String(asOf) };
  }

  /** Asks core. Out: whether it answered in time for whoever waits. */
  #isAnswered(till: TillBooks): Promise<boolean> {
    const answered = this.#sync.run(till).then(() => true);
    const failed = (error: unknown): boolean => {
      this.#failed(error);
      return false;
    };
    const late = scheduler.wait(LEND_WAIT_MS).then(() => false);
    return Promise.race([answered.catch(failed), late]);
  }

  #open(customerId: string): TillBooks {
    if (this.#till && this.#till.till.customerId !== customerId) {
      throw new Error('another customer has this till');
    }
    this.#sync.openBoot();
    if (!this.#till) {
      this.#books.save('customer', customerId);
      this.#till = new TillBooks(this.#books, customerId);
    }
    return this.#till;
  }

  #busyIsolates(): number {
    const since = this.#clock.now() - BUSY_MS;
    return [...this.#isolates.values()].filter(({ heardAt }) => heardAt >= since).length;
  }

  #watermark(): number {
    let earliest = this.#clock.now() - WATERMARK_LAG_MS;
    for (const { watermark, open } of this.#isolates.values()) {
      if (open > 0) earliest = Math.min(earliest, watermark);
    }
    return earliest;
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    const till = this.#till;
    if (!till || this.#sync.boot === undefined) return;
    // An alarm that throws six times is never tried again: this one never throws.
    try {
      this.#bury(till);
      till.tidy(this.#clock.now());
      await this.#readChanges(till);
      const leaves = this.#sync.wentBack;
      // What isolates hold is spent with this boot, whatever becomes of it.
      if (leaves) for (const isolate of till.holders()) till.forfeit(isolate);
      if (leaves || this.#isIdle(till)) {
        const sealing = this.#seal(till);
        this.#sealing = sealing.catch(() => undefined);
        if (await sealing) return;
      } else await this.#sync.run(till);
    } catch (error) {
      this.#failed(error);
    } finally {
      if (this.#sync.boot !== undefined) this.#alarmWithin(this.#pause(till));
    }
  }

  async #seal(till: TillBooks): Promise<boolean> {
    const sealed = await this.#sync.seal(till, this.#inDoubt);
    if (!sealed) return false;
    // The next report opens a new boot with empty leases.
    this.#till = undefined;
    this.#inDoubt = 0;
    return true;
  }

  #isIdle(till: TillBooks): boolean {
    const open = [...this.#isolates.values()].some((isolate) => isolate.open > 0);
    return !open && till.holders().size === 0 && this.#clock.now() - this.#heardAt > IDLE_MS;
  }

  /** Isolates die without a word: what they held is used, their open requests are in doubt. */
  #bury(till: TillBooks): void {
    const now = this.#clock.now();
    for (const [id, { heardAt, open }] of this.#isolates) {
      if (now - heardAt < DEAD_MS) continue;
      this.#inDoubt += open;
      till.forfeit(id);
      this.#isolates.delete(id);
    }
  }

  /** Recalls and freed units of which no isolate told this object, because none is busy. */
  async #readChanges(till: TillBooks): Promise<void> {
    const cursor = this.#books.read('cursor') ?? String(this.#sync.asOf);
    const found = await this.#core.changes(cursor).catch((error: unknown) => {
      if (!(error instanceof ChangesGone)) throw error;
      return undefined;
    });
    if (found === undefined) return this.#startOver(till);
    const { changes, last } = found;
    const id = till.till.customerId;
    for (const change of changes) {
      if (change.id !== id && !change.id.startsWith(`${id}|`)) continue;
      if (change.kind === 'recall') recall(till.till, change.id);
      else reopen(till.till, BigInt(change.number));
    }
    this.#books.save('cursor', last);
  }

  /** What was missed may be anything: all goes back but what is in use, and is asked for anew. */
  #startOver(till: TillBooks): void {
    const { asOf } = this.#sync;
    recall(till.till);
    reopen(till.till, asOf);
    till.saveLeases();
    // Before the first answer of core nothing is known of the feed.
    if (asOf > 0n) this.#books.save('cursor', String(asOf));
  }

  #pause(till: TillBooks): number {
    const { failures, wentBack } = this.#sync;
    if (wentBack && failures === 0) return LEAVE_MS;
    if (failures > 0) return Math.min(this.#settings.syncMs, 1_000 * 2 ** Math.min(failures, 6));
    return till.isTight ? TIGHT_MS : this.#settings.syncMs;
  }

  #alarmWithin(ms: number): void {
    const at = this.#clock.wall() + ms;
    if (at >= this.#alarmAt) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }

  readonly #failed = (error: unknown): void => {
    say('warn', 'sync failed', { err: error });
  };
}
