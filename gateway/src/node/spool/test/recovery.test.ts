import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { encodeRecord, type UsageRecord } from '../../../core/record.ts';
import { Tally } from '../../../core/tally.ts';
import { storedBatch } from '../../stored-batch.ts';
import { readRecorded } from '../admitted.ts';
import { BatchFiles } from '../batches.ts';
import { encodeFrame } from '../frame.ts';
import { CLEAN_MARK, recoverBoot } from '../recovery.ts';
import { Spool, type SpoolSettings } from '../spool.ts';

let dir = '';
beforeEach(() => {
  dir = testFolder('boot');
});
afterEach(() => rmSync(dir, { recursive: true }));

const record: UsageRecord = {
  requestId: 'req_1',
  customer: 'cus_a',
  key: 'key_a',
  route: 'rte_a',
  routeVersion: 1,
  outcome: 'ok',
  status: 200,
  admittedAt: 1_790_000_000_000,
  billable: true,
  quantities: [['mtr_requests', 1]],
  spent: [],
};

function spoolOf(more: Partial<SpoolSettings>): Spool {
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const of = { dir, gateway: 'gw', boot: 'bt', fingerprint: 'sp', onFatal };
  return new Spool({ ...of, fsync: 'interval', ...more });
}

/** A boot that admitted `admitted` requests and recorded `frames` of them, then was killed. */
async function boot(frames: number, admitted = frames, segmentBytesMax?: number): Promise<string> {
  const spool = spoolOf(segmentBytesMax === undefined ? {} : { segmentBytesMax });
  for (let i = 0; i < admitted; i++) spool.begin(() => {});
  const payload = encodeRecord(record);
  const append = (): Promise<number> =>
    new Promise((written) => {
      spool.append(payload, { written, release: () => {}, lost: () => {} });
      // Segments are looked at between writes, and one turn is one write.
      if (segmentBytesMax !== undefined) spool.flush();
    });
  const written = Array.from({ length: frames }, append);
  expect(await Promise.all(written)).toEqual(written.map((_, at) => at + 1));
  spool.close();
  return join(dir, readdirSync(dir).find((name) => name.startsWith('segment-')) as string);
}

const recover = () =>
  recoverBoot(dir, { batches: new BatchFiles(dir, { durable: false }), fingerprint: 'sp' });
const requestsIn = (left: ReturnType<typeof recover>): number => left.records.length;
const lastIn = (left: ReturnType<typeof recover>) => left.records.at(-1)?.number;

test('a boot that was killed is read whole; what was open is in doubt', async () => {
  await boot(10, 13);
  const left = recover();
  expect(left).toMatchObject({ batchedFrame: 0, gaps: [], damaged: [] });
  expect(lastIn(left)).toBe(10);
  expect(left.end).toEqual({ kind: 'seal', in_doubt: 3 });
  expect(requestsIn(left)).toBe(10);
});

test('a torn tail is cut at the last whole frame, and is no gap', async () => {
  const path = await boot(9, 10);
  const bytes = readFileSync(path);
  // What a kill in the midst of the tenth write leaves: it was never told to be recorded.
  const frame = encodeFrame(encodeRecord(record), 10);
  writeFileSync(path, Buffer.concat([bytes, frame.subarray(0, frame.length - 3)]));
  const left = recover();
  expect(left).toMatchObject({ gaps: [], damaged: [] });
  expect(lastIn(left)).toBe(9);
  expect(left.end).toEqual({ kind: 'seal', in_doubt: 1 });
  expect(requestsIn(left)).toBe(9);
});

test('damage inside is a gap that names its frames; the rest is read', async () => {
  const path = await boot(10);
  const bytes = readFileSync(path);
  const header = bytes.indexOf(10) + 1;
  const frame = (bytes.length - header) / 10;
  const third = header + 2 * frame + 20;
  bytes[third] = (bytes[third] as number) ^ 0xff;
  writeFileSync(path, bytes);
  const left = recover();
  expect(left.gaps).toEqual([{ reason: 'corrupt_frames', first_frame: 3, last_frame: 3 }]);
  expect(left).toMatchObject({ damaged: [path] });
  // What the third one spent is not known: a seal would lend it a second time.
  expect(left.end).toEqual({ kind: 'forfeit', in_doubt: 0 });
  expect(lastIn(left)).toBe(10);
  expect(requestsIn(left)).toBe(9);
});

test('a machine that went down is not sealed: what its cache held may be lost', async () => {
  const path = await boot(4);
  const text = readFileSync(path, 'latin1').replace(
    /"kernel_boot":"[^"]*"/,
    '"kernel_boot":"other"',
  );
  writeFileSync(path, text, 'latin1');
  expect(recover().end.kind).toBe('forfeit');
  writeFileSync(join(dir, 'clean'), '');
  expect(recover().end.kind).toBe('seal');
});

/** A boot of several small segments, killed; their paths in order. */
async function segments(): Promise<string[]> {
  await boot(30, 30, 1_000);
  const paths = readdirSync(dir).filter((name) => name.startsWith('segment-'));
  expect(paths.length).toBeGreaterThan(2);
  return paths.toSorted().map((name) => join(dir, name));
}
const firstFrameOf = (path: string): number => Number(/(\d{12})\.log$/.exec(path)?.[1]);

test('a tail that is torn elsewhere than in the last segment is a gap', async () => {
  const [, second = '', third = ''] = await segments();
  truncateSync(second, readFileSync(second).length - 3);
  const lost = firstFrameOf(third) - 1;
  const left = recover();
  expect(left.gaps).toEqual([{ reason: 'corrupt_frames', first_frame: lost, last_frame: lost }]);
  expect(left).toMatchObject({ damaged: [second], end: { kind: 'forfeit' } });
  expect(requestsIn(left)).toBe(29);
});

test('a segment that is gone, and in no batch, is a gap', async () => {
  const [first = '', second = '', third = ''] = await segments();
  rmSync(second);
  const missing = [firstFrameOf(second), firstFrameOf(third) - 1];
  const [first_frame, last_frame] = missing;
  expect(recover().gaps).toEqual([{ reason: 'missing_frames', first_frame, last_frame }]);
  rmSync(first);
  const left = recover();
  expect(left.gaps).toEqual([{ reason: 'missing_frames', first_frame: 1, last_frame }]);
  expect(left.end.kind).toBe('forfeit');
});

describe('a last segment', () => {
  const isGap = (first_frame: number, last_frame: number) => [
    { reason: 'missing_frames', first_frame, last_frame },
  ];

  test('that was cut short is a gap, and nothing is given back', async () => {
    const path = await boot(10, 13);
    truncateSync(path, readFileSync(path).length - 3);
    const left = recover();
    expect(left.gaps).toEqual(isGap(10, 10));
    expect(left).toMatchObject({ damaged: [path], end: { kind: 'forfeit', in_doubt: 3 } });
    expect(requestsIn(left)).toBe(9);
  });

  test('that was emptied, or is gone, is a gap to the last frame that was in it', async () => {
    const [first = '', second = '', third = ''] = await segments();
    const emptiedFrom = firstFrameOf(third);
    truncateSync(third, 0);
    expect(recover().gaps).toEqual(isGap(emptiedFrom, 30));
    rmSync(third);
    expect(recover()).toMatchObject({ gaps: isGap(emptiedFrom, 30), end: { kind: 'forfeit' } });
    rmSync(second);
    expect(recover().gaps).toEqual(isGap(firstFrameOf(second), 30));
    rmSync(first);
    expect(recover()).toMatchObject({ gaps: isGap(1, 30), end: { kind: 'forfeit' } });
  });

  test('whose frames are in batches may be cut, emptied or gone', async () => {
    const path = await boot(10);
    const batches = new BatchFiles(dir, { durable: false });
    const tally = new Tally();
    for (let frame = 1; frame <= 10; frame++) tally.add(record, frame);
    const of = { sequence: 1, firstFrame: 1, lastFrame: 10, watermark: 0 };
    batches.write(storedBatch(tally.take(), of));
    const sealed = { gaps: [], damaged: [], records: [], end: { kind: 'seal', in_doubt: 0 } };
    truncateSync(path, readFileSync(path).length - 3);
    expect(recover()).toMatchObject(sealed);
    rmSync(path);
    // Nothing tells any more on which machine it was written.
    writeFileSync(join(dir, CLEAN_MARK), '');
    expect(recover()).toMatchObject(sealed);
  });

  test('of a boot that recorded nothing may be bare', async () => {
    truncateSync(await boot(0, 2), 0);
    expect(recover()).toMatchObject({ gaps: [], end: { in_doubt: 2 } });
  });

  test('is believed where an older release did not say how far it goes', async () => {
    const path = await boot(10);
    truncateSync(join(dir, 'admitted'), 24);
    truncateSync(path, readFileSync(path).length - 3);
    expect(recover()).toMatchObject({ gaps: [], end: { kind: 'seal', in_doubt: 1 } });
  });

  test('is believed where what is said to be in it is more than was admitted', async () => {
    await boot(10);
    const path = join(dir, 'admitted');
    const bytes = readFileSync(path);
    bytes.writeBigUInt64LE(11n, 24);
    writeFileSync(path, bytes);
    expect(recover()).toMatchObject({ gaps: [], end: { kind: 'seal', in_doubt: 0 } });
  });
});

test.each(['always', 'interval', 'never'] as const)(
  'with %s the disk is told of the last frame before a kill can come between',
  async (fsync) => {
    const spool = spoolOf({ fsync });
    for (let i = 0; i < 3; i++) spool.begin(() => {});
    const payload = encodeRecord(record);
    await new Promise<void>((release) =>
      spool.append(payload, { written: () => {}, release, lost: () => {} }),
    );
    // Nothing more happens in this boot: the turn that wrote the frame has told it.
    await new Promise(setImmediate);
    expect(readRecorded(dir)).toBe(1);
    spool.close();
  },
);

test('what is read in a copy is not sealed: its own process may be alive', async () => {
  await boot(3);
  const inCopy = recoverBoot(dir, {
    batches: new BatchFiles(dir, { durable: false }),
    fingerprint: 'sp.copy',
  });
  expect([recover().end.kind, inCopy.end.kind]).toEqual(['seal', 'forfeit']);
});

test('a machine that went down is sealed all the same where each record was synced', async () => {
  const path = await boot(4);
  const text = readFileSync(path, 'latin1')
    .replace(/"kernel_boot":"[^"]*"/, '"kernel_boot":"other"')
    .replace('"fsync":"interval"', '"fsync":"always"');
  writeFileSync(path, text, 'latin1');
  expect(recover().end.kind).toBe('seal');
});
