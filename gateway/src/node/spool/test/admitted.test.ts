import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { Admitted, CEILING_AHEAD, readAdmitted, readLetGo } from '../admitted.ts';

let dir: string;
beforeEach(() => {
  dir = testFolder('admitted');
});
afterEach(() => rmSync(dir, { recursive: true }));

const onFatal = (error: unknown): void => {
  throw error;
};
const afterCrash = (): number | undefined => readAdmitted(dir, { sameRun: true });
const afterPowerFailure = (): number | undefined => readAdmitted(dir, { sameRun: false });

test('no request goes on its way before the disk has a number that covers it', async () => {
  const admitted = new Admitted(dir, { durable: true, onFatal });
  let forwarded = 0;
  let count = 0;
  // Far more in a turn than the ceiling is ahead: some have to wait for it.
  for (const turn of [1, 7, 100, CEILING_AHEAD, 3 * CEILING_AHEAD, 1, 2_000]) {
    admitted.add(turn);
    count += turn;
    const total = count;
    admitted.write(() => {
      forwarded += turn;
      expect(afterCrash()).toBeGreaterThanOrEqual(total);
      expect(afterPowerFailure()).toBeGreaterThanOrEqual(total);
    });
  }
  await vi.waitFor(() => expect(forwarded).toBe(count));
  expect(afterCrash()).toBe(count);
  expect(afterPowerFailure()).toBeLessThanOrEqual(count + CEILING_AHEAD);
  admitted.settle(count);
  expect(afterPowerFailure()).toBe(count);
  admitted.close();
});

test('without durability nothing waits, and only the total is told', () => {
  const admitted = new Admitted(dir, { durable: false, onFatal });
  admitted.add(5_000);
  let forwarded = false;
  admitted.write(() => (forwarded = true));
  expect([forwarded, afterCrash(), afterPowerFailure()]).toEqual([true, 5_000, 5_000]);
  admitted.close();
});

test('the file of an earlier release, which has the total only, is read', () => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(42n);
  writeFileSync(join(dir, 'admitted'), bytes);
  expect([afterCrash(), afterPowerFailure()]).toEqual([42, 42]);
  writeFileSync(join(dir, 'admitted'), bytes.subarray(3));
  expect(afterCrash()).toBeUndefined();
});

test.each([0, 1, 2])(
  'a rotten bit in number %i that nobody can have counted to is damage',
  (nth) => {
    const admitted = new Admitted(dir, { durable: false, onFatal });
    admitted.add(5);
    admitted.write(() => {});
    admitted.close();
    expect([afterCrash(), readLetGo(dir)]).toEqual([5, 0]);
    const file = join(dir, 'admitted');
    const bytes = readFileSync(file);
    bytes[nth * 8 + 7] = 0x80;
    writeFileSync(file, bytes);
    expect([afterCrash(), readLetGo(dir)]).toEqual([undefined, 0]);
  },
);
