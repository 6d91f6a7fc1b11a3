import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  LEASES_MAX,
  RATES_MAX,
  type BootEnd,
  type LeaseTotals,
  type SyncAnswer,
} from '@tollgate/billing-core/contract/sync.ts';
import type { Logger } from 'pino';
import type { CoreClock } from './clock.ts';
import type { SpoolMetering } from './metering.ts';
import type { RefusalCounts } from './refusals.ts';
import { UnreadableBatch, type Shipper } from './shipper.ts';
import type { BatchFiles } from './spool/batches.ts';
import { CLEAN_MARK } from './spool/recovery.ts';
import { ENDED_MARK } from './spool/room.ts';
import { syncDirectory } from './spool/segment.ts';
import type { TillHouse } from './tills.ts';

export const FLUSH_MS = 400;
const HEARTBEAT_MS = 1_000;
const HOUSEKEEPING_MS = 30_000;
const SWEEP_MS = 1_000;

export const newBoot = (): string => `bt_${randomBytes(12).toString('hex')}`;

type Live = {
  shipper: Shipper;
  batches: BatchFiles;
  metering: SpoolMetering;
  tills: TillHouse;
  refusals: RefusalCounts;
  clock: CoreClock;
  wallNow: () => number;
  log: Logger;
  onAcknowledged: () => void;
  /** Now and then. */
  onHousekeeping: () => unknown;
  /** The newest recovery of core's database, with each answer. */
  onRecovery: (number: number) => void;
  /** The boot is to be left, whatever core says of it. */
  isLeft: () => boolean;
  /**
   * Core has ended the boot, or went back behind its beginning, or holds another one's batches
   * under its name, or it is to be left: it can do no more.
   */
  onEnded: () => void;
  /** The process must exit: its next start mends what it cannot. */
  onBroken: (error: unknown) => void;
};

/** The live boot's loop: cut, send, take in, about every 400 ms, at once when asked. */
export class SyncLoop {
  readonly #of: Live;
  readonly #stop = new AbortController();
  #kicked: () => void = () => {};
  #again = false;
  #lastSync = 0;
  /** The desk that knows, or is just being told, what this gateway holds of rates. */
  #desk: number | null = null;
  #toldDesk: number | null = null;
  #housekeptAt = 0;
  #sweptAt = 0;
  #done: Promise<void> = Promise.resolve();
  readonly #heard = Promise.withResolvers<void>();

  constructor(of: Live) {
    this.#of = of;
  }

  /** Resolves when core has heard of the boot, or never will of this loop. */
  get heard(): Promise<void> {
    return this.#heard.promise;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Syncs now instead of at the next flush: a request waits for a lease, or a batch is full. */
  kick(): void {
    this.#again = true;
    this.#kicked();
  }

  /**
   * Stops the loop and sends what is left, then the seal. True when core has it all; otherwise
   * the next start sends it from the spool, under whatever name core still takes it.
   */
  async close(deadlineMs: number): Promise<boolean> {
    this.#stop.abort();
    this.#kicked();
    await this.#done;
    this.#heard.resolve();
    while (this.#of.metering.cut());
    // What the disk takes no batch of only the next start can ship: a seal would be a lie.
    if (this.#of.metering.stuck) return false;
    const until = this.#of.clock.monotonic() + deadlineMs;
    const { incomplete, openRequests } = this.#of.metering;
    const end: BootEnd = { kind: incomplete ? 'forfeit' : 'seal', in_doubt: openRequests };
    while (this.#of.clock.monotonic() < until) {
      try {
        await this.#of.shipper.finish(end);
        return this.#of.shipper.complete;
      } catch (error) {
        this.#of.log.warn({ err: error }, 'the last sync did not get through');
        if (this.#of.clock.misdated) return false;
        const left = Math.max(1, Math.ceil(until - this.#of.clock.monotonic()));
        await this.#of.shipper.backOff(AbortSignal.timeout(left));
      }
    }
    return false;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const failed = await this.#round();
      if (failed) await this.#of.shipper.backOff(signal);
      else await this.#pause();
    }
  }

  /** Waits for the next flush or a kick; a backlog does not wait. */
  async #pause(): Promise<void> {
    if (this.#again || this.#stop.signal.aborted || this.#of.shipper.batchesPending > 0) {
      this.#again = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, FLUSH_MS);
      this.#kicked = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#again = false;
  }

  async #round(): Promise<boolean> {
    const { metering, tills, shipper, refusals, clock, log } = this.#of;
    this.#housekeep();
    await metering.cutBeside();
    const leases = tills.totals(LEASES_MAX);
    const rates = tills.rates(RATES_MAX);
    // What is left for the next message is not told yet.
    const desk = rates.length < RATES_MAX ? this.#desk : null;
    const sentAt = clock.monotonic();
    const silent = leases.length === 0 && rates.length === 0;
    const idle = shipper.batchesPending === 0 && silent && this.#desk === this.#toldDesk;
    if (idle && clock.monotonic() - this.#lastSync < HEARTBEAT_MS) return false;
    // Refusals are no reason to speak: customers at their limits would be one without end.
    const counted = refusals.take();
    const watermark = shipper.batchesPending === 0 ? metering.watermark() : null;
    try {
      const answer = await shipper.sync({ leases, rates, desk, refusals: counted, watermark });
      this.#heard.resolve();
      this.#lastSync = clock.monotonic();
      this.#toldDesk = desk;
      // The answer may have set the clock: how long ago it was asked for is what counts.
      const ago = clock.monotonic() - sentAt;
      tills.shared(rates, answer, clock.now() - ago);
      this.#meet(answer.desk);
      this.#takeIn(answer, leases);
      return false;
    } catch (error) {
      tills.askAgain(leases, rates);
      if (error instanceof UnreadableBatch) this.#of.onBroken(error);
      log.warn({ err: error }, 'sync failed');
      return true;
    }
  }

  /** A core that just took over raises nothing until it knows what everybody holds. */
  #meet(desk: number | undefined): void {
    if (desk === undefined || desk === this.#desk) return;
    this.#desk = desk;
    this.#of.tills.tellShares();
    this.kick();
  }

  #takeIn(answer: SyncAnswer, sent: LeaseTotals[]): void {
    this.#of.tills.answered(sent, answer);
    this.#of.onAcknowledged();
    const { over, wentBack } = this.#of.shipper;
    const goesOn = answer.boot_state === 'live' && !over && !wentBack && !this.#of.isLeft();
    if (goesOn) return this.#meetRecovery(answer);
    this.#stop.abort();
    this.#of.onEnded();
    this.#meetRecovery(answer);
  }

  #meetRecovery({ recovery }: SyncAnswer): void {
    if (recovery) this.#of.onRecovery(recovery.number);
  }

  #housekeep(): void {
    const now = this.#of.clock.monotonic();
    if (now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      this.#of.tills.sweep();
    }
    if (now - this.#housekeptAt < HOUSEKEEPING_MS) return;
    this.#housekeptAt = now;
    this.#of.batches.prune(this.#of.wallNow());
    this.#of.onHousekeeping();
  }
}

/** Makes the directory of a new boot; `durable`: no power failure can take it with all it holds. */
export function openBootDirectory(spoolDir: string, boot: string, durable: boolean): string {
  const boots = join(spoolDir, 'boots');
  const dir = join(boots, boot);
  mkdirSync(dir, { mode: 0o700 });
  if (durable) syncDirectory(boots);
  return dir;
}

/** Says on disk that the boot ended with every frame synced; and that core knows it, or not. */
export function markClosed(dir: string, { ended }: { ended: boolean }): void {
  writeFileSync(join(dir, CLEAN_MARK), '', { flush: true });
  if (ended) writeFileSync(join(dir, ENDED_MARK), '', { flush: true });
}
