import { randomBytes } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BASE62,
  crc32,
  formatApiKey,
  parseApiKey,
  randomBase62,
  type ApiKey,
} from '../src/contract/api-key.ts';

const base62 = (length: number) =>
  fc.string({ unit: fc.constantFrom(...BASE62), minLength: length, maxLength: length });

const apiKey: fc.Arbitrary<ApiKey> = fc.record({
  mode: fc.constantFrom('live' as const, 'test' as const),
  customerRef: base62(10),
  secret: base62(32),
});

test('a key reads back as what it was made of, and has the documented form', () => {
  fc.assert(
    fc.property(apiKey, (parts) => {
      const text = formatApiKey(parts);
      expect(text).toMatch(/^tg_(live|test)_[0-9A-Za-z]{48}$/);
      expect(parseApiKey(text)).toEqual(parts);
    }),
  );
});

test('the checksum is CRC-32 as zlib computes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (ascii) => {
      expect(crc32(ascii)).toBe(zlibCrc32(ascii));
    }),
  );
});

test('every typo of one character is refused, at every place and with every character', () => {
  const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
  fc.assert(
    fc.property(apiKey, (parts) => {
      const text = formatApiKey(parts);
      for (let at = 0; at < text.length; at++) {
        for (const other of printable) {
          if (other === text[at]) continue;
          const typo = text.slice(0, at) + other + text.slice(at + 1);
          if (parseApiKey(typo) !== undefined) throw new Error(`${typo} passes for ${text}`);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('neighbours in the wrong order, a lost and a doubled character are refused', () => {
  fc.assert(
    fc.property(apiKey, fc.nat({ max: 54 }), (parts, at) => {
      const text = formatApiKey(parts);
      const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
      expect(swapped === text || parseApiKey(swapped) === undefined).toBe(true);
      expect(parseApiKey(text.slice(0, at) + text.slice(at + 1))).toBeUndefined();
      expect(parseApiKey(text.slice(0, at) + text[at] + text.slice(at))).toBeUndefined();
    }),
  );
});

test.each([
  '',
  ' ',
  'tg_live_',
  'tg_prod_'.padEnd(56, 'a'),
  'tg_live_'.padEnd(56, '-'),
  'é'.repeat(56),
])('what is no key at all is refused: %j', (text) => {
  expect(parseApiKey(text)).toBeUndefined();
});

test('a newline behind a key makes it no key', () => {
  const text = formatApiKey({ mode: 'live', customerRef: '0'.repeat(10), secret: 'a'.repeat(32) });
  expect(parseApiKey(`${text}\n`)).toBeUndefined();
});

test('bytes that would favour some digits are thrown away', () => {
  const given = [Uint8Array.of(255, 248, 247), Uint8Array.of(0, 61)];
  expect(randomBase62(3, () => given.shift() ?? Uint8Array.of(250))).toBe('z0z');
});

test('every digit of a secret is as likely', () => {
  const counts = new Map<string, number>();
  for (const digit of randomBase62(124_000, randomBytes)) {
    counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  // 2,000 are expected of each; six standard deviations are 268.
  for (const digit of BASE62) expect(Math.abs((counts.get(digit) ?? 0) - 2_000)).toBeLessThan(300);
});
