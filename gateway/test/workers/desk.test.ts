import { expect, test } from 'vitest';
import { recall } from '../../src/core/lending.ts';
import { encodeRecord } from '../../src/core/record.ts';
import { CUSTOMER, keyFact, OK, request } from '../../src/core/test/sample.ts';
import { admit, settle } from '../../src/core/till.ts';
import { Desk } from '../../src/workers/desk.ts';
import type { Report, ReportAnswer } from '../../src/workers/report.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const asked = request({
  fact: keyFact({ rate_limit: { rate_per_second: 10, burst: 10, on_unreachable: 'admit' } }),
});

/** The object's answer: everything asked for is lent. */
const answerTo = ({ asks, rate }: Report, now: number): ReportAnswer => ({
  now,
  asOf: '1',
  away: false,
  heard: true,
  grants: asks.map(({ window, generation, wanted }) => ({
    window,
    generation,
    granted: wanted,
    limit: 100,
    unlent: 0,
    exhausted: false,
    retry_in_ms: null,
  })),
  rate: rate && { tokens: 1, ratePerS: 10, burst: 10, aheadMs: 500, retryMs: 0, unknown: false },
});

test('a customer is forgotten when nothing is held of it that the object does not know', () => {
  const desk = new Desk({ customerId: CUSTOMER, object: 'till', generation: 0 });
  const exchange = (now: number): void => {
    const report = desk.report('iso_1', now);
    desk.answered(report, answerTo(report, now), { sentAt: now, now });
  };
  desk.offer(asked, NOW);
  expect(admit(desk.till, asked, NOW).kind).toBe('ask');
  expect(desk.isSettled(NOW)).toBe(false);
  exchange(NOW);
  const answer = admit(desk.till, asked, NOW);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  desk.open.add(answer.hold);
  expect(desk.isSettled(NOW + 5_000)).toBe(false);
  desk.open.delete(answer.hold);
  desk.outbox.add(encodeRecord(settle(desk.till, answer.hold, OK)), NOW);
  expect(desk.isSettled(NOW + 5_000)).toBe(false);
  exchange(NOW + 100);
  recall(desk.till);
  exchange(NOW + 200);
  // Tokens of its rate limit lapse by themselves.
  expect(desk.isSettled(NOW + 5_000)).toBe(true);
});
