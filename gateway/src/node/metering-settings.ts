import type { Logger } from 'pino';
import type { CoreClock } from './clock.ts';
import type { SpoolMetering } from './metering.ts';
import type { RefusalCounts } from './refusals.ts';
import type { FsyncPolicy } from './spool/spool.ts';
import type { TillHouse } from './tills.ts';
import type { Tracing } from './tracing.ts';
import type { TurnEnd } from './turn-end.ts';

export type MeteringSettings = {
  spoolDir: string;
  fsync: FsyncPolicy;
  /** Bytes of unsent usage on disk after which the spool is full. */
  spoolBytesMax: number;
  /** What becomes of requests while it is. */
  whenFull: 'refuse' | 'admit';
  coreUrl: string;
  token: string;
  version: string;
  /** Left out where no collector is told of syncs. */
  tracing?: Tracing | undefined;
  log: Logger;
  /** Wall clock in ms and randomness, given by the entry file. */
  wallNow: () => number;
  random: () => number;
  /** The process must exit: the next start replays from disk. */
  onFatal: (error: unknown) => void;
  /** Shared with the upstreams: what is written here in a turn goes upstream at its end. */
  turnEnd?: TurnEnd;
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
