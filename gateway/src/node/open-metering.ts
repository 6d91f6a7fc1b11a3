import { setTimeout as delay } from 'node:timers/promises';
import type { UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import type { CoreClock } from './clock.ts';
import { SpoolMetering } from './metering.ts';
import type { MeteringSettings, OpenMetering } from './metering-settings.ts';
import { KnownRecovery } from './known-recovery.ts';
import { openPlace, type Place } from './place.ts';
import { RefusalCounts } from './refusals.ts';
import { Shipper, type BootName } from './shipper.ts';
import {
  bootsIn,
  endedBoots,
  finishOlderBoots,
  finishWhenItFits,
  shipAgain,
  type Orphanage,
} from './older-boots.ts';
import type { BatchFiles } from './spool/batches.ts';
import { ownSpool, type SpoolOwner } from './spool/owner.ts';
import { dropEndedBoots, Reserve } from './spool/room.ts';
import type { OverflowSettings } from './spool/overflow.ts';
import { markClosed, SyncLoop } from './sync.ts';
import { TillHouse } from './tills.ts';
import { Timekeeper } from './timekeeper.ts';

/** How long records in memory wait for a full disk when the process stops. */
const DISK_WAIT_MS = 2_000;

/** One boot of this process: where it records, and its conversation with core. */
type Life = Place & {
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
  readonly #recovery: KnownRecovery;
  readonly #time: Timekeeper;
  readonly #stop = new AbortController();
  /** What ships the boots that are over. */
  readonly #finishing: Promise<void>[] = [];
  #life: Life;

  constructor(settings: MeteringSettings) {
    this.#settings = settings;
    this.#owner = ownSpool(settings.spoolDir);
    this.#recovery = new KnownRecovery(settings.spoolDir);
    this.#reserve = new Reserve(settings.spoolDir);
    this.#reserve.release();
    this.#time = new Timekeeper(settings);
    this.clock = this.#time.clock;
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
    // Of now: by the time they are shipped this process may be in another boot.
    const older = bootsIn(settings.spoolDir).filter((boot) => boot !== this.boot);
    this.#finish((of) => finishOlderBoots(older, of));
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
    const { spool } = this.#life;
    await Promise.race([spool.caughtUp(), delay(DISK_WAIT_MS, undefined, { ref: false })]);
    spool.giveUp();
    const complete = await this.#life.loop.close(deadlineMs);
    await Promise.all(this.#finishing);
    this.#life.spool.close();
    markClosed(this.#life.dir, { ended: complete });
    this.#time.end(this.#life.dir);
    this.#owner.release();
    return complete;
  }

  #openTills(): TillHouse {
    const { clock } = this;
    const refuses = this.#settings.whenFull === 'refuse';
    const overfull = (): boolean => refuses && (this.#full || this.#overLimit);
    const tills = new TillHouse({
      clock,
      askCore: () => this.#life.loop.kick(),
      reachable: () => this.#life.shipper.reachable,
      away: () => this.#life.shipper.away,
      clockReady: clock.firstWord(() => this.#life.shipper.reachable),
      mayAdmit: () => (this.#stop.signal.aborted ? 'stopping' : overfull() ? 'spool_full' : null),
    });
    clock.onStep = (ms) => tills.stepped(ms);
    clock.onSuspended = () => tills.dropShares();
    return tills;
  }

  #openPlace(): Place {
    const { whenFull } = this.#settings;
    return openPlace(this.#settings, {
      owner: this.#owner,
      ...(whenFull === 'admit' && { overflow: this.#overflow() }),
    });
  }

  /** How a spool goes on that is full. What it takes no more is told to core. */
  #overflow(): OverflowSettings {
    const { log } = this.#settings;
    return {
      blocked: () => this.metering.stuck || this.#overLimit,
      onBegin: () => log.error('the spool is full: answers leave, their records wait in memory'),
      onGap: (gap: UsageGap) => {
        log.error(gap, 'requests were answered that the spool could not record');
        this.#life.shipper.report(gap);
      },
    };
  }

  #converse(place: Place): Life {
    const { clock, tills, metering, refusals } = this;
    const { wallNow, log, onFatal } = this.#settings;
    const { boot, batches } = place;
    const shipper = this.#shipperOf(this.#nameOf(boot, boot), batches, null);
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
      onHousekeeping: () => this.#housekeep(),
      onBroken: onFatal,
      isLeft: () => this.#isOff,
      onEnded: () => this.#startAnew(),
      onRecovery: (number) => this.#meetRecovery(number),
    });
    return { ...place, shipper, loop };
  }

  /** On a full disk no boot begins, and none can be left. */
  get #isOff(): boolean {
    const isOff = this.#time.whyLeft !== undefined;
    return isOff && !this.#full && this.metering.unwritten === 0;
  }

  #housekeep(): void {
    this.#time.keep();
    if (!this.#full) this.#reserve.keep();
  }

  get #full(): boolean {
    return this.#life.spool.full || this.metering.stuck;
  }

  get #overLimit(): boolean {
    return this.#life.spool.bytes > this.#settings.spoolBytesMax;
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

  #shipperOf(name: BootName, batches: BatchFiles, recovery: number | null): Shipper {
    const { clock } = this;
    const { wallNow, random, coreUrl, token, log, tracing } = this.#settings;
    const way = { coreUrl, token, tracing };
    return new Shipper({ name, batches, recovery, clock, wallNow, random, log, ...way });
  }

  /** For boots that began under this recovery of core's database, or an earlier one. */
  #orphanage(recovery = this.#recovery.number): Orphanage {
    const { spoolDir, fsync, wallNow, log } = this.#settings;
    const { fingerprint } = this.#owner;
    return {
      spoolDir,
      fingerprint,
      nameOf: (boot) => this.#nameOf(boot, this.boot),
      shipperOf: (name, batches) => this.#shipperOf(name, batches, recovery),
      wallNow,
      durable: fsync !== 'never',
      makeRoom: () => this.#dropWhatIsKept(),
      log,
      signal: this.#stop.signal,
    };
  }

  /**
   * Ships boots that are over once core has heard of the one that goes on: in between a period
   * could be closed of which neither has told all.
   */
  #finish(work: (of: Orphanage) => Promise<void>, of = this.#orphanage()): void {
    const done = this.#life.loop.heard
      .then(() => work(of))
      .catch((error: unknown) => {
        this.#settings.log.error({ err: error }, 'what older boots left could not be shipped');
      });
    this.#finishing.push(done);
  }

  /**
   * Core has ended this boot: a copy of the spool did, or somebody by mistake; or its database went
   * back and may not know what the boot was lent; or its clock went back, behind what the boot has
   * vouched for. The process goes on in a new one, with nothing lent; what the old one recorded
   * and core has not is shipped as what any older boot left. Should it not work out, the next start
   * does the same from disk.
   */
  #startAnew(): void {
    if (this.#stop.signal.aborted) return;
    const { log, onFatal } = this.#settings;
    const old = this.#life;
    const why = this.#whyAnew(old.shipper);
    try {
      const place = this.#openPlace();
      this.metering.moveTo(place, this.#time.leave(old.dir));
      markClosed(old.dir, { ended: false });
      this.clock.beginAnew();
      this.#life = this.#converse(place);
    } catch (error) {
      onFatal(error);
      return;
    }
    log.error({ boot: old.boot, next: this.boot }, why);
    this.#life.loop.start();
    this.tills.retry();
    this.#finish((of) => finishWhenItFits(old.boot, of));
  }

  #whyAnew({ wentBack }: Shipper): string {
    if (wentBack) return "billing-core's database went back";
    return this.#time.whyLeft ?? 'billing-core has ended this boot';
  }

  /** Core's database went back: what it may have lost of boots that are over is shipped again. */
  #meetRecovery(number: number): void {
    const before = this.#recovery.number;
    if (number === before) return;
    this.#recovery.number = number;
    const ended = endedBoots(this.#settings.spoolDir);
    this.#finish(async (of) => {
      await shipAgain(ended, of);
      this.#recovery.keep(number);
    }, this.#orphanage(before));
  }
}
