import { inflateSync } from 'node:zlib';
import type { DocumentText } from './layout.ts';

/**
 * Which pictures a PDF is given. A damaged or enormous one would fail, or hold up, every document
 * that has it, and all of them have the same: what is not sound to its end is left out.
 */

const SIDE_PX_MAX = 4_000;
const PIXELS_MAX = 4_000_000;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const [GREY, COLOUR, PALETTE] = [0, 2, 3];
const FILTER_MAX = 4;
const SIGNATURE_BYTES = 8;
/** The length and the name before what is in a chunk, and the checksum behind it. */
const [HEAD_BYTES, CHECKSUM_BYTES] = [8, 4];

/** `whole` is the chunk as it stands in the file. */
type Chunk = { name: string; data: Buffer; whole: Buffer };
/** What a picture is made of, each but the pixels once. */
const PARTS = ['IHDR', 'PLTE', 'tRNS'];

/** The chunks of a PNG to its IEND; undefined where it ends before. */
function chunksOf(png: Buffer): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE_BYTES; at + HEAD_BYTES + CHECKSUM_BYTES <= png.length;) {
    const length = png.readUInt32BE(at);
    const name = png.toString('latin1', at + 4, at + HEAD_BYTES);
    const data = png.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
    const end = at + HEAD_BYTES + length + CHECKSUM_BYTES;
    chunks.push({ name, data, whole: png.subarray(at, end) });
    if (name === 'IEND') return chunks;
    at = end;
  }
  return undefined;
}

const isSized = (width: number, height: number): boolean =>
  width > 0 && height > 0 && Math.max(width, height) <= SIDE_PX_MAX && width * height <= PIXELS_MAX;

/** Whether its pixels are all there, and no more. */
function hasPixels(packed: Buffer, rowBytes: number, rows: number): boolean {
  const length = rows * (rowBytes + 1);
  const pixels = inflateSync(packed, { maxOutputLength: length });
  if (pixels.length !== length) return false;
  for (let at = 0; at < length; at += rowBytes + 1) {
    if ((pixels[at] ?? FILTER_MAX + 1) > FILTER_MAX) return false;
  }
  return true;
}

/** Whether its colours are said as they must be; transparent colours need whole bytes. */
function hasColours(chunks: readonly Chunk[], { type, bits }: { type: number; bits: number }) {
  const colours = chunks.find(({ name }) => name === 'PLTE')?.data.length ?? 0;
  const clear = chunks.find(({ name }) => name === 'tRNS')?.data.length;
  if (type === PALETTE && (colours === 0 || colours % 3 !== 0 || colours > 768)) return false;
  if (clear === undefined) return true;
  if (type === PALETTE) return bits === 8 && clear <= colours / 3;
  return clear === (type === GREY ? 2 : type === COLOUR ? 6 : undefined);
}

/**
 * The picture of only what is looked at here: whoever reads it takes the last of what stands twice,
 * and trips over what is no part of the picture.
 */
function plainPng(png: Buffer): Buffer | undefined {
  const seen = new Set<string>();
  const chunks = chunksOf(png)?.filter(({ name }) => {
    const isFirst = !seen.has(name);
    seen.add(name);
    return name === 'IDAT' || name === 'IEND' || (PARTS.includes(name) && isFirst);
  });
  if (chunks === undefined || !isSoundPng(chunks)) return undefined;
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...chunks.map(({ whole }) => whole)]);
}

function isSoundPng(chunks: readonly Chunk[]): boolean {
  const head = chunks[0];
  if (head?.name !== 'IHDR' || head.data.length !== 13) return false;
  const [width, height] = [head.data.readUInt32BE(0), head.data.readUInt32BE(4)];
  const [bits = 0, type = -1, packing, filter, interlaced] = head.data.subarray(8);
  const channels = CHANNELS[type];
  if (channels === undefined || packing !== 0 || filter !== 0 || interlaced !== 0) return false;
  const isPlain = type === GREY || type === PALETTE;
  if (!(bits === 8 || (isPlain && [1, 2, 4].includes(bits))) || !isSized(width, height)) {
    return false;
  }
  const data = chunks.filter(({ name }) => name === 'IDAT').map((chunk) => chunk.data);
  const rowBytes = Math.ceil((width * channels * bits) / 8);
  return hasColours(chunks, { type, bits }) && hasPixels(Buffer.concat(data), rowBytes, height);
}

const SEGMENT_SIZES = new Set([
  0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
]);

/** A JPEG is passed on as it is: its size and its colours have to be ones that PDF knows. */
function isSoundJpeg(jpeg: Buffer): boolean {
  for (let at = 2; at + 10 <= jpeg.length;) {
    if (jpeg[at] !== 0xff) return false;
    const marker = jpeg[at + 1] ?? 0;
    if (SEGMENT_SIZES.has(marker)) {
      const [bits, channels] = [jpeg[at + 4], jpeg[at + 9] ?? 0];
      const isKnown = channels === 1 || channels === 3 || channels === 4;
      return bits === 8 && isKnown && isSized(jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5));
    }
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return false;
}

/** @returns the logo for a PDF: a sound PNG or JPEG; undefined for others. */
export function pdfPicture({ type, base64 }: NonNullable<DocumentText['logo']>) {
  const bytes = Buffer.from(base64, 'base64');
  try {
    if (type === 'image/png') return plainPng(bytes);
    return type === 'image/jpeg' && isSoundJpeg(bytes) ? bytes : undefined;
  } catch {
    // What does not unpack, or ends in the middle.
    return undefined;
  }
}
