import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export type SegmentHeader = {
  gateway: string;
  boot: string;
  /** Of the spool it was written to: what is read elsewhere is a copy. */
  fingerprint: string;
  first_frame: number;
  /** The frames from here to before the first were never written, and their answers left. */
  skipped_from?: number;
  /** The kernel's boot id: another one later means the machine went down. */
  kernel_boot: string;
  fsync: 'interval' | 'always' | 'never';
};

const MAGIC = 'TGSPOOL1 ';
const NEWLINE = 10;
const NAME = /^segment-(\d{12})\.log$/;
const beside = { content: promisify(fdatasync), names: promisify(fsync) };

export const segmentName = (firstFrame: number): string =>
  `segment-${String(firstFrame).padStart(12, '0')}.log`;

/** First frame a segment file holds, by its name; undefined for another file. */
export function segmentFirstFrame(path: string): number | undefined {
  const match = NAME.exec(basename(path));
  return match ? Number(match[1]) : undefined;
}

/** A new or deleted name is durable only when its directory is synced. */
export function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The same while requests go on. */
export async function syncDirectoryBeside(dir: string): Promise<void> {
  const fd = openSync(dir, 'r');
  try {
    await beside.names(fd);
  } finally {
    closeSync(fd);
  }
}

/** The kernel's boot id; where there is none, every start counts as the same machine run. */
export function kernelBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

const headOf = (header: SegmentHeader): Buffer =>
  Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`);
const unnamed = (path: string): string => `${path}.new`;

/** The disk took only a part, or nothing: what was there before is intact. */
export class ShortWrite extends Error {}

/** An append-only file of frames that this process writes. */
export class Segment {
  readonly path: string;
  readonly firstFrame: number;
  readonly #fd: number;
  #bytes = 0;
  #syncing = 0;
  #closing = false;
  #distrusted = false;

  private constructor(path: string, firstFrame: number, fd: number) {
    this.path = path;
    this.firstFrame = firstFrame;
    this.#fd = fd;
  }

  /** Creates the file with its header, both durable before the first frame. */
  static create(dir: string, header: SegmentHeader): Segment {
    const path = join(dir, segmentName(header.first_frame));
    const fd = openSync(path, 'ax', 0o600);
    const segment = new Segment(path, header.first_frame, fd);
    try {
      segment.write(headOf(header));
      if (header.fsync !== 'never') {
        fdatasyncSync(fd);
        syncDirectory(dirname(path));
      }
    } catch (error) {
      // Its name must be free again: the next try is under the same one.
      segment.close();
      rmSync(path, { force: true });
      throw error;
    }
    return segment;
  }

  /**
   * The same while requests go on: the header is durable, and the file has its name only when it
   * is given it. Until then it is no part of the log, whatever ends the process.
   */
  static async prepare(dir: string, header: SegmentHeader): Promise<Segment> {
    const path = join(dir, segmentName(header.first_frame));
    const segment = new Segment(path, header.first_frame, openSync(unnamed(path), 'w', 0o600));
    try {
      segment.write(headOf(header));
      await segment.sync();
    } catch (error) {
      segment.discard();
      throw error;
    }
    return segment;
  }

  /** Gives a prepared file its name, which is durable when its directory is synced. */
  takeName(): void {
    try {
      renameSync(unnamed(this.path), this.path);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Lets go of a prepared file. */
  discard(): void {
    this.close();
    rmSync(unnamed(this.path), { force: true });
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends all of it or nothing: a short write is cut back to the last boundary. */
  write(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = writeSync(this.#fd, bytes, written);
        if (count === 0) throw new ShortWrite('the disk took nothing');
        written += count;
      }
    } catch (error) {
      if (fstatSync(this.#fd).size > this.#bytes) ftruncateSync(this.#fd, this.#bytes);
      throw new ShortWrite((error as Error).message, { cause: error });
    }
    this.#bytes += written;
  }

  /**
   * Rejects when the disk did not take it. The kernel may have dropped what it could not write, and
   * say the next time that all is well: this descriptor is not asked again.
   */
  async sync(): Promise<void> {
    this.#refuseDistrusted();
    this.#syncing += 1;
    try {
      await beside.content(this.#fd);
    } catch (error) {
      this.#distrusted = true;
      throw error;
    } finally {
      this.#syncing -= 1;
      if (this.#closing && this.#syncing === 0) closeSync(this.#fd);
    }
  }

  /** The same at once. */
  syncNow(): void {
    this.#refuseDistrusted();
    try {
      fdatasyncSync(this.#fd);
    } catch (error) {
      this.#distrusted = true;
      throw error;
    }
  }

  #refuseDistrusted(): void {
    if (this.#distrusted) throw new Error('a sync of this file has failed before');
  }

  /** Closes the file, after a sync that is still under way on it. */
  close(): void {
    this.#closing = true;
    if (this.#syncing === 0) closeSync(this.#fd);
  }
}

export type SegmentContent = { header: SegmentHeader | undefined; frames: Buffer };

/** A segment of an older boot; without a readable header its frames cannot be trusted. */
export function readSegment(path: string): SegmentContent {
  const bytes = readFileSync(path);
  const end = bytes.indexOf(NEWLINE);
  const line = bytes.subarray(0, Math.max(0, end)).toString('utf8');
  if (end === -1 || !line.startsWith(MAGIC)) return { header: undefined, frames: bytes };
  try {
    const header = JSON.parse(line.slice(MAGIC.length)) as SegmentHeader;
    return { header, frames: bytes.subarray(end + 1) };
  } catch {
    return { header: undefined, frames: bytes };
  }
}
