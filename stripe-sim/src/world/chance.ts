import { createHash } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Out: as many letters and digits as asked for (up to 32), the same for the same seed. */
export function lettersOf(seed: string, count: number): string {
  const bytes = createHash('sha256').update(seed).digest().subarray(0, count);
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** Out: a generator of numbers from 0 to below 1, the same row for the same seed. */
export function chanceOf(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
