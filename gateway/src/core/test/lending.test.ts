import type { LeaseGrant } from '@tollgate/billing-core/contract/sync.ts';
import { expect, test } from 'vitest';
import {
  askableAt,
  askLater,
  forget,
  grant,
  recall,
  reopen,
  totals,
  waitsNot,
} from '../lending.ts';
import { admit, openTill } from '../till.ts';
import { request } from './sample.ts';

const NOW = Date.UTC(2026, 6, 15);

/** A till that has asked for one unit of its window. */
function asking() {
  const till = openTill('cus');
  const answer = admit(till, request(), NOW);
  if (answer.kind !== 'ask') throw new Error('it was lent something');
  const [window = ''] = answer.windows;
  const told = (more: Partial<LeaseGrant>, now = NOW): void => {
    const books = { limit: 10, unlent: 0, exhausted: false, retry_in_ms: null };
    const from = { window, generation: 0, granted: 0, ...books, ...more };
    grant(till, from, { asOf: 1n, now });
    askLater(till, from, now);
  };
  return { till, window, told };
}

test('what is asked for in vain is asked for later each time, up to four seconds', () => {
  const { till, window, told } = asking();
  const pauses = Array.from({ length: 7 }, () => {
    told({ retry_in_ms: 250 });
    return askableAt(till, [window]) - NOW;
  });
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test('a longer pause that core names is kept', () => {
  const { till, window, told } = asking();
  told({ retry_in_ms: 60_000 });
  told({ retry_in_ms: 60_000 });
  expect(askableAt(till, [window]) - NOW).toBe(60_000);
});

test('a change, and a grant, end the pauses', () => {
  const { till, window, told } = asking();
  told({ retry_in_ms: 250 });
  told({ retry_in_ms: 250 });
  reopen(till, 2n);
  expect(askableAt(till, [window])).toBe(0);
  told({ retry_in_ms: 250 });
  expect(askableAt(till, [window]) - NOW).toBe(250);
  told({ granted: 1 });
  expect(askableAt(till, [window])).toBe(0);
});

test('a till that was asked lately for what is used up is not forgotten', () => {
  const { till, told } = asking();
  totals(till, NOW);
  told({ exhausted: true });
  expect(forget(till, NOW + 59_999, 60_000)).toBe(false);
  expect(forget(till, NOW + 60_000, 60_000)).toBe(true);
});

test('a question whose answer is lost is told of again, also when nobody wants units', () => {
  const { till, window, told } = asking();
  expect(totals(till, NOW)).toMatchObject([{ window, wanted: 1 }]);
  // Core has granted that one; the message is lost, and the request has gone.
  waitsNot(till, [window]);
  const lease = till.leases.get(window);
  if (lease) lease.short = 0;
  const silence = { window, generation: 0, wanted: 0, returned: 0 };
  expect(totals(till, NOW)).toEqual([silence]);
  expect(totals(till, NOW)).toEqual([silence]);
  told({ granted: 1 });
  expect(totals(till, NOW)).toEqual([]);
  // Only now can it give the unit back to whoever needs it.
  recall(till, window);
  expect(totals(till, NOW)).toMatchObject([{ returned: 1 }]);
});

test('a till whose question was answered by nobody is forgotten once its window is over', () => {
  const { till, window, told } = asking();
  totals(till, NOW);
  const over = till.leases.get(window)!.window.endsAt;
  expect(totals(till, over)).toMatchObject([{ window, wanted: 0 }]);
  expect(forget(till, over)).toBe(false);
  told({ exhausted: true });
  expect(forget(till, over + 60_000)).toBe(true);
});
