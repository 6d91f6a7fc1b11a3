import { randomBytes } from 'node:crypto';
import { randomBase62 as base62From } from '../contract/api-key.ts';

/** `length` random base62 letters, each equally likely, from the system's random source. */
export const randomBase62 = (length: number): string => base62From(length, randomBytes);
