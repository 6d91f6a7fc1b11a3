import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { oncePerRun } from '../once.ts';

test('what several ask for at once is made by one, and seen whole by all', async () => {
  let made = 0;
  const make = async (folder: string): Promise<void> => {
    made += 1;
    writeFileSync(join(folder, 'first'), '');
    await new Promise(setImmediate);
    writeFileSync(join(folder, 'last'), '');
  };
  const ask = async (): Promise<string[]> => readdirSync(await oncePerRun('once-whole', make));
  for (const seen of await Promise.all([ask(), ask(), ask()])) {
    expect(seen.toSorted()).toEqual(['first', 'last']);
  }
  await ask();
  expect(made).toBe(1);
});

test('what could not be made is there for nobody, and all hear why', async () => {
  const make = (): void => {
    throw new Error('no such thing');
  };
  const asked = [oncePerRun('once-failed', make), oncePerRun('once-failed', make)];
  for (const each of asked) await expect(each).rejects.toThrow('no such thing');
  await expect(oncePerRun('once-failed', () => {})).rejects.toThrow('no such thing');
});
