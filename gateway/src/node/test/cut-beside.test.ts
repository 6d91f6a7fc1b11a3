import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { keyFact, OK, request } from '../../core/test/sample.ts';
import { openTill } from '../../core/till.ts';
import { SpoolMetering } from '../metering.ts';
import { BatchFiles } from '../spool/batches.ts';
import type { Entry } from '../spool/overflow.ts';
import type { Spool } from '../spool/spool.ts';
import type { TillHouse } from '../tills.ts';

/** A batch that the disk takes while requests go on, and what comes in its way. */

const NOW = 1_790_000_000_000;

function open() {
  const dir = testFolder('batches');
  const batches = new BatchFiles(dir, { durable: true });
  const stuck: unknown[] = [];
  const till = openTill('cus_1');
  let frame = 0;
  const spool = {
    append: (_: string, entry: Entry) => entry.written(++frame),
    begin: (forward: () => void) => forward(),
    flush: () => {},
    takeOver: () => {},
    end: () => {},
  } as unknown as Spool;
  const tills = { till: () => till, startAnew: () => [] };
  const metering = new SpoolMetering({
    spool,
    batches,
    tills: tills as unknown as TillHouse,
    clock: { now: () => NOW, isSet: true },
    onFull: () => {},
    onStuck: (error) => stuck.push(error),
  });
  const { fact, route } = request({ fact: keyFact({ id: 'cus_1', quotas: [] }) });
  const serve = (): void => {
    const hold = { requestId: `req_${frame}`, fact, route, admittedAt: NOW - 5, spends: [] };
    metering.begin(hold, () => {});
    metering.settle(hold, OK, () => {});
  };
  /** Sequence, frames and requests of each batch on disk. */
  const told = (): unknown[] =>
    new BatchFiles(dir, { durable: true }).places.map(({ sequence, first, last }) => {
      const { header } = batches.read(sequence) ?? {};
      return [sequence, first, last, header?.last_frame];
    });
  return { dir, spool, batches, metering, serve, told, stuck };
}

test('is on disk, whole and under its name, before it can be sent', async () => {
  const { metering, batches, serve, told } = open();
  serve();
  const cutting = metering.cutBeside();
  expect(batches.pending).toEqual([]);
  expect(metering.watermark()).toBe(0);
  expect(await cutting).toBe(true);
  expect(batches.pending).toEqual([1]);
  expect(metering.watermark()).toBe(NOW);
  expect(told()).toEqual([[1, 1, 1, 1]]);
});

test('leaves what is recorded meanwhile to the next one', async () => {
  const { metering, serve, told } = open();
  serve();
  const cutting = metering.cutBeside();
  serve();
  serve();
  await cutting;
  expect(await metering.cutBeside()).toBe(true);
  expect(await metering.cutBeside()).toBe(false);
  expect(told()).toEqual([
    [1, 1, 1, 1],
    [2, 2, 3, 3],
  ]);
});

test('is written at once where the next one cannot wait, and not twice', async () => {
  const { dir, metering, batches, serve, told } = open();
  serve();
  const cutting = metering.cutBeside();
  serve();
  expect(metering.cut()).toBe(true);
  expect(batches.pending).toEqual([1, 2]);
  batches.acknowledge(1, NOW);
  expect(await cutting).toBe(true);
  // Acknowledged meanwhile: it does not come back as one to send.
  expect(batches.pending).toEqual([2]);
  expect(told()).toEqual([
    [1, 1, 1, 1],
    [2, 2, 2, 2],
  ]);
  expect(readdirSync(dir).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('stays with its boot when requests go on in another one', async () => {
  const { metering, serve, told } = open();
  serve();
  const cutting = metering.cutBeside();
  const other = open();
  metering.moveTo({ spool: other.spool, batches: other.batches });
  expect(await cutting).toBe(true);
  expect(told()).toEqual([[1, 1, 1, 1]]);
  expect(other.told()).toEqual([]);
});

test('that the disk does not take stays, and nothing is vouched for until it does', async () => {
  const { dir, metering, batches, serve, told, stuck } = open();
  serve();
  rmSync(dir, { recursive: true });
  expect(await metering.cutBeside()).toBe(false);
  expect(stuck).toHaveLength(1);
  expect(metering.stuck).toBe(true);
  expect(metering.watermark()).toBe(0);
  mkdirSync(dir);
  serve();
  expect(await metering.cutBeside()).toBe(true);
  expect(await metering.cutBeside()).toBe(true);
  expect(batches.pending).toEqual([1, 2]);
  expect(told()).toEqual([
    [1, 1, 1, 1],
    [2, 2, 2, 2],
  ]);
});
