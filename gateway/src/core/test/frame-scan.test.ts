import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeFrame, FrameScan } from '../frame-scan.ts';

type Frame = { fin: boolean; opcode: number; masked: boolean; length: number };

/** The bytes of a frame whose payload is all ones. */
function bytesOf({ fin, opcode, masked, length }: Frame): number[] {
  const mask = masked ? 0x80 : 0;
  const size =
    length < 126
      ? [mask | length]
      : length < 65_536
        ? [mask | 126, length >> 8, length & 0xff]
        : [mask | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  const key = masked ? [1, 2, 3, 4] : [];
  const payload = Array.from({ length }, () => 0xff);
  return [(fin ? 0x80 : 0) | opcode, ...size, ...key, ...payload];
}

function scanOf(bytes: readonly number[], cuts: readonly number[]): FrameScan {
  const scan = new FrameScan();
  const all = Uint8Array.from(bytes);
  let at = 0;
  for (const cut of [...cuts].map((n) => n % (all.length + 1)).toSorted((a, b) => a - b)) {
    scan.feed(all.subarray(at, cut));
    at = cut;
  }
  scan.feed(all.subarray(at));
  return scan;
}

const frame = fc.record({
  fin: fc.boolean(),
  opcode: fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 11),
  masked: fc.boolean(),
  length: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(65_535, 65_536, 70_000)),
});

const someFrames = fc.array(frame, { maxLength: 6 });
const someCuts = fc.array(fc.nat(), { maxLength: 8 });

describe('what passes on a WebSocket', () => {
  it('is counted alike however it is cut: data frames, and the last of each message', () => {
    fc.assert(
      fc.property(someFrames, someCuts, (frames, cuts) => {
        const scan = scanOf(frames.flatMap(bytesOf), cuts);
        // What the RFC allows as close, ping or pong passes without a count, and nothing else.
        const data = frames.filter(
          ({ fin, opcode, length }) => ![8, 9, 10].includes(opcode) || !fin || length > 125,
        );
        expect(scan.messages).toBe(data.filter(({ fin }) => fin).length);
        expect(scan.bytes).toBe(data.reduce((sum, { length }) => sum + length, 0));
        expect(scan.atBoundary).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is taken to the end of a message, with pings behind it, and no further', () => {
    const text = bytesOf({ fin: true, opcode: 1, masked: true, length: 3 });
    const part = bytesOf({ fin: false, opcode: 1, masked: true, length: 3 });
    const ping = bytesOf({ fin: true, opcode: 9, masked: true, length: 5 });
    const scan = new FrameScan();
    const taken = [...text, ...ping, ...part, ...text, ...ping, ...ping];
    const all = Uint8Array.from([...taken, ...part, ...ping]);
    expect(scan.feed(all, 2)).toBe(taken.length);
    expect(scan.feed(all.subarray(taken.length), 2)).toBe(0);
    expect(scan).toMatchObject({ messages: 2, atBoundary: true });
    expect(scan.feed(all.subarray(taken.length), 3)).toBe(part.length + ping.length);
  });

  it('has no boundary within a head or a payload', () => {
    const bytes = bytesOf({ fin: true, opcode: 2, masked: true, length: 300 });
    const scan = new FrameScan();
    for (const [at, byte] of bytes.entries()) {
      scan.feed(Uint8Array.of(byte));
      expect(scan.atBoundary).toBe(at === bytes.length - 1);
    }
  });

  it('bytes count as they pass, the message when it is whole', () => {
    const bytes = bytesOf({ fin: true, opcode: 1, masked: false, length: 100 });
    const scan = new FrameScan();
    scan.feed(Uint8Array.from(bytes.slice(0, 52)));
    expect([scan.bytes, scan.messages]).toEqual([50, 0]);
    scan.feed(Uint8Array.from(bytes.slice(52)));
    expect([scan.bytes, scan.messages]).toEqual([100, 1]);
  });
});

it('closes with a code and a reason, masked where a client speaks', () => {
  expect([...closeFrame(1008, 'no')]).toEqual([0x88, 4, 3, 0xf0, 0x6e, 0x6f]);
  expect([...closeFrame(1001, '', true)]).toEqual([0x88, 0x82, 0, 0, 0, 0, 3, 0xe9]);
  for (const masked of [true, false]) {
    const scan = scanOf([...closeFrame(1008, 'quota_exceeded', masked)], []);
    expect([scan.atBoundary, scan.messages]).toEqual([true, 0]);
  }
});
