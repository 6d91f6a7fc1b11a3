import { Admitted } from './admitted.ts';
import { Durability } from './durability.ts';
import { TurnEnd } from '../turn-end.ts';
import { frameBytes, Frames } from './frame.ts';
import { type Entry, nextOf, Overflow, type OverflowSettings, type Pending } from './overflow.ts';
import { kernelBoot, type SegmentHeader } from './segment.ts';
import { Segments } from './segments.ts';

export const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;
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
  /** Left out: an answer leaves when its record is written, and not before. */
  overflow?: OverflowSettings;
  /** Shared with what else ends its turns, so that a turn has one end. */
  turnEnd?: TurnEnd;
};

const UNWATCHED: Entry = { written: () => {}, release: () => {}, lost: () => {} };

/**
 * The log of one boot. Everything that happens in one turn of the event loop shares one write:
 * the admitted total goes to disk before the turn's requests are forwarded, and their frames go
 * to disk before the last bytes of their responses. So `kill -9` loses no completed request, and
 * the number in doubt afterwards is known.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #admitted: Admitted;
  readonly #segments: Segments;
  readonly #segmentBytesMax: number;
  readonly #durability: Durability;
  readonly #overflow: Overflow | undefined;
  readonly #turnEnd: TurnEnd;
  readonly #frames = new Frames();
  #retry: NodeJS.Timeout | undefined;
  #nextFrame = 1;
  #starts: (() => void)[] = [];
  #pending: Pending[] = [];
  #scheduled = false;
  /** Frames are just being written: the turn ends with a word to the disk of how many there are. */
  #inTurn = false;
  #full = false;
  #over = false;

  constructor(settings: SpoolSettings) {
    this.#settings = settings;
    this.#turnEnd = settings.turnEnd ?? new TurnEnd();
    this.#segmentBytesMax = settings.segmentBytesMax ?? SEGMENT_BYTES_MAX;
    const { dir, gateway, boot, fingerprint, fsync, onFatal, overflow } = settings;
    this.#admitted = new Admitted(dir, { durable: fsync !== 'never', onFatal });
    if (overflow) this.#overflow = new Overflow(this.#admitted, overflow.onBegin);
    const header = { gateway, boot, fingerprint, kernel_boot: kernelBoot(), fsync };
    this.#segments = new Segments({ dir, header, onFatal });
    this.#durability = new Durability({
      policy: fsync,
      sync: () => this.#segments.sync(),
      release: (written) => this.#release(written),
      onFatal,
    });
  }

  /** The disk took no more. */
  get full(): boolean {
    return this.#full;
  }

  /** Records whose answers have left, and that are not on disk. */
  get unwritten(): number {
    return this.#overflow?.unwritten ?? 0;
  }

  /** Of these, how many were dropped and are in no gap that was told yet. */
  get untold(): number {
    return this.#overflow?.dropped ?? 0;
  }

  /** Resolves when no answer that left is without its record. */
  caughtUp(): Promise<void> {
    return this.#overflow?.caughtUp() ?? Promise.resolve();
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  /** Runs `forward` when the admitted total that counts it is on disk. */
  begin(forward: () => void): void {
    this.#admitted.add(1);
    this.#starts.push(forward);
    this.#schedule();
  }

  /** Writes the payload as a frame at the end of this turn; what becomes of it, in frame order. */
  append(payload: string, entry: Entry = UNWATCHED): void {
    const number = this.#nextFrame + this.#pending.length + (this.#overflow?.dropped ?? 0);
    const bytes = frameBytes(payload);
    this.#pending.push({ payload, bytes, number, entry, released: false });
    this.#schedule();
  }

  /** Writes what this turn has gathered so far, now. */
  flush(): void {
    this.#inTurn = true;
    this.#writePending();
    this.#inTurn = false;
    this.#startForwards();
    this.#admitted.tellRecorded();
  }

  /** Deletes closed segments whose frames are all at or before this one. */
  dropThrough(frame: number): void {
    this.#segments.dropThrough(frame);
  }

  /** Closes the open segment, which may be all that fills a disk, if the disk takes another. */
  turnOver(): void {
    if (this.#segments.turning || this.#nextFrame === this.#segments.open.firstFrame) return;
    try {
      this.#segments.rotate(this.#nextFrame);
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
    if (this.#pending.length > 0 || this.unwritten > 0) {
      throw new Error('the disk did not take all of a boot that has ended');
    }
    this.close(this.#nextFrame - 1);
  }

  /**
   * From here on nothing is written, whatever the disk has room for. What it did not take is in
   * doubt, or missing, if its answer has left.
   */
  giveUp(): void {
    this.#waitNoMore();
    this.flush();
    this.#waitNoMore();
    this.#over = true;
    if (this.unwritten > 0) this.#tellGap(this.unwritten);
    for (const { entry, released } of this.#pending) if (released) entry.lost();
  }

  /** `admitted`: how many requests it has to answer for, where it is not all that it began. */
  close(admitted?: number): void {
    this.flush();
    this.#over = true;
    this.#waitNoMore();
    this.#segments.syncNow();
    this.#durability.end();
    this.#segments.open.close();
    this.#admitted.settle(admitted ?? this.#admitted.total);
    this.#admitted.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turnEnd.later(this.#flushScheduled);
  }

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    if (!this.#segments.turning && !this.#turns()) return this.flush();
    this.#startForwards();
    this.#admitted.tellRecorded();
  };

  /** The file is large enough: begins another one, which the disk takes while requests go on. */
  #turns(): boolean {
    if (!this.#isLarge || this.#settings.fsync === 'never') return false;
    if (this.#pending.length === 0 || this.#retry || this.#overflow?.dropped) return false;
    void this.#turn();
    return true;
  }

  get #isLarge(): boolean {
    const { bytes, firstFrame } = this.#segments.open;
    return bytes >= this.#segmentBytesMax && firstFrame !== this.#nextFrame;
  }

  async #turn(): Promise<void> {
    const first = this.#nextFrame;
    const overtaken = (): boolean => this.#over || this.#nextFrame !== first;
    const made = await this.#segments.rotateBeside(first, overtaken);
    if (this.#over) return;
    if (made) return this.#schedule();
    this.#full = true;
    this.#wait();
  }

  #writePending(): void {
    if (this.#over) return;
    // A backlog is not tried with every turn: it may be large.
    if (this.#retry && this.#overflow) return this.#overflow.take(this.#pending);
    while (this.#pending.length > 0 || this.#overflow?.dropped) {
      const written = this.#writeSome();
      if (!written) return this.#wait();
      this.#nextFrame += written.length;
      this.#pending = this.#pending.slice(written.length);
      this.#overflow?.wrote(written);
      this.#durability.wrote(written);
    }
  }

  /** Writes the frames that come next, all or none; undefined when the disk takes none. */
  #writeSome(): Pending[] | undefined {
    if (this.#settings.overflow?.blocked()) return undefined;
    const some = nextOf(this.#pending, this.#nextFrame);
    try {
      if (some.length === 0) this.#skip();
      else {
        if (this.#isLarge && !this.#segments.turning) this.#segments.rotate(this.#nextFrame);
        this.#segments.open.write(this.#frames.of(some));
      }
    } catch {
      this.#full = true;
      return undefined;
    }
    this.#full = false;
    return some;
  }

  /** Full: the frames stay here; and so do their answers, unless they may leave. */
  #wait(): void {
    this.#overflow?.take(this.#pending);
    this.#waitNoMore();
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#schedule();
    }, FULL_RETRY_MS);
  }

  #waitNoMore(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** The frames that were dropped stay missing: the next segment says so, and core is told. */
  #skip(): void {
    const dropped = this.#overflow?.dropped ?? 0;
    this.#segments.rotate(this.#nextFrame + dropped, this.#nextFrame);
    this.#tellGap(dropped);
    this.#nextFrame += dropped;
    this.#overflow?.told();
  }

  /** So many frames from the next one on are missing, and will be. */
  #tellGap(frames: number): void {
    const [first_frame, last_frame] = [this.#nextFrame, this.#nextFrame + frames - 1];
    this.#settings.overflow?.onGap({ reason: 'unrecorded_requests', first_frame, last_frame });
  }

  #release(written: Pending[]): void {
    for (const { number, entry, released } of written) {
      entry.written(number);
      if (!released) entry.release();
    }
    const last = written.at(-1);
    if (!last) return;
    this.#admitted.recordedThrough(last.number);
    // Else one write at the end of the turn tells both numbers.
    if (!this.#inTurn) this.#admitted.tellRecorded();
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
}
