import { randomBytes } from 'node:crypto';
import { BASE62 } from '../contract/api-key.ts';

// 4 x 62: a byte at or above this would make some letters likelier than others.
const UNBIASED_BELOW = 248;

/** `bytes(n)` gives n random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** `length` random base62 letters, each equally likely. */
export function randomBase62(length: number, bytes: RandomBytes = randomBytes): string {
  let text = '';
  while (text.length < length) {
    for (const byte of bytes(length - text.length)) {
      if (byte < UNBIASED_BELOW) text += BASE62.charAt(byte % 62);
    }
  }
  return text;
}
