import { unlink } from 'node:fs';
import { promisify } from 'node:util';
import { Segment, syncDirectory, syncDirectoryBeside, type SegmentHeader } from './segment.ts';

const unlinkBeside = promisify(unlink);

export type SegmentsOf = {
  readonly dir: string;
  readonly header: Omit<SegmentHeader, 'first_frame' | 'skipped_from'>;
  /** A sync the process cannot go on after. */
  readonly onFatal: (error: unknown) => void;
};

/** The segment files of one boot: one that is written to, and those that are full. */
export class Segments {
  readonly #of: SegmentsOf;
  #open: Segment;
  #closed: Segment[] = [];
  /** Resolves when the name of the open one is durable, as it may not be yet. */
  #named: Promise<void> | undefined;
  #turning = false;

  /** Throws when the disk takes no file. */
  constructor(of: SegmentsOf) {
    this.#of = of;
    this.#open = Segment.create(of.dir, this.#headerOf(1));
  }

  /** The one that is written to. */
  get open(): Segment {
    return this.#open;
  }

  get bytes(): number {
    return this.#closed.reduce((sum, segment) => sum + segment.bytes, this.#open.bytes);
  }

  /**
   * Closes the open one and begins another; `skippedFrom`: frames from there to before its first
   * one are nowhere. Throws when the disk does not take it: then the open one stays open.
   */
  rotate(firstFrame: number, skippedFrom?: number): void {
    this.syncNow();
    this.#goOnIn(Segment.create(this.#of.dir, this.#headerOf(firstFrame, skippedFrom)));
  }

  /** The next one is being made: what is to be written waits for it, if it can. */
  get turning(): boolean {
    return this.#turning;
  }

  /**
   * The same while requests go on: the disk may take many milliseconds. `overtaken`: something was
   * written all the same, so the next one begins elsewhere. Out: false when the disk took no file.
   */
  async rotateBeside(firstFrame: number, overtaken: () => boolean): Promise<boolean> {
    this.#turning = true;
    try {
      await this.#makeNext(firstFrame, overtaken);
      return true;
    } catch {
      return false;
    } finally {
      this.#turning = false;
    }
  }

  async #makeNext(firstFrame: number, overtaken: () => boolean): Promise<void> {
    const { dir } = this.#of;
    const [next] = await Promise.all([
      Segment.prepare(dir, this.#headerOf(firstFrame)),
      this.#open.sync().catch((error: unknown) => this.#lost(error)),
    ]);
    if (overtaken()) return next.discard();
    next.takeName();
    this.#goOnIn(next);
    // From here on it counts: a sync waits for its name as well.
    this.#named = syncDirectoryBeside(dir);
    this.#named.then(() => (this.#named = undefined), this.#of.onFatal);
  }

  /** Resolves when all that was written before is on the disk itself. */
  async sync(): Promise<void> {
    await Promise.all([this.#named, this.#open.sync()]);
  }

  /** The same at once, where anything is synced at all. */
  syncNow(): void {
    const { dir, header } = this.#of;
    if (header.fsync === 'never') return;
    try {
      this.#open.syncNow();
      if (this.#named) syncDirectory(dir);
    } catch (error) {
      this.#lost(error);
    }
  }

  #goOnIn(next: Segment): void {
    this.#open.close();
    this.#closed.push(this.#open);
    this.#open = next;
  }

  /** Deletes closed segments whose frames are all at or before this one. */
  dropThrough(frame: number): void {
    const isNeeded = (_: Segment, at: number): boolean =>
      (this.#closed[at + 1] ?? this.#open).firstFrame - 1 > frame;
    const kept = this.#closed.filter(isNeeded);
    if (kept.length === this.#closed.length) return;
    const dropped = this.#closed.filter((segment) => !kept.includes(segment));
    this.#closed = kept;
    // Megabytes take the file system many milliseconds, too.
    for (const { path } of dropped) unlinkBeside(path).catch(() => {});
  }

  #headerOf(firstFrame: number, skippedFrom?: number): SegmentHeader {
    const skipped = skippedFrom === undefined ? {} : { skipped_from: skippedFrom };
    return { ...this.#of.header, first_frame: firstFrame, ...skipped };
  }

  /** What a failed sync lost the process cannot know: only the next start can tell from disk. */
  #lost(error: unknown): never {
    this.#of.onFatal(error);
    throw error;
  }
}
