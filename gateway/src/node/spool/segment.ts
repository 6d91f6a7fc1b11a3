import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
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
  /** The kernel's boot id: another one later means the machine went down. */
  kernel_boot: string;
  fsync: 'interval' | 'always' | 'never';
};

const MAGIC = 'TGSPOOL1 ';
const NEWLINE = 10;
const NAME = /^segment-(\d{12})\.log$/;
const fdatasyncAsync = promisify(fdatasync);

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

  private constructor(path: string, firstFrame: number, fd: number) {
    this.path = path;
    this.firstFrame = firstFrame;
    this.#fd = fd;
  }

  /** Creates the file with its header, both durable before the first frame. */
  static create(dir: string, header: SegmentHeader): Segment {
    const path = join(dir, segmentName(header.first_frame));
    const fd = openSync(path, 'ax', 0o600);
    const head = Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`);
    const segment = new Segment(path, header.first_frame, fd);
    try {
      segment.write(head);
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

  /** Rejects when the disk did not take it; then this descriptor must not be trusted again. */
  async sync(): Promise<void> {
    this.#syncing += 1;
    try {
      await fdatasyncAsync(this.#fd);
    } finally {
      this.#syncing -= 1;
      if (this.#closing && this.#syncing === 0) closeSync(this.#fd);
    }
  }

  syncNow(): void {
    fdatasyncSync(this.#fd);
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
