import type { SyncAnswer } from '@tollgate/billing-core/contract/sync.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keyFact, rateLimit, request } from '../../core/test/sample.ts';
import type { Admission } from '../../ports.ts';
import { TillHouse } from '../tills.ts';

// Core answers, but nobody divides rate limits: the core that did is gone or stopped.

const NOW = 1_790_000_000_000;
const LIMITED = request({
  fact: keyFact({ quotas: [], rate_limit: rateLimit(100, 10) }),
});
const NO_DESK: SyncAnswer = {
  now: NOW,
  boot_state: 'live',
  next_sequence: 1,
  batch: null,
  grants: [],
  shares: [],
  as_of: '0',
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function house() {
  let questions = 0;
  const tills = new TillHouse({
    clock: { now: () => NOW },
    askCore: () => (questions += 1),
    mayAdmit: () => null,
    reachable: () => true,
    away: () => false,
    clockReady: Promise.resolve(),
  });
  await Promise.resolve();
  /** One sync, as the loop makes it. */
  const sync = (answer: SyncAnswer): void => {
    const rates = tills.rates(100);
    tills.shared(rates, answer, NOW);
    tills.answered([], answer);
  };
  return { tills, sync, questions: () => questions };
}

test('who waits for a share is served as soon as there is a desk again', async () => {
  const { tills, sync } = await house();
  const answer = tills.admit(LIMITED) as Promise<Admission>;
  sync(NO_DESK);
  // What was said to nobody is said again.
  expect(tills.rates(100)).toMatchObject([{ take: 1 }]);
  const share = { rate: 100, burst: 10, tokens: 10, central: false, retry_in_ms: 0 };
  const customer = LIMITED.fact.customer.id;
  sync({ ...NO_DESK, desk: 1, shares: [{ customer, ...share }] });
  expect((await answer).kind).toBe('admitted');
});

test('a desk that is away is asked for four times a second, then the answer is 503', async () => {
  const { tills, sync, questions } = await house();
  const answer = tills.admit(LIMITED) as Promise<Admission>;
  let synced = 0;
  for (let ms = 0, heard = 0; ms < 1_000; ms += 10) {
    for (; questions() > heard; heard = questions(), synced++) sync(NO_DESK);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(await answer).toMatchObject({
    kind: 'refused',
    refusal: { reason: 'rate_unverifiable' },
  });
  expect(synced).toBeLessThanOrEqual(5);
});

test('a share that is held is used on while there is no desk', async () => {
  const { tills, sync } = await house();
  const first = tills.admit(LIMITED) as Promise<Admission>;
  const share = { rate: 100, burst: 10, tokens: 10, central: false, retry_in_ms: 0 };
  const customer = LIMITED.fact.customer.id;
  sync({ ...NO_DESK, desk: 1, shares: [{ customer, ...share }] });
  expect((await first).kind).toBe('admitted');
  sync(NO_DESK);
  expect(tills.admit(LIMITED)).toMatchObject({ kind: 'admitted' });
});
