import { expect, test } from 'vitest';
import { readableCodings } from '../readable-codings.ts';

const READABLE = new Set(['gzip', 'br', 'identity']);

test.each([
  ['gzip, deflate, br, zstd', 'gzip, br'],
  ['gzip;q=0.5 ,BR ; q=1', 'gzip;q=0.5, BR ; q=1'],
  ['*', 'identity'],
  ['zstd', 'identity'],
  ['zstd, *;q=0.1', 'identity'],
  ['', 'identity'],
  [',, ,', 'identity'],
  ['identity;q=0', 'identity;q=0'],
  ['gzip, gzip', 'gzip, gzip'],
  ['xgzip, gzipx', 'identity'],
])('of %j an upstream is told %j', (line, told) => {
  expect(readableCodings(line, READABLE)).toBe(told);
});
