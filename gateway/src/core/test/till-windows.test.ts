import { describe, expect, test } from 'vitest';
import type { QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import { lifeOf, RENEW_RETRY_MS } from '../key.ts';
import { grant } from '../lending.ts';
import { admit, admitUnreachable, openTill, settle, type Till } from '../till.ts';
import type { AdmissionRequest } from '../../ports.ts';
import { CUSTOMER, keyFact, METER, OK, quota as monthly, request } from './sample.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Midnights in Berlin. */
const MIDNIGHT = Date.UTC(2026, 10, 21, 23);
const TURNS = [MIDNIGHT, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY];

const quota = (more: Partial<QuotaFact>): QuotaFact => monthly({ window: 'day', ...more });
const asks = (quotas: QuotaFact[], key_id = 'key_1'): AdmissionRequest =>
  request({ fact: { ...keyFact({ quotas }), key_id } });
const idOf = (start: number, kind = 'day'): string =>
  `${CUSTOMER}|${METER}|${kind}|${start / 60_000}`;

function lend(till: Till, window: string, granted: number, exhausted = false): void {
  const from = { window, generation: 0, granted, limit: 100, unlent: 0, exhausted };
  grant(till, { ...from, retry_in_ms: null }, { asOf: 7n, now: NOW });
}

/** Windows that the till asks core for, for one request. */
function asked(till: Till, of: AdmissionRequest, now = NOW): readonly string[] {
  const answer = admit(till, of, now);
  if (answer.kind !== 'ask') throw new Error(answer.kind);
  return answer.windows;
}

test('a customer’s clock names windows and dates records; the rest is core time', () => {
  const clock_ms = 40 * DAY + 17 * 60_000;
  const till = openTill(CUSTOMER);
  const quotas = [quota({ turns: TURNS })];
  const of = request({ fact: keyFact({ quotas, clock_ms }) });
  const named = idOf(MIDNIGHT + clock_ms);
  expect(asked(till, of)).toEqual([named]);
  expect(till.leases.get(named)?.window).toMatchObject({ startsAt: TURNS[0], endsAt: TURNS[1] });
  lend(till, named, 5);
  const answer = admit(till, of, NOW);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  // A watermark waits for it by core time.
  expect(answer.hold.admittedAt).toBe(NOW);
  const record = settle(till, answer.hold, OK);
  expect(record.admittedAt).toBe(NOW + clock_ms);
  expect(record.spent).toEqual([[named, 1, 0, 0]]);
});

describe('the window of an admission', () => {
  test('is the one that core told of, to the millisecond', () => {
    const till = openTill(CUSTOMER);
    const of = asks([quota({ turns: TURNS })]);
    expect(asked(till, of, MIDNIGHT + DAY - 1)).toEqual([idOf(MIDNIGHT)]);
    expect(asked(till, of, MIDNIGHT + DAY)).toEqual([idOf(MIDNIGHT + DAY)]);
    expect(till.leases.get(idOf(MIDNIGHT))?.window.endsAt).toBe(MIDNIGHT + DAY);
  });

  test('is one of UTC where core tells of none', () => {
    const [window] = asked(openTill(CUSTOMER), asks([quota({})]));
    expect(window).toBe(idOf(Date.UTC(2026, 10, 22)));
  });

  test('outside of what core told is unknown: nothing is admitted, also not without core', () => {
    const till = openTill(CUSTOMER);
    const admits = { on_unreachable: 'admit' } as const;
    const of = asks([quota({ turns: TURNS, ...admits }), quota({ window: 'hour', ...admits })]);
    const late = MIDNIGHT + 2 * DAY;
    for (const answer of [admit(till, of, late), admitUnreachable(till, of, late)]) {
      expect(answer).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'quota_unverifiable', retryAfterS: 1, violated: ['requests-day'] },
      });
    }
    const period = asks([quota({ window: 'billing_period' })]);
    expect(admit(till, period, NOW)).toMatchObject({ refusal: { reason: 'quota_unverifiable' } });
  });

  test('ends where the newest facts say, what it was lent staying in it', () => {
    const till = openTill(CUSTOMER);
    admit(till, asks([quota({ turns: TURNS })]), NOW);
    lend(till, idOf(MIDNIGHT), 5);
    const longer = [MIDNIGHT, MIDNIGHT + 30 * HOUR, MIDNIGHT + 54 * HOUR];
    const answer = admit(till, asks([quota({ turns: longer })]), NOW);
    expect(answer).toMatchObject({ kind: 'admitted', limits: [{ windowS: 30 * 3_600 }] });
  });
});

describe('a quota of each key', () => {
  const each = quota({ scope: 'key', limit: 3 });
  const start = Date.UTC(2026, 10, 22);

  test('is counted in a window of that key', () => {
    const till = openTill(CUSTOMER);
    for (const key of ['key_1', 'key_2']) {
      expect(asked(till, asks([each], key))).toEqual([`${idOf(start)}|${key}`]);
    }
    lend(till, `${idOf(start)}|key_1`, 0, true);
    lend(till, `${idOf(start)}|key_2`, 1);
    expect(admit(till, asks([each], 'key_1'), NOW)).toMatchObject({
      refusal: { reason: 'quota_exceeded', violated: ['requests-day-key'] },
    });
    const answer = admit(till, asks([each], 'key_2'), NOW);
    if (answer.kind !== 'admitted') throw new Error(answer.kind);
    expect(settle(till, answer.hold, OK).spent).toEqual([[`${idOf(start)}|key_2`, 1, 0, 0]]);
  });

  test('stands beside that of the customer: nothing is taken unless both have it', () => {
    const till = openTill(CUSTOMER);
    const both = asks([quota({}), each]);
    expect(asked(till, both)).toEqual([idOf(start), `${idOf(start)}|key_1`]);
    lend(till, idOf(start), 2);
    lend(till, `${idOf(start)}|key_1`, 0, true);
    expect(admit(till, both, NOW)).toMatchObject({ refusal: { violated: ['requests-day-key'] } });
    expect(till.leases.get(idOf(start))?.reserved).toBe(0);
  });
});

test.each([
  ['soft', [quota({ enforcement: 'soft', limit: 0 })]],
  ['soft, of each key', [quota({ enforcement: 'soft', limit: 0, scope: 'key' })]],
  ['no', []],
])('%s limit needs no lease, is told to no client and refuses nothing', (_, quotas) => {
  const till = openTill(CUSTOMER);
  for (let i = 0; i < 100; i++) {
    const answer = admit(till, asks(quotas), NOW);
    expect(answer).toMatchObject({ kind: 'admitted', limits: [], hold: { spends: [] } });
  }
  expect(till.leases.size).toBe(0);
});

test.each([
  [{}, 'requests-day'],
  [{ scope: 'key' }, 'requests-day-key'],
  [{ window: 'billing_period', turns: TURNS }, 'requests-period'],
  [{ window: 'billing_period', turns: TURNS, scope: 'key' }, 'requests-period-key'],
] as const)('a limit %j is called %s', (more, name) => {
  const till = openTill(CUSTOMER);
  const of = asks([quota({ ...more, limit: 0, turns: [...('turns' in more ? more.turns : [])] })]);
  expect(admit(till, of, NOW)).toMatchObject({ refusal: { violated: [name] } });
});

describe('facts', () => {
  const turns = (...all: number[]) => keyFact({ quotas: [quota({ turns: all }), quota({})] });

  test('are renewed when the last window they tell of has begun', () => {
    expect(lifeOf(turns(10, 20, 30), 15)).toEqual({ beginsAt: 10, renewAt: 20, endsAt: 30 });
    expect(lifeOf(turns(10, 20, 30), 20)).toMatchObject({ renewAt: 20 + RENEW_RETRY_MS });
  });

  test('of windows in UTC last for ever', () => {
    expect(lifeOf(turns(), 15)).toEqual({
      beginsAt: -Infinity,
      renewAt: Infinity,
      endsAt: Infinity,
    });
  });
});
