import { expect, test } from 'vitest';
import type { QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import type { RateShare } from '@tollgate/billing-core/contract/sync.ts';
import type { AdmissionRequest, LimitState } from '../../ports.ts';
import { grant } from '../lending.ts';
import { refusalAnswer } from '../problem.ts';
import { takeShare } from '../rate.ts';
import { admit, admitUnreachable, giveUp, openTill, type TillAnswer, type Till } from '../till.ts';
import { CUSTOMER, keyFact, quota, rateLimit, request, route } from './sample.ts';

// What clients are told of their limits, and when one of them refuses.

const NOW = Date.UTC(2026, 10, 30, 23, 59, 30);
const TYPES = 'https://iana.org/assignments/http-problem-types';

const asks = (quotas: QuotaFact[], rate: ReturnType<typeof rateLimit> | null = null) =>
  request({
    fact: keyFact({ quotas, rate_limit: rate }),
    route: route({ metering: quotas.map(({ meter_id }) => meteringOf(meter_id)) }),
  });
const meteringOf = (meter_id: string) => ({ meter_id, source: 'request', units: 1 }) as const;

/** Lends to every window that the request asks for. */
function lend(till: Till, of: AdmissionRequest, granted: number, unlent = 0): void {
  const answer = admit(till, of, NOW);
  if (answer.kind !== 'ask') return;
  for (const window of answer.windows) {
    const from = { window, generation: 0, granted, limit: 0, unlent, exhausted: false };
    grant(till, { ...from, retry_in_ms: null }, { asOf: 1n, now: NOW });
  }
}
function share(till: Till, of: Partial<RateShare>): void {
  const none = { rate: 0, burst: 0, tokens: 0, central: false, retry_in_ms: 0 };
  if (!till.rate) throw new Error('no rate limit was met yet');
  takeShare(till.rate, { customer: CUSTOMER, ...none, ...of }, { sentAt: NOW, now: NOW });
}
function limitsOf(answer: TillAnswer): readonly LimitState[] {
  if (answer.kind === 'ask') throw new Error('not decided');
  return answer.limits;
}
/** Head and body of the refusal as a client gets it. */
function refusalOf(answer: TillAnswer) {
  if (answer.kind !== 'refused') throw new Error(answer.kind);
  const { status, headers, body } = refusalAnswer(answer.refusal, 'req_1', answer.limits);
  const at = headers.indexOf('Retry-After');
  return { status, retryAfter: Number(headers[at + 1]), problem: JSON.parse(body) as unknown };
}

test('limits are told in units of the meter, whole ones, with what they count', () => {
  const quotas = [
    quota({}),
    quota({ meter_id: 'mtr_a', meter_slug: 'traffic', meter_unit: 'byte', limit: 5_000 }),
    quota({ meter_id: 'mtr_b', meter_slug: 'tokens', meter_scale: 3, limit: 1_500_999 }),
  ];
  const till = openTill(CUSTOMER);
  const of = asks(quotas);
  lend(till, of, 2_001, 10);
  expect(limitsOf(admit(till, of, NOW))).toEqual([
    expect.objectContaining({ name: 'requests-month', unit: undefined, quota: 100 }),
    expect.objectContaining({ name: 'traffic-month', unit: 'content-bytes', remaining: 2_010 }),
    expect.objectContaining({ name: 'tokens-month', unit: 'tokens', quota: 1_500, remaining: 2 }),
  ]);
});

test('a rate limit tells when one more request can pass, not when all can', () => {
  const till = openTill(CUSTOMER);
  const of = asks([], rateLimit(0.1, 5));
  admit(till, of, NOW);
  share(till, { rate: 0.1, burst: 5, tokens: 5 });
  const first = limitsOf(admit(till, of, NOW));
  expect(first).toMatchObject([{ name: 'rate', quota: 5, windowS: 50, remaining: 4, resetS: 10 }]);
  for (let i = 0; i < 4; i++) admit(till, of, NOW);
  const refused = admit(till, of, NOW);
  expect(limitsOf(refused)).toMatchObject([{ remaining: 0, resetS: 10 }]);
  expect(refusalOf(refused)).toMatchObject({
    status: 429,
    retryAfter: 10,
    problem: { code: 'rate_limited', type: `${TYPES}#quota-exceeded` },
  });
});

test('a used-up quota says so until its window ends, never earlier', () => {
  const till = openTill(CUSTOMER);
  const of = asks([quota({ limit: 0 }), quota({ window: 'hour', limit: 0 })]);
  expect(refusalOf(admit(till, of, NOW))).toMatchObject({
    status: 429,
    retryAfter: 30,
    problem: {
      code: 'quota_exceeded',
      type: `${TYPES}#quota-exceeded`,
      'violated-policies': ['requests-month', 'requests-hour'],
    },
  });
});

test('who waited in vain for units that others hold may try again in a second', () => {
  const till = openTill(CUSTOMER);
  const of = asks([quota({}), quota({ meter_id: 'mtr_a', meter_slug: 'calls' })]);
  const [first, second] = (admit(till, of, NOW) as { windows: readonly string[] }).windows;
  const from = { window: first ?? '', generation: 0, granted: 5, limit: 100, unlent: 9 };
  const now = { asOf: 1n, now: NOW };
  grant(till, { ...from, exhausted: false, retry_in_ms: null }, now);
  // Core has these, and did not say so in time.
  expect(refusalOf(giveUp(till, of, { now: NOW, slow: true }))).toMatchObject({
    status: 503,
    retryAfter: 1,
    problem: { code: 'quota_unverifiable', 'violated-policies': ['calls-month'] },
  });
  const held = { ...from, window: second ?? '', granted: 0, unlent: 1 };
  grant(till, { ...held, exhausted: false, retry_in_ms: 250 }, now);
  const answer = giveUp(till, of, { now: NOW });
  expect(limitsOf(answer)).toMatchObject([
    { name: 'requests-month', remaining: 14, resetS: 30 },
    { name: 'calls-month', remaining: 0, resetS: 1 },
  ]);
  expect(refusalOf(answer)).toMatchObject({
    status: 429,
    retryAfter: 1,
    problem: { code: 'quota_exceeded', 'violated-policies': ['calls-month'] },
  });
  lend(till, of, 5);
  expect(giveUp(till, of, { now: NOW }).kind).toBe('admitted');
});

test('who waited in vain for a token of core is refused for its rate', () => {
  const till = openTill(CUSTOMER);
  const of = asks([], rateLimit(2, 5));
  admit(till, of, NOW);
  expect(refusalOf(giveUp(till, of, { now: NOW }))).toMatchObject({
    status: 429,
    problem: { code: 'rate_limited', 'violated-policies': ['rate'] },
  });
  expect(refusalOf(giveUp(till, of, { now: NOW, deskless: true }))).toMatchObject({
    status: 503,
    problem: { code: 'rate_unverifiable', 'violated-policies': ['rate'] },
  });
});

test('what cannot be verified is 503: reduced capacity, not a limit that is used up', () => {
  const type = `${TYPES}#temporary-reduced-capacity`;
  const till = openTill(CUSTOMER);
  const rate = asks([], rateLimit(2, 5, 'refuse'));
  expect(refusalOf(admitUnreachable(till, rate, NOW))).toMatchObject({
    status: 503,
    retryAfter: 1,
    problem: { code: 'rate_unverifiable', type, 'violated-policies': ['rate'] },
  });
  expect(refusalOf(admitUnreachable(till, asks([quota({})]), NOW))).toMatchObject({
    status: 503,
    problem: { code: 'quota_unverifiable', type, 'violated-policies': ['requests-month'] },
  });
});
