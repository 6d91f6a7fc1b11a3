import { readFileSync, unlinkSync } from 'node:fs';
import { Admitted } from './admitted.ts';
import { encodeFrame } from './frame.ts';
import { Segment, syncDirectory, type SegmentHeader } from './segment.ts';

export const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;
export const FSYNC_INTERVAL_MS = 500;
const FULL_RETRY_MS = 100;

export type FsyncPolicy = SegmentHeader['fsync'];
export type SpoolSettings = {
  dir: string;
  gateway: string;
  boot: string;
  /** Of this copy of the spool: on another one the boot's process may be alive. */
  fingerprint: string;
  fsync: FsyncPolicy;
  /** Size after which a segment is closed: only closed ones can be deleted. */
  segmentBytesMax?: number;
  /** A write or sync the process cannot go on after: it must exit, and the next start replays. */
  onFatal: (error: unknown) => void;
};

type Pending = { frame: Buffer; number: number; release: (frame: number) => void };

/** The kernel's boot id; where there is none, every start counts as the same machine run. */
export function kernelBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/**
 * The log of one boot. Everything that happens in one turn of the event loop shares one write:
 * the admitted total goes to disk before the turn's requests are forwarded, and their frames go
 * to disk before the last bytes of their responses. So `kill -9` loses no completed request, and
 * the number in doubt afterwards is known.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #admitted: Admitted;
  readonly #segmentBytesMax: number;
  readonly #fsyncTimer: NodeJS.Timeout | undefined;
  #segment: Segment;
  #closed: Segment[] = [];
  #nextFrame = 1;
  #starts: (() => void)[] = [];
  #pending: Pending[] = [];
  #unsynced: Pending[] = [];
  #syncing = false;
  #scheduled = false;
  #dirty = false;
  #full = false;

  constructor(settings: SpoolSettings) {
    this.#settings = settings;
    this.#segmentBytesMax = settings.segmentBytesMax ?? SEGMENT_BYTES_MAX;
    const { dir, fsync, onFatal } = settings;
    this.#admitted = new Admitted(dir, { durable: fsync !== 'never', onFatal });
    this.#segment = this.#create();
    if (fsync === 'interval') {
      this.#fsyncTimer = setInterval(() => void this.#syncDirty(), FSYNC_INTERVAL_MS);
      this.#fsyncTimer.unref();
    }
  }

  /** The disk took no more: admit nothing until it does. */
  get full(): boolean {
    return this.#full;
  }

  get bytes(): number {
    return this.#closed.reduce((sum, segment) => sum + segment.bytes, this.#segment.bytes);
  }

  /** Runs `forward` when the admitted total that counts it is on disk. */
  begin(forward: () => void): void {
    this.#admitted.add(1);
    this.#starts.push(forward);
    this.#schedule();
  }

  /** Writes the payload as a frame at the end of this turn, then runs `release`, in frame order. */
  append(payload: string, release: (frame: number) => void): void {
    const number = this.#nextFrame + this.#pending.length;
    this.#pending.push({ frame: encodeFrame(payload, number), number, release });
    this.#schedule();
  }

  /** Writes what this turn has gathered so far, now. */
  flush(): void {
    this.#writePending();
    this.#startForwards();
  }

  /** Deletes closed segments whose frames are all at or before this one. */
  dropThrough(frame: number): void {
    const kept: Segment[] = [];
    this.#closed.forEach((segment, at) => {
      const next = this.#closed[at + 1] ?? this.#segment;
      if (next.firstFrame - 1 > frame) kept.push(segment);
      else unlinkSync(segment.path);
    });
    const dropped = kept.length < this.#closed.length;
    this.#closed = kept;
    if (dropped && this.#settings.fsync !== 'never') syncDirectory(this.#settings.dir);
  }

  /** Closes the open segment, which may be all that fills a disk, if the disk takes another. */
  turnOver(): void {
    if (this.#nextFrame === this.#segment.firstFrame) return;
    try {
      this.#rotate();
    } catch {
      // Not even room for an empty one: the next answer of core is the next occasion.
    }
  }

  /** Counts requests that an earlier boot admitted, and that go on in this one. */
  takeOver(requests: number): void {
    this.#admitted.add(requests);
    this.#admitted.write(() => {});
  }

  /** Ends the log of a boot whose open requests go on in another one: none is in doubt here. */
  end(): void {
    this.flush();
    if (this.#full) throw new Error('the disk did not take all of a boot that has ended');
    this.close(this.#nextFrame - 1);
  }

  /** `admitted`: how many requests it has to answer for, where it is not all that it began. */
  close(admitted?: number): void {
    this.flush();
    clearInterval(this.#fsyncTimer);
    if (this.#settings.fsync !== 'never') this.#segment.syncNow();
    // All of it is on disk now: nothing is left for a sync that is still under way.
    this.#release(this.#unsynced.splice(0));
    this.#segment.close();
    this.#admitted.settle(admitted ?? this.#admitted.total);
    this.#admitted.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #create(): Segment {
    const { dir, gateway, boot, fingerprint, fsync } = this.#settings;
    const header = {
      gateway,
      boot,
      fingerprint,
      first_frame: this.#nextFrame,
      kernel_boot: kernelBoot(),
      fsync,
    };
    return Segment.create(dir, header);
  }

  #rotate(): void {
    this.#syncSegment();
    const next = this.#create();
    this.#segment.close();
    this.#closed.push(this.#segment);
    this.#segment = next;
  }

  /** What a failed sync lost the process cannot know: only the next start can tell from disk. */
  #syncSegment(): void {
    if (this.#settings.fsync === 'never') return;
    try {
      this.#segment.syncNow();
    } catch (error) {
      this.#settings.onFatal(error);
      throw error;
    }
  }

  #writePending(): void {
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    try {
      if (this.#segment.bytes >= this.#segmentBytesMax) this.#rotate();
      this.#segment.write(Buffer.concat(batch.map(({ frame }) => frame)));
    } catch {
      // Full disk: nothing is lost, the frames stay here and their responses stay open.
      this.#full = true;
      setTimeout(() => this.#schedule(), FULL_RETRY_MS);
      return;
    }
    this.#full = false;
    this.#pending = [];
    this.#nextFrame += batch.length;
    this.#dirty = true;
    this.#unsynced.push(...batch);
    if (this.#settings.fsync === 'always') void this.#releaseSynced();
    else this.#release(this.#unsynced.splice(0));
  }

  #release(written: Pending[]): void {
    for (const { number, release } of written) release(number);
  }

  // One sync at a time, shared by all frames written before it starts; so releases keep order.
  async #releaseSynced(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    try {
      while (this.#unsynced.length > 0) {
        const written = this.#unsynced.length;
        await this.#segment.sync();
        this.#release(this.#unsynced.splice(0, written));
      }
    } catch (error) {
      this.#settings.onFatal(error);
    }
    this.#syncing = false;
  }

  #startForwards(): void {
    if (this.#starts.length === 0) return;
    const starts = this.#starts;
    this.#starts = [];
    try {
      this.#admitted.write(() => {
        for (const start of starts) start();
      });
    } catch (error) {
      this.#settings.onFatal(error);
    }
  }

  async #syncDirty(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    try {
      await this.#segment.sync();
    } catch (error) {
      // A descriptor whose sync failed may claim later that all is well: never ask it again.
      this.#settings.onFatal(error);
    }
  }
}
