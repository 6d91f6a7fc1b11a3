import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  LEASES_MAX,
  RATES_MAX,
  type BootEnd,
  type LeaseTotals,
  type SyncAnswer,
} from '@tollgate/billing-core/contract/sync.ts';
import type { Logger } from 'pino';
import type { CoreClock } from './clock.ts';
import { BATCH_ENTRIES_CUT, type SpoolMetering } from './metering.ts';
import type { RefusalCounts } from './refusals.ts';
import {
  EMPTY_CARGO,
  SyncRefused,
  UnreadableBatch,
  type BootName,
  type Shipper,
} from './shipper.ts';
import { ACKED_KEEP_MS, BatchFiles } from './spool/batches.ts';
import { CLEAN_MARK, recoverBoot, type Leftover } from './spool/recovery.ts';
import { syncDirectory } from './spool/segment.ts';
import { storedBatch } from './stored-batch.ts';
import type { TillHouse } from './tills.ts';

export const FLUSH_MS = 400;
const HEARTBEAT_MS = 1_000;
const HOUSEKEEPING_MS = 30_000;
const CLOCK_DRIFT_MAX_MS = 2_000;
const ENDED_MARK = 'ended';
const CONFLICT = 409;
const ALIVE_RETRY_MS = 500;

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
  #wallAhead: number;
  #done: Promise<void> = Promise.resolve();

  constructor(of: Live) {
    this.#of = of;
    this.#wallAhead = of.wallNow() - of.clock.monotonic();
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
   * the next start sends it from the spool.
   */
  async close(deadlineMs: number): Promise<boolean> {
    this.#stop.abort();
    this.#kicked();
    await this.#done;
    this.#of.metering.cut();
    const until = this.#of.clock.monotonic() + deadlineMs;
    const end: BootEnd = { kind: 'seal', in_doubt: this.#of.metering.openRequests };
    while (this.#of.clock.monotonic() < until) {
      try {
        await this.#of.shipper.finish(end);
        return true;
      } catch (error) {
        this.#of.log.warn({ err: error }, 'the last sync did not get through');
        await this.#of.shipper.backOff(AbortSignal.timeout(Math.max(1, deadlineMs)));
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
    metering.cut();
    this.#checkClocks();
    const leases = tills.totals(LEASES_MAX);
    const rates = tills.rates(RATES_MAX);
    // What is left for the next message is not told yet.
    const desk = rates.length < RATES_MAX ? this.#desk : null;
    const sentAt = clock.monotonic();
    const counted = refusals.take();
    const silent = leases.length === 0 && rates.length === 0 && counted.length === 0;
    const idle = shipper.batchesPending === 0 && silent && this.#desk === this.#toldDesk;
    if (idle && clock.monotonic() - this.#lastSync < HEARTBEAT_MS) return false;
    const watermark = shipper.batchesPending === 0 ? metering.watermark() : null;
    try {
      const answer = await shipper.sync({ leases, rates, desk, refusals: counted, watermark });
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
    if (answer.boot_state !== 'live') this.#of.onEnded();
  }

  /** A machine that was suspended did not age its shares: wall and monotonic clock tell. */
  #checkClocks(): void {
    const ahead = this.#of.wallNow() - this.#of.clock.monotonic();
    if (Math.abs(ahead - this.#wallAhead) > CLOCK_DRIFT_MAX_MS) this.#of.tills.dropShares();
    this.#wallAhead = ahead;
  }

  #housekeep(): void {
    const now = this.#of.clock.monotonic();
    if (now - this.#housekeptAt < HOUSEKEEPING_MS) return;
    this.#housekeptAt = now;
    this.#of.batches.prune(this.#of.wallNow());
    this.#of.tills.sweep();
  }
}

type Orphanage = {
  spoolDir: string;
  liveBoot: string;
  nameOf: (boot: string) => BootName;
  shipperOf: (name: BootName, batches: BatchFiles) => Shipper;
  clock: CoreClock;
  wallNow: () => number;
  durable: boolean;
  log: Logger;
  signal: AbortSignal;
};

function batchLeftover(left: Leftover, batches: BatchFiles): void {
  for (const batch of left.remade) batches.write(batch);
  let firstFrame = left.batchedFrame + 1;
  const cut = (lastFrame: number): void => {
    const sequence = batches.last + 1;
    // No batch says that it is the last one: the end of the boot says it, behind all of them.
    const of = { sequence, firstFrame, lastFrame, watermark: 0 };
    batches.write(storedBatch(left.tally.take(), of));
    firstFrame = lastFrame + 1;
  };
  for (const { number, record } of left.records) {
    left.tally.add(record);
    if (left.tally.entries >= BATCH_ENTRIES_CUT) cut(number);
  }
  if (left.tally.entries > 0) cut(left.records.at(-1)?.number ?? firstFrame);
}

/** Cuts what an older boot left into batches and ships them, then ends that boot. */
async function finishBoot(boot: string, of: Orphanage): Promise<void> {
  const dir = join(of.spoolDir, 'boots', boot);
  const batches = new BatchFiles(dir, { durable: of.durable });
  const left = recoverBoot(dir, batches);
  batchLeftover(left, batches);
  const shipper = of.shipperOf(of.nameOf(boot), batches);
  for (const gap of left.gaps) shipper.report(gap);
  shipper.remade(left.remade.map(({ header }) => header.sequence));
  while (!of.signal.aborted) {
    try {
      await shipper.finish(left.end);
      break;
    } catch (error) {
      const waits = error instanceof SyncRefused && error.status === CONFLICT;
      // Its process may be alive: core takes it from this one after a moment of silence.
      if (waits) await delay(ALIVE_RETRY_MS, undefined, { signal: of.signal }).catch(() => {});
      else {
        of.log.warn({ err: error, boot }, 'an older boot could not be shipped yet');
        await shipper.backOff(of.signal);
      }
    }
  }
  if (!shipper.ended) return;
  if (batches.pending.length > 0) {
    // The files stay where they are: only a person can decide what becomes of them.
    for (const sequence of batches.pending) {
      const { first = null, last = null } = batches.placeOf(sequence) ?? {};
      const reason = `unshipped_batch_${sequence}`;
      shipper.report({ reason, first_frame: first, last_frame: last });
    }
    await shipper.sync(EMPTY_CARGO, left.end);
    of.log.error({ boot, batches: batches.pending }, 'core ended this boot without these batches');
    return;
  }
  // Only now: until core has the readable part and the gap, a restart must find the files.
  for (const path of left.damaged) renameSync(path, `${path}.quarantined`);
  writeFileSync(join(dir, ENDED_MARK), '', { flush: true });
  of.log.info({ boot, in_doubt: left.end.in_doubt, end: left.end.kind }, 'older boot ended');
}

/** Ships every boot that older processes left in the spool; keeps ended ones for a day. */
export async function finishOlderBoots(of: Orphanage): Promise<void> {
  const boots = readdirSync(join(of.spoolDir, 'boots')).filter((boot) => boot !== of.liveBoot);
  for (const boot of boots) {
    if (of.signal.aborted) return;
    const dir = join(of.spoolDir, 'boots', boot);
    const ended = statSync(join(dir, ENDED_MARK), { throwIfNoEntry: false });
    if (!ended) {
      await finishBoot(boot, of).catch((error: unknown) => {
        of.log.error({ err: error, boot }, 'an older boot cannot be finished; its files stay');
      });
    } else if (of.wallNow() - ended.mtimeMs > ACKED_KEEP_MS) {
      rmSync(dir, { recursive: true });
    }
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
