import { crc32c, crc32cOfWords } from './crc32c.ts';

/**
 * A frame is one request: length u32, CRC-32C u32 (both little-endian), payload. The checksum
 * starts from the frame's number, so a frame out of its place is as wrong as a torn one.
 */
export const FRAME_HEADER_BYTES = 8;
export const FRAME_PAYLOAD_MAX = 64 * 1024;

const seedOf = (frameNumber: number): number => frameNumber % 0x1_0000_0000;

const checksum = (payload: Uint8Array, frameNumber: number): number =>
  crc32c(payload, seedOf(frameNumber));

/** Each payload is written here first: at a word, where its checksum is quick. */
const MEMORY = new ArrayBuffer(FRAME_PAYLOAD_MAX);
const DRAFT = { bytes: Buffer.from(MEMORY), words: new Int32Array(MEMORY) };

/** How long its frame is, bytes. Throws RangeError for a payload over 64 KiB or empty. */
export function frameBytes(payload: string): number {
  const length = Buffer.byteLength(payload);
  if (length === 0 || length > FRAME_PAYLOAD_MAX) throw new RangeError(`frame of ${length} bytes`);
  return FRAME_HEADER_BYTES + length;
}

/** Puts one frame into bytes that have room for it from `at` on; gives where it ends. */
function putFrame(
  into: Buffer,
  at: number,
  { payload, number }: { payload: string; number: number },
): number {
  const length = DRAFT.bytes.write(payload);
  into.writeUInt32LE(length, at);
  into.writeUInt32LE(crc32cOfWords(DRAFT, length, seedOf(number)), at + 4);
  DRAFT.bytes.copy(into, at + FRAME_HEADER_BYTES, 0, length);
  return at + FRAME_HEADER_BYTES + length;
}

/** The bytes of one frame. Throws RangeError for a payload over 64 KiB or empty. */
export function encodeFrame(payload: string, number: number): Buffer {
  const frame = Buffer.allocUnsafe(frameBytes(payload));
  putFrame(frame, 0, { payload, number });
  return frame;
}

type Framed = { readonly payload: string; readonly number: number; readonly bytes: number };

/** One piece of memory for the frames of a write, used again for the next. */
export class Frames {
  #memory = Buffer.alloc(0);

  /** The bytes of these, one behind the other; they stand there until the next call. */
  of(some: readonly Framed[]): Buffer {
    let length = 0;
    for (const { bytes } of some) length += bytes;
    if (length > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(length * 2);
    let end = 0;
    for (const one of some) end = putFrame(this.#memory, end, one);
    return this.#memory.subarray(0, end);
  }
}

export type FrameScan = {
  /** Payloads by frame number, in order. */
  frames: { number: number; payload: string }[];
  /** Frame number that would come next after the last one read or skipped. */
  next: number;
  /** Bytes of whole, valid frames from the start, up to the first damage. */
  validBytes: number;
  /** Ranges of frame numbers that could not be read although later ones could. */
  gaps: { first: number; last: number }[];
  /** Whether bytes are left behind the last whole frame: a torn tail. */
  torn: boolean;
};

function frameAt(bytes: Buffer, at: number, frameNumber: number): string | undefined {
  if (at + FRAME_HEADER_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  if (length === 0 || length > FRAME_PAYLOAD_MAX) return undefined;
  const end = at + FRAME_HEADER_BYTES + length;
  if (end > bytes.length) return undefined;
  const payload = bytes.subarray(at + FRAME_HEADER_BYTES, end);
  if (checksum(payload, frameNumber) !== bytes.readUInt32LE(at + 4)) return undefined;
  return payload.toString('utf8');
}

const SKIP_FRAMES_MAX = 10_000;

/** Finds the next readable frame behind damage: its place, and how many frames were lost. */
function resync(bytes: Buffer, from: number, frameNumber: number) {
  for (let at = from + 1; at + FRAME_HEADER_BYTES < bytes.length; at++) {
    const length = bytes.readUInt32LE(at);
    if (length === 0 || length > FRAME_PAYLOAD_MAX) continue;
    const end = at + FRAME_HEADER_BYTES + length;
    if (end > bytes.length) continue;
    // The number is part of the checksum, so it is found by trying; the damage can hold no more
    // frames than its bytes allow.
    const most = Math.min(SKIP_FRAMES_MAX, Math.ceil((at - from) / FRAME_HEADER_BYTES));
    for (let skipped = 0; skipped <= most; skipped++) {
      if (frameAt(bytes, at, frameNumber + skipped) !== undefined) return { at, skipped };
    }
  }
  return undefined;
}

/**
 * Reads frames from the start of a segment's frame area. Damage at the end is a torn tail;
 * damage before readable frames is a gap, reported and never passed over in silence.
 */
export function scanFrames(bytes: Buffer, firstFrame: number): FrameScan {
  const scan: FrameScan = { frames: [], next: firstFrame, validBytes: 0, gaps: [], torn: false };
  let at = 0;
  while (at < bytes.length) {
    const payload = frameAt(bytes, at, scan.next);
    if (payload !== undefined) {
      scan.frames.push({ number: scan.next, payload });
      at += FRAME_HEADER_BYTES + bytes.readUInt32LE(at);
      scan.next += 1;
      if (scan.gaps.length === 0) scan.validBytes = at;
      continue;
    }
    const found = resync(bytes, at, scan.next);
    if (!found) {
      scan.torn = true;
      break;
    }
    const last = scan.next + Math.max(0, found.skipped - 1);
    scan.gaps.push({ first: scan.next, last });
    scan.next += found.skipped;
    at = found.at;
  }
  return scan;
}
