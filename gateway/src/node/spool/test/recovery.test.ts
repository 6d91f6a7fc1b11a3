import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { encodeRecord, type UsageRecord } from '../../../core/meter.ts';
import { BatchFiles } from '../batches.ts';
import { recoverBoot } from '../recovery.ts';
import { Spool } from '../spool.ts';

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

/** A boot that admitted `admitted` requests and recorded `frames` of them, then was killed. */
async function boot(frames: number, admitted = frames): Promise<string> {
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const spool = new Spool({
    dir,
    gateway: 'gw',
    boot: 'bt',
    fingerprint: 'sp',
    fsync: 'interval',
    onFatal,
  });
  for (let i = 0; i < admitted; i++) spool.begin(() => {});
  const payload = encodeRecord(record);
  const written = Array.from(
    { length: frames },
    () => new Promise<number>((resolve) => spool.append(payload, resolve)),
  );
  expect(await Promise.all(written)).toEqual(written.map((_, at) => at + 1));
  spool.close();
  return join(dir, readdirSync(dir).find((name) => name.startsWith('segment-')) as string);
}

const recover = () => recoverBoot(dir, new BatchFiles(dir, { durable: false }), 'sp');
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
  const path = await boot(10);
  truncateSync(path, readFileSync(path).length - 3);
  const left = recover();
  expect(left).toMatchObject({ gaps: [], damaged: [] });
  expect(lastIn(left)).toBe(9);
  expect(left.end.in_doubt).toBe(1);
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
