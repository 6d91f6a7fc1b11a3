/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected polynomial 0x82f63b78. */
const POLYNOMIAL = 0x82f63b78;
const BYTES = 256;
/** So many bytes at a time, each through a table of its own: four times as fast as one by one. */
const SLICE = 8;

/** Behind the table of a byte those of a byte with so many more behind it, one after the other. */
const TABLES = new Int32Array(SLICE * BYTES);
for (let byte = 0; byte < BYTES; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let at = BYTES; at < TABLES.length; at++) {
  const before = TABLES[at - BYTES] as number;
  TABLES[at] = (before >>> 8) ^ (TABLES[before & 0xff] as number);
}

const step = (crc: number, byte: number): number =>
  (TABLES[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);

/** The entry for the byte of this word that has so many bytes of the slice behind it. */
const entry = (word: number, shift: number, behind: number): number =>
  TABLES[behind * BYTES + ((word >>> shift) & 0xff)] as number;

/** The checksum of these bytes; `seed` is the checksum of what came before, 0 for nothing. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed;
  for (const byte of bytes) crc = step(crc, byte);
  return ~crc >>> 0;
}

/**
 * The same of bytes that begin at a word, seen as 32-bit words of a little-endian machine too (all
 * that the product runs on are). In: the words, the same memory as bytes, and how many of these.
 */
export function crc32cOfWords(
  { words, bytes }: { words: Int32Array; bytes: Uint8Array },
  length: number,
  seed: number,
): number {
  const end = (length >>> 3) * 2;
  let crc = ~seed;
  for (let at = 0; at < end; at += 2) {
    const low = crc ^ (words[at] as number);
    const high = words[at + 1] as number;
    crc =
      entry(low, 0, 7) ^
      entry(low, 8, 6) ^
      entry(low, 16, 5) ^
      entry(low, 24, 4) ^
      entry(high, 0, 3) ^
      entry(high, 8, 2) ^
      entry(high, 16, 1) ^
      entry(high, 24, 0);
  }
  for (let at = end * 4; at < length; at++) crc = step(crc, bytes[at] as number);
  return ~crc >>> 0;
}
