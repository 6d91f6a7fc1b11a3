import { createCipheriv, createDecipheriv, createHash, hash, hkdfSync } from 'node:crypto';
import { stage } from '../stage.ts';

/** node:crypto, of which only chance is another: the seed's. */
export { createCipheriv, createDecipheriv, createHash, hash, hkdfSync };

export function randomBytes(count: number): Buffer {
  const { random } = stage().world;
  return Buffer.from(Array.from({ length: count }, () => random.int(0, 255)));
}
