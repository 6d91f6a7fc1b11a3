import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../kit/clock.ts';
import { openSession, type Sql } from '../kit/database.ts';
import type { Log } from '../kit/log.ts';
import { booksOnLock, look, renew, take, unseat } from './desk-books.ts';
import { askDesk, type DeskDoor } from './desk-door.ts';
import { NO_DESK, RateDesk, type DeskAnswer, type DeskQuestion, type Rates } from './rate-desk.ts';

const LOOK_EVERY_MS = 300;
const RENEW_EVERY_MS = 1_000;
/** A holder that renewed nothing for so long is stopped or cut off: its session is ended. */
const SILENT_MS = 4_000;
/** A session that does not answer within this is as good as lost. */
const SESSION_MS = 3_000;
/** How long a sync waits for shares; its leases wait with it. */
const ASK_MS = 500;
/** After a question that was not answered the next ones do not wait. */
const AWAY_MS = 500;

type SeatOf = {
  databaseUrl: string;
  /** Where other cores reach the door of this one. */
  address: string;
  secret: string;
  /** Runs on whatever becomes of the time of day. */
  clock: Clock;
  log: Log;
};

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One desk divides rate limits, however many cores there are: the one whose session holds an
 * advisory lock. The others ask it. While there is none nobody is given a share, and tills go on
 * with what they hold. Why a core that only believes to hold the lock does no harm: docs/adr/0008.
 */
export class DeskSeat implements Rates {
  readonly #of: SeatOf;
  readonly #stop = new AbortController();
  #desk: RateDesk | null = null;
  #elsewhere: string | null = null;
  #awayUntil = 0;
  #done: Promise<void> = Promise.resolve();

  constructor(of: SeatOf) {
    this.#of = of;
  }

  /** Whether the desk is here, as far as this core knows. */
  get isHere(): boolean {
    return this.#desk !== null;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Gives the lock up: another core has it within a third of a second. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  /** What the desk answers, wherever it is; no shares when it does not in time. */
  async ask(question: DeskQuestion): Promise<DeskAnswer> {
    if (this.#desk) return this.answerHere(question);
    const { clock, secret, log } = this.#of;
    const address = this.#elsewhere;
    if (address === null || clock() < this.#awayUntil) return NO_DESK;
    try {
      return await askDesk({ address, secret, timeoutMs: ASK_MS }, question);
    } catch (error) {
      this.#awayUntil = clock() + AWAY_MS;
      log.warn({ err: error, address }, 'the rate desk does not answer');
      return NO_DESK;
    }
  }

  /** The same for a question that came from another core: it is passed on to nobody. */
  async answerHere(question: DeskQuestion): Promise<DeskAnswer> {
    try {
      return this.#desk ? await within(ASK_MS, this.#desk.ask(question)) : NO_DESK;
    } catch (error) {
      this.#of.log.warn({ err: error }, 'the rate desk cannot prove that it is the one');
      return NO_DESK;
    }
  }

  get door(): DeskDoor {
    return { secret: this.#of.secret, answer: (question) => this.answerHere(question) };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#sit().catch((err: unknown) => {
        if (!signal.aborted) this.#of.log.warn({ err }, 'the rate desk has no session');
      });
      await this.#pause(LOOK_EVERY_MS);
    }
  }

  /** One session: waits until the lock is free, then holds it until the session is lost. */
  async #sit(): Promise<void> {
    const connection = openSession(this.#of.databaseUrl);
    try {
      const session = await within(SESSION_MS, connection.reserve());
      while (!this.#stop.signal.aborted) {
        const standing = await within(SESSION_MS, look(session));
        if (standing.mine) return await this.#lead(session);
        this.#elsewhere = standing.address;
        if (standing.silent_ms > SILENT_MS) await unseat(session, SILENT_MS);
        await this.#pause(LOOK_EVERY_MS);
      }
    } finally {
      this.#desk = null;
      this.#elsewhere = null;
      await connection.end({ timeout: 0 });
    }
  }

  async #lead(session: Sql): Promise<void> {
    const { address, clock, log } = this.#of;
    const number = await within(SESSION_MS, take(session, address));
    this.#desk = new RateDesk({ number, books: booksOnLock(session, number), clock });
    log.info({ desk: number }, 'the rate desk is here');
    while (!this.#stop.signal.aborted) {
      await this.#pause(RENEW_EVERY_MS);
      if (!(await within(SESSION_MS, renew(session, number)))) {
        throw new Error('this session does not hold the rate desk any more');
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
