import { readFileSync, rmSync, statSync, writeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { testFolder } from '../../test/folder.ts';
import { beginLogs, boundLogs, lastLines, logPath, withLog } from '../log-file.ts';

let folder: string;
beforeEach(() => {
  folder = testFolder('logs');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a log that outgrew its bound is cut while its writer goes on', () => {
  vi.useFakeTimers();
  const end = boundLogs(folder);
  const path = logPath(folder, 'gateway');
  withLog(path, (log) => {
    writeSync(log, `${'x'.repeat(9 * 1024 * 1024)}\n`);
    vi.advanceTimersByTime(5_000);
    writeSync(log, 'after\n');
  });
  end();
  vi.useRealTimers();
  expect(readFileSync(path, 'utf8')).toBe('after\n');
  expect(statSync(join(folder, 'gateway.previous.log')).size).toBeGreaterThan(9 * 1024 * 1024);
});

test('a run begins with empty logs and keeps those of the run before', () => {
  const path = logPath(folder, 'web');
  withLog(path, (log) => writeSync(log, 'one\ntwo\n'));
  expect(lastLines(path)).toBe('one\ntwo');
  beginLogs(folder);
  expect(lastLines(path)).toBe('');
  expect(readdirSync(folder)).toEqual(['web.previous.log']);
});
