import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hold } from '../ports.ts';
import { CoreClock } from './clock.ts';
import type { MeteringSettings } from './metering-settings.ts';
import { noteMisdated, redateHold } from './spool/redating.ts';

const FILE = 'core-time';

/**
 * The clock of a gateway, and what its spool knows of time: the least that core's can be, so that a
 * start while core is away does not begin behind it, whatever the wall clock says; and how a boot
 * is to be dated anew whose clock was behind.
 */
export class Timekeeper {
  readonly clock: CoreClock;
  readonly #path: string;
  readonly #log: MeteringSettings['log'];

  constructor({ spoolDir, wallNow, log }: MeteringSettings) {
    this.#path = join(spoolDir, FILE);
    this.#log = log;
    this.clock = new CoreClock(wallNow, undefined, this.#read());
    void this.clock.learnt.then(() => this.keep());
  }

  /** Tells the next start what is known. What the disk does not take it is told again. */
  keep(): void {
    const { least } = this.clock;
    if (least === Number.NEGATIVE_INFINITY) return;
    try {
      writeFileSync(`${this.#path}.new`, String(least));
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk: the time of before is as true, only longer ago.
    }
  }

  #read(): number {
    try {
      const text = readFileSync(this.#path, 'utf8');
      return /^\d{1,15}$/.test(text) ? Number(text) : Number.NEGATIVE_INFINITY;
    } catch {
      return Number.NEGATIVE_INFINITY;
    }
  }

  /** This boot is left: gives what requests that go on are told. Throws on a full disk. */
  leave(dir: string): (hold: Hold) => void {
    const { misdated } = this.clock;
    if (!misdated) return () => {};
    noteMisdated(dir, misdated);
    return (hold) => redateHold(hold, misdated);
  }

  /** The process ends: what core's first word has come too late for the next start does. */
  end(dir: string): void {
    try {
      this.leave(dir);
    } catch (error) {
      this.#log.error({ err: error }, 'usage was dated by a clock that is behind, and stays so');
    }
    this.keep();
  }

  /** Why the clock makes a boot be left; undefined when it does not. */
  get whyLeft(): string | undefined {
    const { isAhead, misdated } = this.clock;
    if (misdated) return `the clock was ${misdated.behindMs} ms behind; usage is dated anew`;
    return isAhead ? "billing-core's clock went back" : undefined;
  }
}
