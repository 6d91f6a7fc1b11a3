import { env, waitUntil } from 'cloudflare:workers';
import { Fleet } from '../core/fleet.ts';
import { encodeRecord } from '../core/record.ts';
import { isUnlent, recall } from '../core/lending.ts';
import { cancel, carry, isIdle, spanAfter } from '../core/span.ts';
import { admit, admitUnreachable, giveUp, settle } from '../core/till.ts';
import type { Admission, AdmissionRequest, Hold, Refusals, Settlement, Tills } from '../ports.ts';
import type { CoreClock } from './clock.ts';
import { Desk } from './desk.ts';
import { randomText } from './mint.ts';
import type { Ticket } from './outbox.ts';
import type { WorkersEnv } from './settings.ts';
import { runsDry } from './sub-lease.ts';

/** How long a request waits for units that others hold before it is refused. */
const LEASE_WAIT_MS = 1_000;
/** And for a till that begins, its object and core's first answer, or for units that nobody has. */
const COLD_WAIT_MS = 5_000;
const ASK_AGAIN_MS = 100;
const TOP_UP_EVERY_MS = 200;
/** Records of this long leave in one parcel. */
export const FLUSH_MS = 200;
/** With this many records not stored, responses wait as in strict metering. */
export const UNSTORED_MAX = 500;
/** How soon a response that waits for its record looks again if another request's report has it. */
const LOOK_AGAIN_MS = 2;
/** An isolate that was idle this long gives its units back. */
const LINGER_MS = 1_000;
const LONG_REQUEST_MS = 2_000;
const HEARTBEAT_MS = 60_000;
/** `waitUntil` is cut off about 30 s after the response. */
const PATIENCE_MS = 25_000;
/** Customers remembered; more only while they are busy, or the object has not heard of them. */
export const DESKS_MAX = 2_000;
const SWEEP_MS = 200;

export type IsolateOf = {
  readonly clock: CoreClock;
  readonly strict: boolean;
  readonly objectOf: (customerId: string) => string;
  /** Whether an upstream of this origin may be asked. */
  readonly mayAsk: (origin: string) => boolean;
  /** How often what a WebSocket used is recorded while it lasts. */
  readonly checkpointMs: number;
  /** Resolves when the facts are fresh enough to decide on. */
  readonly fresh: () => Promise<void> | undefined;
};

/**
 * The tills of one isolate. No request waits for what another one began: each sends its own
 * questions, and vouches for its own record until it is stored.
 */
export class Isolate implements Tills, Refusals {
  /** Upstreams as this isolate sees them: nobody checks them beside its own requests. */
  readonly fleet = new Fleet(() => this.wall());
  readonly id = `iso_${randomText(20)}`;
  readonly #of: IsolateOf;
  readonly #desks = new Map<string, Desk>();
  #generation = 0;
  /** Above every parcel of customers that are forgotten: their objects may remember numbers. */
  #firstParcel = 1;
  #sweptAt = 0;

  constructor(of: IsolateOf) {
    this.#of = of;
  }

  fresh(): Promise<void> | undefined {
    return this.#of.fresh();
  }

  get checkpointMs(): number {
    return this.#of.checkpointMs;
  }

  mayAsk(origin: string): boolean {
    return this.#of.mayAsk(origin);
  }

  /** Wall clock in ms; on this platform it stands still while nothing is awaited. */
  wall(): number {
    return this.#of.clock.wall();
  }

  desk(customerId: string): Desk {
    const known = this.#desks.get(customerId);
    if (known) return known;
    if (this.#desks.size >= DESKS_MAX) this.#sweep(this.#of.clock.now());
    const generation = this.#generation++;
    const object = this.#of.objectOf(customerId);
    const desk = new Desk({ customerId, object, generation, firstParcel: this.#firstParcel });
    this.#desks.set(customerId, desk);
    return desk;
  }

  /** Forgets customers of whom nothing is held; not with each request of a full isolate. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [id, desk] of this.#desks) {
      if (!desk.isSettled(now)) continue;
      this.#firstParcel = Math.max(this.#firstParcel, desk.outbox.next);
      this.#desks.delete(id);
    }
  }

  /**
   * Told of changes: `quota` and `customer` may have freed units, `recall` wants some back; with
   * `reset` it may be anybody.
   */
  changed({ kind, id, number }: { kind: string; id: string; number: string }): void {
    if (kind === 'reset') for (const desk of this.#desks.values()) desk.reopened(BigInt(number));
    const customer = id.split('|', 1)[0] ?? '';
    const desk = this.#desks.get(customer);
    if (!desk) return;
    if (kind === 'recall') {
      desk.recalled(id);
      waitUntil(this.#report(desk).catch(() => undefined));
    } else if (kind === 'quota' || kind === 'customer') desk.reopened(BigInt(number));
  }

  count(customerId: string, reason: string): void {
    const desk = this.desk(customerId);
    desk.refused(reason, this.#of.clock.now());
    if (desk.open.size === 0) waitUntil(this.#settleDown(desk, ++desk.activity));
  }

  admit(request: AdmissionRequest): Admission | Promise<Admission> {
    const desk = this.desk(request.fact.customer.id);
    const now = this.#of.clock.now();
    desk.offer(request, now);
    const answer = admit(desk.till, request, now);
    if (answer.kind === 'ask') return this.#ask(desk, request, answer.windows);
    if (answer.kind === 'admitted') this.#admitted(desk, answer.hold);
    return answer;
  }

  async #ask(desk: Desk, request: AdmissionRequest, first: readonly string[]): Promise<Admission> {
    const { clock } = this.#of;
    const askedAt = clock.now();
    // What others hold is waited for from when it is known that they do.
    let heardAt = desk.heard ? askedAt : undefined;
    const untilOf = (windows: readonly string[]): number =>
      heardAt === undefined || isUnlent(desk.till, windows)
        ? askedAt + COLD_WAIT_MS
        : heardAt + LEASE_WAIT_MS;
    for (let until = untilOf(first); ;) {
      const left = Math.max(1, until - clock.now());
      await Promise.race([this.#report(desk).catch(() => undefined), scheduler.wait(left)]);
      const now = clock.now();
      if (desk.heard) heardAt ??= now;
      const answer = admit(desk.till, request, now);
      if (answer.kind === 'admitted') this.#admitted(desk, answer.hold);
      if (answer.kind !== 'ask') return answer;
      until = untilOf(answer.windows);
      if (desk.away || now >= until) return this.#decideAlone(desk, request);
      await scheduler.wait(Math.min(ASK_AGAIN_MS, until - now));
    }
  }

  /** Nothing was lent in time: core is away, or others have not given back what they hold. */
  #decideAlone(desk: Desk, request: AdmissionRequest): Admission {
    const now = this.#of.clock.now();
    const answer =
      desk.away || !desk.heard
        ? admitUnreachable(desk.till, request, now)
        : giveUp(desk.till, request, { now, unanswered: desk.coreSilent, slow: true });
    if (answer.kind === 'admitted') this.#admitted(desk, answer.hold);
    return answer;
  }

  #admitted(desk: Desk, hold: Hold): void {
    desk.activity += 1;
    desk.open.add(hold);
    const { clock } = this.#of;
    const now = clock.now();
    if (now - desk.toppedUpAt < TOP_UP_EVERY_MS || !runsDry(desk.till, now)) return;
    desk.toppedUpAt = now;
    waitUntil(this.#report(desk).catch(() => undefined));
  }

  /**
   * Says of a request that lasts that it is open, so that the watermark waits for it. In: the hold
   * it has now.
   */
  async watch(hold: () => Hold, done: AbortSignal): Promise<void> {
    const desk = this.desk(hold().fact.customer.id);
    let pause = LONG_REQUEST_MS;
    while (desk.open.has(hold())) {
      await scheduler.wait(pause, { signal: done }).catch(() => undefined);
      if (!desk.open.has(hold())) return;
      await this.#report(desk).catch(() => undefined);
      pause = HEARTBEAT_MS;
    }
  }

  /**
   * Ends a hold and hands its record on. What is returned settles when the response may end: at
   * once, or, in strict metering, when the object has stored the record, and those of `earlier`
   * spans.
   */
  settle(
    hold: Hold,
    settlement: Settlement,
    earlier: readonly Ticket[] = [],
  ): Promise<void> | undefined {
    const { desk, waits, stored } = this.#record(hold, settlement);
    const others = earlier.filter((ticket) => !ticket.stored);
    if (!waits || others.length === 0) return waits ? stored : undefined;
    const all = [stored, ...others.map((ticket) => this.#deliver(desk, ticket, 0))];
    return Promise.all(all).then(() => undefined);
  }

  #record(hold: Hold, settlement: Settlement) {
    const desk = this.desk(hold.fact.customer.id);
    if (!desk.open.delete(hold)) throw new Error('a hold is settled once');
    const record = settle(desk.till, hold, settlement);
    const ticket = desk.outbox.add(encodeRecord(record), hold.admittedAt);
    const activity = ++desk.activity;
    const waits = this.#of.strict || desk.outbox.size > UNSTORED_MAX;
    const stored = this.#deliver(desk, ticket, waits ? 0 : FLUSH_MS);
    // In strict metering a failure is the response's to suffer; else there is none to tell.
    waitUntil(stored.catch(() => undefined).then(() => this.#settleDown(desk, activity)));
    return { desk, ticket, waits, stored };
  }

  /**
   * Records what a request used since its last span. Out: the hold that it has until the next one
   * is admitted, and which sets nothing aside; and the record, if something was used.
   */
  carry(hold: Hold, used: Settlement): { hold: Hold; ticket?: Ticket } {
    const { requestId, fact, route } = hold;
    const desk = this.desk(fact.customer.id);
    const span = spanAfter(hold, used);
    const idle = isIdle(hold, used);
    if (idle) this.drop(hold);
    const ticket = idle ? {} : { ticket: this.#record(hold, { ...used, lasts: true }).ticket };
    const asked = { requestId, fact, route, requestBytes: 0, span };
    const carried = carry(desk.till, asked, this.#of.clock.now());
    this.#admitted(desk, carried);
    return { hold: carried, ...ticket };
  }

  /** Ends a hold of which nothing was used. */
  drop(hold: Hold): void {
    const desk = this.desk(hold.fact.customer.id);
    if (desk.open.delete(hold)) cancel(desk.till, hold);
  }

  /** Sends the record, or sees another request send it, until the object has it. */
  async #deliver(desk: Desk, ticket: Ticket, afterMs: number): Promise<void> {
    const { clock } = this.#of;
    const deadline = clock.wall() + PATIENCE_MS;
    const lookAgain = afterMs === 0 ? LOOK_AGAIN_MS : 10 * LOOK_AGAIN_MS;
    let pause = afterMs;
    for (;;) {
      if (pause > 0) await scheduler.wait(pause);
      if (ticket.stored) return;
      // A record that is on its way, or leaves with the next report, needs none of its own: under
      // load reports are few and full. Nobody waits for another request's promise, only a moment.
      const carried = desk.outbox.isUnderWay(ticket, clock.now()) || desk.isReporting(clock.now());
      if (!carried) await this.#report(desk).catch(() => undefined);
      if (ticket.stored) return;
      if (clock.wall() >= deadline) throw new Error('a record could not be stored in time');
      pause = carried ? lookAgain : Math.min(1_000, Math.max(50, pause * 2));
    }
  }

  /** Units and refusals of a customer who went quiet go back to the object. */
  async #settleDown(desk: Desk, activity: number): Promise<void> {
    if (desk.activity !== activity) return;
    await scheduler.wait(LINGER_MS);
    if (desk.activity !== activity) return;
    recall(desk.till);
    await this.#report(desk).catch(() => undefined);
  }

  /** One report of everything the object should know. Throws when it was not answered. */
  async #report(desk: Desk): Promise<void> {
    const { clock } = this.#of;
    const sentAt = clock.now();
    const report = desk.report(this.id, sentAt);
    const askedAt = clock.wall();
    desk.reporting = sentAt;
    try {
      const { TILLS } = env as unknown as WorkersEnv;
      const answer = await TILLS.getByName(desk.object).report(report);
      clock.learn(answer.now, askedAt);
      desk.answered(report, answer, { sentAt, now: clock.now() });
    } catch (error) {
      desk.unanswered(report);
      throw error;
    } finally {
      if (desk.reporting === sentAt) desk.reporting = null;
    }
  }
}
