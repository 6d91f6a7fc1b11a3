import { quotaWindow, utcWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import { expect, test } from 'vitest';
import type { AdmissionRequest, Hold, Settlement } from '../../ports.ts';
import { available, type Lease, wanted } from '../lease.ts';
import { grant } from '../lending.ts';
import { measure, reservationOf } from '../meter.ts';
import { decodeRecord, encodeRecord } from '../record.ts';
import { takeShare } from '../rate.ts';
import { allowanceOf, allowedIn, cancel, carry, isIdle, spanAfter } from '../span.ts';
import { Tally } from '../tally.ts';
import { admit, openTill, settle, type Till } from '../till.ts';
import { CUSTOMER, keyFact, METER, rateLimit, request, route } from './sample.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const BYTES = 'mtr_bytes';
const [requests] = keyFact().customer.quotas;
const bytes = { ...requests!, meter_id: BYTES, meter_slug: 'bytes', limit: 1_000 };
const asked = request({
  fact: keyFact({
    rate_limit: rateLimit(1, 1),
    quotas: [requests!, bytes],
  }),
  route: route({
    metering: [
      { meter_id: METER, source: 'request', units: 1 },
      { meter_id: BYTES, source: 'response_bytes', units: 1 },
    ],
  }),
});
const windowOf = (meterId: string): string =>
  quotaWindow(
    { customerId: CUSTOMER, keyId: null, meterId, kind: 'month' },
    utcWindow('month', NOW),
  ).id;
const leaseOf = (till: Till, meterId: string): Lease => till.leases.get(windowOf(meterId)) as Lease;
const sofar = (responseBytes: number): Settlement => ({
  outcome: 'ok',
  status: 200,
  requestBytes: 0,
  responseBytes,
});
const sent = (messages: [number, number]): Settlement => ({
  ...sofar(0),
  ...{ requestMessages: messages[0], responseMessages: messages[1] },
});
const after = (hold: Hold, bytes: number): AdmissionRequest => ({
  ...asked,
  span: spanAfter(hold, sofar(bytes)),
});

/** A till with one token and these units of each meter, and a request that was admitted by it. */
function begun(lent: { requests: number; bytes: number }): { till: Till; hold: Hold } {
  const till = openTill(CUSTOMER);
  admit(till, asked, NOW);
  if (!till.rate) throw new Error('no rate limit was met');
  const share = { rate: 1, burst: 1, tokens: 1, central: false, retry_in_ms: 0 };
  takeShare(till.rate, { customer: CUSTOMER, ...share }, { sentAt: NOW, now: NOW });
  admit(till, asked, NOW);
  for (const [meter, granted] of [
    [METER, lent.requests],
    [BYTES, lent.bytes],
  ] as const) {
    const books = { limit: 1_000, unlent: 0, exhausted: granted === 0, retry_in_ms: null };
    const from = { window: windowOf(meter), generation: 0, granted, ...books };
    grant(till, from, { asOf: 1n, now: NOW });
  }
  return { till, hold: admitted(till, asked) };
}

function admitted(till: Till, of: AdmissionRequest): Hold {
  const answer = admit(till, of, NOW);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  return answer.hold;
}

test('a long request counts once; each span adds what passed in it', () => {
  const { till, hold } = begun({ requests: 1, bytes: 500 });
  const tally = new Tally();
  const first = settle(till, hold, sofar(100));
  // The only token and the only unit of requests are gone: a later span needs neither.
  const second = admitted(till, after(hold, 100));
  const third = settle(till, second, sofar(150));
  const last = settle(till, admitted(till, after(second, 150)), sofar(150));
  for (const [at, record] of [first, third, last].entries()) {
    tally.add(decodeRecord(encodeRecord(record)), at + 1);
  }
  expect(first.quantities).toEqual([
    [METER, 1],
    [BYTES, 100],
  ]);
  expect(third.quantities).toEqual([[BYTES, 50]]);
  expect(last).toMatchObject({ quantities: [], later: true });
  const { columns, counts } = tally.take();
  expect(columns.meter).toEqual([METER, BYTES]);
  expect(columns.requests).toEqual([1, 1]);
  expect(columns.quantity).toEqual([1, 150]);
  expect(counts.map((count) => count.requests)).toEqual([1, 1]);
  expect(available(leaseOf(till, BYTES))).toBe(350);
});

test('a hard quota that a span used up admits no further one', () => {
  const { till, hold } = begun({ requests: 1, bytes: 100 });
  settle(till, hold, sofar(100));
  leaseOf(till, BYTES).exhaustedAt = 1n;
  const answer = admit(till, after(hold, 100), NOW);
  expect(answer).toMatchObject({
    kind: 'refused',
    refusal: { reason: 'quota_exceeded', violated: ['bytes-month'] },
  });
});

test('what passes while core is asked is recorded, whatever core says', () => {
  const { till, hold } = begun({ requests: 1, bytes: 100 });
  settle(till, hold, sofar(90));
  const carried = carry(till, after(hold, 90), NOW);
  expect(leaseOf(till, BYTES).open).toBe(1);
  const record = settle(till, carried, sofar(120));
  expect(record.spent).toEqual([[windowOf(BYTES), 10, 0, 20]]);
  expect(leaseOf(till, BYTES)).toMatchObject({ open: 0, settled: 100, overdrawn: 20 });
});

test('a hold of which nothing was used gives back what was set aside', () => {
  const { till, hold } = begun({ requests: 2, bytes: 100 });
  expect(available(leaseOf(till, METER))).toBe(1);
  cancel(till, hold);
  expect(available(leaseOf(till, METER))).toBe(2);
  expect(leaseOf(till, METER)).toMatchObject({ open: 0, reserved: 0 });
});

test('a first span is never idle: it counts the request', () => {
  const { hold } = begun({ requests: 1, bytes: 100 });
  expect(isIdle(hold, sofar(0))).toBe(false);
  const later = { ...hold, span: spanAfter(hold, sofar(0)) };
  expect(isIdle(later, sofar(0))).toBe(true);
  expect(isIdle(later, sofar(1))).toBe(false);
});

test('what only responses tell is demand: its lease is asked for ahead', () => {
  const { till, hold } = begun({ requests: 1, bytes: 1 });
  settle(till, hold, sofar(300));
  const lease = leaseOf(till, BYTES);
  expect(lease).toMatchObject({ settled: 1, overdrawn: 299 });
  expect(wanted(lease, NOW) - lease.granted).toBeGreaterThanOrEqual(300 * 10);
});

test('messages of a WebSocket are counted each way, and by each span those since the last', () => {
  const rules = [
    { meter_id: METER, source: 'request', units: 1 },
    { meter_id: 'mtr_in', source: 'request_messages', units: 3 },
    { meter_id: 'mtr_out', source: 'response_messages', units: 1 },
  ] as const;
  const { hold } = begun({ requests: 5, bytes: 5 });
  const first = { ...hold, route: route({ metering: [...rules] }) };
  const counted = (of: Hold, messages: [number, number]): Record<string, number> =>
    Object.fromEntries(measure(of, sent(messages)).quantities);
  expect(counted(first, [2, 5])).toEqual({ [METER]: 1, mtr_in: 6, mtr_out: 5 });
  const second = { ...first, span: spanAfter(first, sent([2, 5])) };
  expect(counted(second, [3, 5])).toEqual({ mtr_in: 3 });
  expect(isIdle(second, sent([2, 5]))).toBe(true);
  // An empty message is one too.
  expect(isIdle(second, sent([2, 6]))).toBe(false);
  // Any other request has none.
  expect(Object.fromEntries(measure(first, sofar(9)).quantities)).toMatchObject({ mtr_in: 0 });
});

test('messages set aside what they may cost, less what earlier spans have counted', () => {
  const rules = [{ meter_id: 'm', source: 'response_messages', units: 2, max_cost: 10 }] as const;
  const span = { number: 1, requestBytes: 0, responseBytes: 0, responseMessages: 3 };
  expect(reservationOf(rules, { requestBytes: 0 })).toBe(10);
  expect(reservationOf(rules, { requestBytes: 0, span })).toBe(4);
});

const ANY = Number.MAX_SAFE_INTEGER;

test.each([
  [2, 10, 5],
  [3, 10, 3],
  // One must be able to pass.
  [3, 1, 1],
])('messages of the client, %i each, with %i a span: %i', (units, max_cost, messages) => {
  const rule = { meter_id: 'm', source: 'request_messages', units, max_cost } as const;
  const span = { number: 1, requestBytes: 0, responseBytes: 0, requestMessages: 30 };
  for (const asked of [{ requestBytes: 0 }, { requestBytes: 0, span }]) {
    expect(reservationOf([rule], asked)).toBe(messages * units);
  }
  const each = allowanceOf({ ...route(), metering: [rule] });
  expect(allowedIn(each, undefined)).toEqual({ bytes: ANY, messages: 0 });
  expect(allowedIn(each, span)).toEqual({ bytes: ANY, messages: 30 + messages });
});

test('what no rule sets aside units for may pass at any number', () => {
  const rule = { meter_id: 'm', source: 'request_messages', units: 1 } as const;
  const each = allowanceOf({ ...route(), metering: [rule] });
  expect(allowedIn(each, undefined)).toEqual({ bytes: ANY, messages: ANY });
});
