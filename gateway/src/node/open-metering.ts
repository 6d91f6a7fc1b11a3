import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { CoreClock } from './clock.ts';
import { SpoolMetering } from './metering.ts';
import { RefusalCounts } from './refusals.ts';
import { Shipper, type BootName } from './shipper.ts';
import { finishOlderBoots, finishWhenItFits, type Orphanage } from './older-boots.ts';
import { BatchFiles } from './spool/batches.ts';
import { ownSpool, type SpoolOwner } from './spool/owner.ts';
import { dropEndedBoots, Reserve } from './spool/room.ts';
import { SEGMENT_BYTES_MAX, Spool, type FsyncPolicy } from './spool/spool.ts';
import { markClosed, newBoot, openBootDirectory, SyncLoop } from './sync.ts';
import { TillHouse } from './tills.ts';

/** How long requests wait for core's time after a start. */
const CLOCK_WAIT_MS = 1_000;
const SEGMENTS_MIN = 8;

export type MeteringSettings = {
  spoolDir: string;
  fsync: FsyncPolicy;
  /** Bytes of unsent usage on disk after which new requests are refused. */
  spoolBytesMax: number;
  coreUrl: string;
  token: string;
  version: string;
  log: Logger;
  /** Wall clock in ms and randomness, given by the entry file. */
  wallNow: () => number;
  random: () => number;
  /** The process must exit: the next start replays from disk. */
  onFatal: (error: unknown) => void;
};

export type OpenMetering = {
  readonly clock: CoreClock;
  readonly tills: TillHouse;
  readonly metering: SpoolMetering;
  readonly refusals: RefusalCounts;
  readonly gateway: string;
  /** The boot of the moment: another one when core ended the one before. */
  readonly boot: string;
  /** Whether the last sync got through. */
  reachable(): boolean;
  /** From now on nothing is admitted. */
  stopAdmitting(): void;
  /** Sends what is left and seals the boot; false when the next start has to send it. */
  close(deadlineMs: number): Promise<boolean>;
};

/** One boot of this process: where it records, and its conversation with core. */
type Life = {
  readonly boot: string;
  readonly dir: string;
  readonly spool: Spool;
  readonly batches: BatchFiles;
  readonly shipper: Shipper;
  readonly loop: SyncLoop;
};

/** Opens the spool, takes up what older boots left, and starts the sync conversation. */
export function openMetering(settings: MeteringSettings): OpenMetering {
  return new LiveMetering(settings);
}

class LiveMetering implements OpenMetering {
  readonly clock: CoreClock;
  readonly tills: TillHouse;
  readonly metering: SpoolMetering;
  readonly refusals: RefusalCounts;
  readonly #settings: MeteringSettings;
  readonly #owner: SpoolOwner;
  readonly #reserve: Reserve;
  readonly #stop = new AbortController();
  /** What ships the boots that are over. */
  readonly #finishing: Promise<void>[] = [];
  #life: Life;

  constructor(settings: MeteringSettings) {
    this.#settings = settings;
    this.#owner = ownSpool(settings.spoolDir);
    this.#reserve = new Reserve(settings.spoolDir);
    this.#reserve.release();
    this.clock = new CoreClock(settings.wallNow);
    this.refusals = new RefusalCounts(this.clock);
    this.tills = this.#openTills();
    const place = this.#openPlace();
    this.metering = new SpoolMetering({
      ...place,
      tills: this.tills,
      clock: this.clock,
      onFull: () => this.#life.loop.kick(),
      onStuck: (error) => {
        settings.log.error({ err: error }, 'the disk took no batch; nothing is admitted');
      },
    });
    this.#life = this.#converse(place);
    this.#life.loop.start();
    this.#reserve.keep();
    this.#finish(finishOlderBoots(this.boot, this.#orphanage()));
  }

  get gateway(): string {
    return this.#owner.gateway;
  }

  get boot(): string {
    return this.#life.boot;
  }

  reachable(): boolean {
    return this.#life.shipper.reachable;
  }

  stopAdmitting(): void {
    this.#stop.abort();
  }

  async close(deadlineMs: number): Promise<boolean> {
    this.#stop.abort();
    this.#life.spool.flush();
    const complete = await this.#life.loop.close(deadlineMs);
    await Promise.all(this.#finishing);
    this.#life.spool.close();
    markClosed(this.#life.dir, { ended: complete });
    this.#owner.release();
    return complete;
  }

  #openTills(): TillHouse {
    const { clock } = this;
    const overfull = (): boolean =>
      this.#full || this.#life.spool.bytes > this.#settings.spoolBytesMax;
    const tills = new TillHouse({
      clock,
      askCore: () => this.#life.loop.kick(),
      reachable: () => this.#life.shipper.reachable,
      away: () => this.#life.shipper.away,
      clockReady: Promise.race([clock.learnt, delay(CLOCK_WAIT_MS, undefined, { ref: false })]),
      mayAdmit: () => (this.#stop.signal.aborted ? 'stopping' : overfull() ? 'spool_full' : null),
    });
    clock.onStep = (ms) => tills.stepped(ms);
    clock.onSuspended = () => tills.dropShares();
    return tills;
  }

  /** A new boot's place in the spool. */
  #openPlace(): Omit<Life, 'shipper' | 'loop'> {
    const { spoolDir, fsync, spoolBytesMax, onFatal } = this.#settings;
    // Small beside the whole, which else the open segment alone could fill for good.
    const segmentBytesMax = Math.min(SEGMENT_BYTES_MAX, spoolBytesMax / SEGMENTS_MIN);
    const { gateway, fingerprint } = this.#owner;
    const boot = newBoot();
    const durable = fsync !== 'never';
    const dir = openBootDirectory(spoolDir, boot, durable);
    const batches = new BatchFiles(dir, { durable });
    const named = { dir, gateway, boot, fingerprint };
    const spool = new Spool({ ...named, fsync, segmentBytesMax, onFatal });
    return { boot, dir, batches, spool };
  }

  #converse(place: Omit<Life, 'shipper' | 'loop'>): Life {
    const { clock, tills, metering, refusals } = this;
    const { wallNow, log, onFatal } = this.#settings;
    const { boot, batches } = place;
    const shipper = this.#shipperOf(this.#nameOf(boot, boot), batches);
    const loop = new SyncLoop({
      shipper,
      batches,
      metering,
      tills,
      refusals,
      clock,
      wallNow,
      log,
      onAcknowledged: () => this.#makeRoom(),
      onHousekeeping: () => this.#full || this.#reserve.keep(),
      onBroken: onFatal,
      onEnded: () => this.#startAnew(),
    });
    return { ...place, shipper, loop };
  }

  get #full(): boolean {
    return this.#life.spool.full || this.metering.stuck;
  }

  /** Core has answered: what it has need not stay, least of all on a full disk. */
  #makeRoom(): void {
    const { spool, batches } = this.#life;
    if (this.#full) {
      batches.dropAcknowledged();
      this.#dropWhatIsKept();
      spool.turnOver();
    }
    spool.dropThrough(this.metering.acknowledgedFrame());
  }

  #dropWhatIsKept(): void {
    dropEndedBoots(this.#settings.spoolDir);
    this.#reserve.release();
  }

  #nameOf(boot: string, by: string): BootName {
    const { gateway, fingerprint } = this.#owner;
    return { gateway, boot, by, fingerprint, version: this.#settings.version };
  }

  #shipperOf(name: BootName, batches: BatchFiles): Shipper {
    const { wallNow, random, coreUrl, token, log } = this.#settings;
    return new Shipper({ name, batches, clock: this.clock, wallNow, random, coreUrl, token, log });
  }

  #orphanage(): Orphanage {
    const { spoolDir, fsync, wallNow, log } = this.#settings;
    const { fingerprint } = this.#owner;
    return {
      spoolDir,
      fingerprint,
      nameOf: (boot) => this.#nameOf(boot, this.boot),
      shipperOf: (name, batches) => this.#shipperOf(name, batches),
      wallNow,
      durable: fsync !== 'never',
      makeRoom: () => this.#dropWhatIsKept(),
      log,
      signal: this.#stop.signal,
    };
  }

  #finish(work: Promise<void>): void {
    const done = work.catch((error: unknown) => {
      this.#settings.log.error({ err: error }, 'what older boots left could not be shipped');
    });
    this.#finishing.push(done);
  }

  /**
   * Core has ended this boot: a copy of the spool did, or somebody by mistake. The process goes on
   * in a new one, with nothing lent; what the old one recorded and core has not is shipped as what
   * any older boot left. Should it not work out, the next start does the same from disk.
   */
  #startAnew(): void {
    if (this.#stop.signal.aborted) return;
    const { log, onFatal } = this.#settings;
    const old = this.#life;
    try {
      const place = this.#openPlace();
      this.metering.moveTo(place);
      markClosed(old.dir, { ended: false });
      this.#life = this.#converse(place);
    } catch (error) {
      onFatal(error);
      return;
    }
    log.error({ boot: old.boot, next: this.boot }, 'billing-core has ended this boot');
    this.#life.loop.start();
    this.tills.retry();
    this.#finish(finishWhenItFits(old.boot, this.#orphanage()));
  }
}
