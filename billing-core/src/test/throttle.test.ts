import { afterAll, beforeAll, expect, test } from 'vitest';
import { RULES, throttle } from '../auth/throttle.ts';
import { openCore, type Core } from './core.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const START = 1_700_000_000_000;
const { max, windowMs } = RULES['sign-in:account'];

/** Whether the attempt was let through, or how many seconds to wait. */
const attempt = (who: string, now: number): Promise<number | 'let through'> =>
  throttle(core.sql, { what: 'sign-in:account', who, now }).then(
    () => 'let through' as const,
    (fault: { retryAfter: number }) => fault.retryAfter,
  );

test('lets through as many as the rule says, also of attempts in parallel', async () => {
  const answers = await Promise.all(
    Array.from({ length: 3 * max }, () => attempt('parallel', START)),
  );
  expect(answers.filter((answer) => answer === 'let through')).toHaveLength(max);
});

test('a window begins with its first attempt; refused ones do not lengthen it', async () => {
  for (let n = 0; n < max; n++) await attempt('window', START + n);
  expect(await attempt('window', START + windowMs - 1)).toBe(1);
  expect(await attempt('window', START + 1_000)).toBe((windowMs - 1_000) / 1_000);
  expect(await attempt('window', START + windowMs)).toBe('let through');
});

test('counts each who apart', async () => {
  for (let n = 0; n < max; n++) await attempt('one', START);
  expect(await attempt('one', START)).not.toBe('let through');
  expect(await attempt('other', START)).toBe('let through');
});
