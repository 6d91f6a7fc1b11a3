import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../crc32c.ts';
import { encodeFrame, scanFrames } from '../frame.ts';

const payloads = fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }), {
  minLength: 1,
  maxLength: 12,
});
const FIRST = 41;
const bytesOf = (texts: string[]): Buffer =>
  Buffer.concat(texts.map((text, at) => encodeFrame(text, FIRST + at)));

test('CRC-32C of the check string is the one of RFC 3720', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
});

test('what was written is read', () => {
  fc.assert(
    fc.property(payloads, (texts) => {
      const scan = scanFrames(bytesOf(texts), FIRST);
      expect(scan.frames.map((frame) => frame.payload)).toEqual(texts.map((t) => t.toWellFormed()));
      expect(scan).toMatchObject({ gaps: [], torn: false, next: FIRST + texts.length });
    }),
  );
});

test('a torn tail costs the torn frame and nothing before it', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), (texts, cut) => {
      const bytes = bytesOf(texts);
      const kept = bytes.subarray(0, cut % bytes.length);
      const scan = scanFrames(kept, FIRST);
      let whole = 0;
      let length = 0;
      for (const text of texts) {
        length += encodeFrame(text, 1).length;
        if (length <= kept.length) whole += 1;
      }
      expect(scan.frames).toHaveLength(whole);
      expect(scan.gaps).toEqual([]);
    }),
  );
});

test('any one flipped byte loses at most its own frame, and that is reported', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), fc.integer({ min: 1, max: 255 }), (texts, where, flip) => {
      const bytes = bytesOf(texts);
      const at = where % bytes.length;
      bytes[at] = (bytes[at] as number) ^ flip;
      const scan = scanFrames(bytes, FIRST);
      const whole = new Map(texts.map((text, n) => [FIRST + n, text.toWellFormed()]));
      for (const { number, payload } of scan.frames) expect(payload).toBe(whole.get(number));
      expect(scan.frames.length).toBeGreaterThanOrEqual(texts.length - 1);
      expect(scan.frames.length < texts.length).toBe(scan.gaps.length > 0 || scan.torn);
    }),
    { numRuns: 300 },
  );
});

test('a frame that is out of its place is not taken for the one that belongs there', () => {
  const bytes = Buffer.concat([encodeFrame('b', 2), encodeFrame('a', 1)]);
  const scan = scanFrames(bytes, 1);
  expect(scan.frames).not.toContainEqual({ number: 1, payload: 'b' });
  expect(scan.gaps).not.toEqual([]);
});
