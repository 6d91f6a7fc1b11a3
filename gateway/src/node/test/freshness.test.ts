import { expect, test } from 'vitest';
import { openFreshness, STALE_MAX_MS } from '../freshness.ts';

const VERIFIED = 1_790_000_000_000;
const DAY_MS = 86_400_000;

test.each([
  ['the wall clock is behind', -40 * DAY_MS, 0],
  ['core time is behind, as after a suspend', 0, -DAY_MS],
])('an hour is an hour when %s', (_, wallOff, coreOff) => {
  let passed = 0;
  const clock = { now: () => VERIFIED + coreOff + passed, monotonic: () => passed };
  const wallNow = (): number => VERIFIED + wallOff + passed;
  const open = () => openFreshness({ wallNow, meters: { clock } }, VERIFIED);
  passed = STALE_MAX_MS;
  expect(open().holds(0)).toBe(true);
  passed += 1;
  expect(open().holds(0)).toBe(false);
});
