import { describe, expect, test } from 'vitest';
import type { MeteringFact, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import type { Hold, Settlement } from '../../ports.ts';
import { measure, reservationOf } from '../meter.ts';
import { decodeRecord, encodeRecord, type UsageRecord } from '../record.ts';
import { ResponseReader, wantedOf } from '../reading.ts';
import type { Reading } from '../value.ts';
import { keyFact, OK, route } from './sample.ts';

const TOKENS = 'mtr_tokens';
const told = { meter_id: TOKENS, units: 1, fallback: 50, max_value: 1_000 };
const json = (selector: string): MeteringFact => ({ ...told, source: 'response_json', selector });
const sse = (selector: string): MeteringFact => ({ ...told, source: 'response_sse', selector });
const header = (selector: string): MeteringFact => ({
  ...told,
  source: 'response_header',
  selector,
});

type Bills = RouteFact['billable_outcomes'];
function counted(metering: MeteringFact[], settlement: Partial<Settlement>, bills?: Bills) {
  const fact = route({ metering, ...(bills && { billable_outcomes: bills }) });
  const hold: Hold = { requestId: 'r', fact: keyFact(), route: fact, admittedAt: 0, spends: [] };
  const { quantities, faults } = measure(hold, { ...OK, ...settlement });
  return { quantities: Object.fromEntries(quantities), faults };
}

type Response = { raw?: string[]; eventStream?: boolean; body?: string; whole?: boolean };
function read(metering: MeteringFact[], of: Response): readonly (Reading | undefined)[] {
  const { raw = [], eventStream = false, body = '', whole = true } = of;
  const reader = new ResponseReader(wantedOf(metering)!, { raw, eventStream });
  reader.feed(new TextEncoder().encode(body));
  return reader.finish(whole);
}
const billed = (metering: MeteringFact[], of: Response) =>
  counted(metering, { readings: read(metering, of) });

describe('what a rule counts', () => {
  test('rules of one meter add up, others stand beside', () => {
    const rules: MeteringFact[] = [
      { meter_id: 'mtr_requests', source: 'request', units: 1 },
      { meter_id: 'mtr_bytes', source: 'request_bytes', units: 2 },
      { meter_id: 'mtr_bytes', source: 'response_bytes', units: 3 },
      { meter_id: 'mtr_ms', source: 'duration', units: 1 },
    ];
    const { quantities } = counted(rules, { requestBytes: 10, responseBytes: 100, durationMs: 42 });
    expect(quantities).toEqual({ mtr_requests: 1, mtr_bytes: 320, mtr_ms: 42 });
  });

  test('values of the upstream, times the units of the rule', () => {
    const rules = [json('/usage/in'), { ...json('/usage/out'), units: 3 }];
    const body = '{"usage":{"in":17,"out":5}}';
    expect(billed(rules, { body })).toEqual({ quantities: { [TOKENS]: 32 }, faults: [] });
  });

  test('a header of the response, whatever its case', () => {
    const raw = ['Content-Type', 'text/plain', 'X-Cost', ' 7 '];
    expect(billed([header('x-cost')], { raw }).quantities).toEqual({ [TOKENS]: 7 });
  });

  test.each<[string, MeteringFact, Response, string]>([
    ['no header', header('x-cost'), {}, 'missing'],
    ['two headers', header('x-cost'), { raw: ['x-cost', '1', 'X-Cost', '1'] }, 'ambiguous'],
    ['an empty header', header('x-cost'), { raw: ['x-cost', ''] }, 'not_a_number'],
    ['a negative value', header('x-cost'), { raw: ['x-cost', '-1'] }, 'negative'],
    ['a value over the maximum', header('x-cost'), { raw: ['x-cost', '1001'] }, 'over_maximum'],
    ['a part of a unit', header('x-cost'), { raw: ['x-cost', '0.5'] }, 'too_fine'],
    ['no such member', json('/n'), { body: '{}' }, 'missing'],
    ['a null', json('/n'), { body: '{"n":null}' }, 'missing'],
    ['an object', json('/n'), { body: '{"n":{}}' }, 'not_a_number'],
    ['no JSON', json('/n'), { body: '<html>' }, 'unreadable'],
    ['no body', json('/n'), {}, 'missing'],
    ['a body cut off', json('/n'), { body: '{"n":1', whole: false }, 'cut_off'],
    ['an event stream', json('/n'), { body: 'data: {"n":1}', eventStream: true }, 'missing'],
    ['no event stream', sse('/n'), { body: '{"n":1}' }, 'missing'],
    ['events without it', sse('/n'), { body: 'data: [DONE]\n\n', eventStream: true }, 'missing'],
    [
      'a stream cut off before it',
      sse('/n'),
      { body: 'data: {"m":1}\n\n', eventStream: true, whole: false },
      'cut_off',
    ],
  ])('%s is charged by the fallback and named', (_name, rule, response, fault) => {
    const expected = { quantities: { [TOKENS]: 50 }, faults: [[TOKENS, fault]] };
    expect(billed([rule], response)).toEqual(expected);
  });

  test('what a stream said before it was cut off counts', () => {
    const body = 'data: {"n":3}\n\ndata: {"n":9}\n\ndata: {"n"';
    const read = billed([sse('/n')], { body, eventStream: true, whole: false });
    expect(read).toEqual({ quantities: { [TOKENS]: 9 }, faults: [] });
  });

  test('a route that streams when asked to counts once, whichever way it answers', () => {
    const rules = [json('/usage/n'), sse('/usage/n')];
    const body = '{"usage":{"n":12}}';
    expect(billed(rules, { body })).toEqual({ quantities: { [TOKENS]: 12 }, faults: [] });
    const stream = billed(rules, { body: `data: ${body}\n\n`, eventStream: true });
    expect(stream).toEqual({ quantities: { [TOKENS]: 12 }, faults: [] });
    // Of the two, one fallback is charged.
    expect(billed(rules, { body: '{}' }).quantities).toEqual({ [TOKENS]: 50 });
    expect(counted(rules, {}).quantities).toEqual({ [TOKENS]: 50 });
  });

  test('an outcome that is not billed owes no value, and counts the one it has', () => {
    const rules = [json('/n')];
    const failed = { outcome: 'client_error', status: 404 } as const;
    const none = counted(rules, { ...failed, readings: read(rules, { body: '{}' }) });
    expect(none).toEqual({ quantities: { [TOKENS]: 0 }, faults: [] });
    const some = counted(rules, { ...failed, readings: read(rules, { body: '{"n":4}' }) });
    expect(some).toEqual({ quantities: { [TOKENS]: 4 }, faults: [] });
    const timeout = { outcome: 'upstream_timeout', status: 504 } as const;
    expect(counted(rules, timeout).quantities).toEqual({ [TOKENS]: 0 });
    const bills: Bills = ['upstream_timeout'];
    expect(counted(rules, timeout, bills).faults).toEqual([[TOKENS, 'missing']]);
  });
});

test.each<[string, MeteringFact[], number]>([
  ['what the request tells', [{ meter_id: 'm', source: 'request_bytes', units: 2 }], 14],
  ['nothing of what only the response tells', [json('/n')], 0],
  ['its max_cost where there is one', [{ ...json('/n'), max_cost: 900 }], 900],
  [
    'that of JSON or of events, not both',
    [
      { ...json('/a'), max_cost: 5 },
      { ...json('/b'), max_cost: 6 },
      { ...sse('/a'), max_cost: 7 },
    ],
    11,
  ],
  [
    'all that can come together',
    [
      { meter_id: 'm', source: 'request', units: 1 },
      { meter_id: 'm', source: 'response_bytes', units: 1, max_cost: 5 },
      { meter_id: 'm', source: 'duration', units: 1, max_cost: 6 },
      { ...header('x'), max_cost: 7 },
    ],
    19,
  ],
])('a request of seven bytes reserves %s', (_name, rules, units) => {
  expect(reservationOf(rules, { requestBytes: 7 })).toBe(units);
});

test('a record with faults is the same behind the spool, and one without has none', () => {
  const ids = { requestId: 'r', customer: 'c', key: 'k', route: 'rte', routeVersion: 1 };
  const end = { outcome: 'ok', status: 200, admittedAt: 5, billable: true } as const;
  const record: UsageRecord = { ...ids, ...end, quantities: [['m', 1]], spent: [] };
  expect(decodeRecord(encodeRecord(record))).toEqual(record);
  const faulty: UsageRecord = { ...record, faults: [['m', 'missing']] };
  expect(decodeRecord(encodeRecord(faulty))).toEqual(faulty);
});
