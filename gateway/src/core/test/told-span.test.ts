import { expect, test } from 'vitest';
import { quotaWindow, utcWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import type { MeteringFact } from '@tollgate/billing-core/contract/facts.ts';
import type { AdmissionRequest, Hold, Settlement } from '../../ports.ts';
import { available } from '../lease.ts';
import { grant } from '../lending.ts';
import { measure } from '../meter.ts';
import { isIdle, spanAfter } from '../span.ts';
import { admit, openTill, settle, type Till } from '../till.ts';
import { CUSTOMER, keyFact, METER, request, route } from './sample.ts';

// A long response in spans, of which only the last one knows what the response says.

const NOW = Date.UTC(2026, 10, 22, 12);
const MONTH = { customerId: CUSTOMER, keyId: null, meterId: METER, kind: 'month' } as const;
const WINDOW = quotaWindow(MONTH, utcWindow('month', NOW)).id;
const tokens = { meter_id: METER, units: 1, max_cost: 60 } as const;
const TOLD: MeteringFact = { ...tokens, source: 'response_sse', selector: '/n', fallback: 7 };

const asks = (rule: MeteringFact): AdmissionRequest =>
  request({ fact: keyFact(), route: route({ metering: [rule] }) });
const used = (bytes: number, more: Partial<Settlement> = {}): Settlement => ({
  ...{ outcome: 'ok', status: 200, requestBytes: 0, responseBytes: bytes, durationMs: bytes },
  ...more,
});

function lentTill(asked: AdmissionRequest): Till {
  const till = openTill(CUSTOMER);
  admit(till, asked, NOW);
  const books = { limit: 100, unlent: 0, exhausted: false, retry_in_ms: null };
  const lent = { window: WINDOW, generation: 0, granted: 100, ...books };
  grant(till, lent, { asOf: 1n, now: NOW });
  return till;
}
function holdOf(till: Till, asked: AdmissionRequest): Hold {
  const answer = admit(till, asked, NOW);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  return answer.hold;
}

test('its last span counts the value, and its most is set aside until then', () => {
  const till = lentTill(asks(TOLD));
  const lease = till.leases.get(WINDOW)!;
  const first = holdOf(till, asks(TOLD));
  const before = settle(till, first, used(10, { lasts: true, readings: [{ text: '9' }] }));
  expect(before).toMatchObject({ quantities: [[METER, 0]], spent: [] });
  const later = holdOf(till, { ...asks(TOLD), span: spanAfter(first, used(10)) });
  expect(available(lease)).toBe(40);
  const last = settle(till, later, used(20, { readings: [{ text: '42' }] }));
  expect(last).toMatchObject({
    later: true,
    quantities: [[METER, 42]],
    spent: [[WINDOW, 42, 0, 0]],
  });
  expect(available(lease)).toBe(58);
});

test('a value that never came is charged and named once, with the last span', () => {
  const till = lentTill(asks(TOLD));
  const first = holdOf(till, asks(TOLD));
  expect(settle(till, first, used(10, { lasts: true })).faults).toBeUndefined();
  const later = holdOf(till, { ...asks(TOLD), span: spanAfter(first, used(10)) });
  const readings = [{ fault: 'missing' as const }];
  const last = settle(till, later, used(10, { readings }));
  expect(last).toMatchObject({ quantities: [[METER, 7]], faults: [[METER, 'missing']] });
});

test.each([
  ['response_bytes', 60 - 25],
  ['duration', 60 - 25],
] as const)('of %s a later span sets aside what is left of the most', (source, left) => {
  const asked = asks({ ...tokens, source });
  const till = lentTill(asked);
  const first = holdOf(till, asked);
  settle(till, first, used(25, { lasts: true }));
  const later = holdOf(till, { ...asked, span: spanAfter(first, used(25)) });
  expect(available(till.leases.get(WINDOW)!)).toBe(100 - 25 - left);
  expect(measure(later, used(40)).quantities).toEqual([[METER, 15]]);
  // One that took more than its most reserves nothing more.
  const over = holdOf(till, { ...asked, span: spanAfter(first, used(90)) });
  expect(over.spends[0]?.units).toBe(0);
});

test('time that passes in silence is counted where time is', () => {
  const asked = asks({ ...tokens, source: 'duration' });
  const till = lentTill(asked);
  const first = holdOf(till, asked);
  const silent = { ...first, span: spanAfter(first, used(10)) };
  expect(isIdle(silent, used(10, { durationMs: 9_000 }))).toBe(false);
  const plain = { ...silent, route: route({ metering: [TOLD] }) };
  expect(isIdle(plain, used(10, { durationMs: 9_000 }))).toBe(true);
});
