import { BatchFiles } from './spool/batches.ts';
import type { OverflowSettings } from './spool/overflow.ts';
import type { SpoolIdentity } from './spool/owner.ts';
import { type FsyncPolicy, SEGMENT_BYTES_MAX, Spool } from './spool/spool.ts';
import { newBoot, openBootDirectory } from './sync.ts';
import type { TurnEnd } from './turn-end.ts';

const SEGMENTS_MIN = 8;

/** Where one boot records. */
export type Place = {
  readonly boot: string;
  readonly dir: string;
  readonly spool: Spool;
  readonly batches: BatchFiles;
};

type PlaceSettings = {
  readonly spoolDir: string;
  readonly fsync: FsyncPolicy;
  /** Bytes of unsent usage on disk after which the spool is full. */
  readonly spoolBytesMax: number;
  readonly onFatal: (error: unknown) => void;
  readonly turnEnd?: TurnEnd;
};

/** A new boot's place in the spool. Throws when the disk has none. */
export function openPlace(
  { spoolDir, fsync, spoolBytesMax, onFatal, turnEnd }: PlaceSettings,
  { owner, overflow }: { owner: SpoolIdentity; overflow?: OverflowSettings },
): Place {
  // Small beside the whole, which else the open segment alone could fill for good.
  const segmentBytesMax = Math.min(SEGMENT_BYTES_MAX, spoolBytesMax / SEGMENTS_MIN);
  const { gateway, fingerprint } = owner;
  const boot = newBoot();
  const durable = fsync !== 'never';
  const dir = openBootDirectory(spoolDir, boot, durable);
  const batches = new BatchFiles(dir, { durable });
  const named = { dir, gateway, boot, fingerprint };
  const extras = { ...(overflow && { overflow }), ...(turnEnd && { turnEnd }) };
  const how = { fsync, segmentBytesMax, onFatal, ...extras };
  return { boot, dir, batches, spool: new Spool({ ...named, ...how }) };
}
