import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { CoreClock } from './clock.ts';
import { SpoolMetering } from './metering.ts';
import { RefusalCounts } from './refusals.ts';
import { Shipper, type BootName } from './shipper.ts';
import { BatchFiles } from './spool/batches.ts';
import { ownSpool, type SpoolOwner } from './spool/owner.ts';
import { Spool, type FsyncPolicy } from './spool/spool.ts';
import { finishOlderBoots, markClosed, newBoot, openBootDirectory, SyncLoop } from './sync.ts';
import { TillHouse } from './tills.ts';

/** How long requests wait for core's time after a start. */
const CLOCK_WAIT_MS = 1_000;

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
  clock: CoreClock;
  tills: TillHouse;
  metering: SpoolMetering;
  refusals: RefusalCounts;
  gateway: string;
  boot: string;
  /** Whether the last sync got through. */
  reachable(): boolean;
  /** From now on nothing is admitted. */
  stopAdmitting(): void;
  /** Sends what is left and seals the boot; false when the next start has to send it. */
  close(deadlineMs: number): Promise<boolean>;
};

/** Opens the spool, takes up what older boots left, and starts the sync conversation. */
export function openMetering(settings: MeteringSettings): OpenMetering {
  const { spoolDir, fsync, log, wallNow, random, coreUrl, token, version, onFatal } = settings;
  const owner = ownSpool(spoolDir);
  const clock = new CoreClock(wallNow());
  const boot = newBoot();
  const durable = fsync !== 'never';
  const dir = openBootDirectory(spoolDir, boot, durable);
  const batches = new BatchFiles(dir, { durable });
  const spool = new Spool({ dir, gateway: owner.gateway, boot, fsync, onFatal });
  const refusals = new RefusalCounts(clock);
  const stop = new AbortController();
  const { gateway, fingerprint } = owner;
  const nameOf = (of: string): BootName => ({ gateway, boot: of, by: boot, fingerprint, version });
  const shipperOf = (name: BootName, files: BatchFiles): Shipper =>
    new Shipper({ name, batches: files, clock, wallNow, random, coreUrl, token, log });

  const overfull = (): boolean =>
    spool.full || metering.stuck || spool.bytes > settings.spoolBytesMax;
  const tills = new TillHouse({
    clock,
    askCore: () => loop.kick(),
    reachable: () => shipper.reachable,
    away: () => shipper.away,
    clockReady: Promise.race([clock.learnt, delay(CLOCK_WAIT_MS, undefined, { ref: false })]),
    mayAdmit: () => (stop.signal.aborted ? 'stopping' : overfull() ? 'spool_full' : null),
  });
  clock.onStep = (ms) => tills.stepped(ms);
  const metering = new SpoolMetering({
    spool,
    batches,
    tills,
    clock,
    onFull: () => loop.kick(),
    onStuck: (error) => log.error({ err: error }, 'the disk took no batch; nothing is admitted'),
  });
  const shipper = shipperOf(nameOf(boot), batches);
  const loop = new SyncLoop({
    shipper,
    batches,
    metering,
    tills,
    refusals,
    clock,
    wallNow,
    log,
    onAcknowledged: () => spool.dropThrough(metering.acknowledgedFrame()),
    onBroken: onFatal,
    onEnded: () => onFatal(new Error('billing-core has ended this boot')),
  });
  loop.start();
  const orphans = { spoolDir, liveBoot: boot, nameOf, shipperOf, clock, wallNow, durable, log };
  const older = finishOlderBoots({ ...orphans, signal: stop.signal });
  older.catch((error: unknown) => log.error({ err: error }, 'older boots could not be read'));

  return {
    clock,
    tills,
    metering,
    refusals,
    gateway,
    boot,
    reachable: () => shipper.reachable,
    stopAdmitting: () => stop.abort(),
    close: (deadlineMs) => {
      stop.abort();
      return closeAll({ spool, loop, older, dir, owner }, deadlineMs);
    },
  };
}

type Closing = {
  spool: Spool;
  loop: SyncLoop;
  older: Promise<void>;
  dir: string;
  owner: SpoolOwner;
};

async function closeAll(of: Closing, deadlineMs: number): Promise<boolean> {
  of.spool.flush();
  const ended = await of.loop.close(deadlineMs);
  await of.older.catch(() => {});
  of.spool.close();
  markClosed(of.dir, { ended });
  of.owner.release();
  return ended;
}
