import type { UsageRecord } from '../record.ts';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { hash } from 'node:crypto';
import { keyFact, routeFact } from '../../../test/rig.ts';
import { decodeRecord, encodeRecord } from '../record.ts';
import { idempotencyKey } from '../once.ts';
import { carry, spanAfter } from '../span.ts';
import { Tally } from '../tally.ts';
import { admit, openTill, settle } from '../till.ts';

const NAME = 'Idempotency-Key';
const LONG = 'k'.repeat(255);

describe('an Idempotency-Key', () => {
  it.each([
    [
      'as the draft has it',
      '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
      '8e03978e-40d5-43e8-bc93-6894a57f9324',
    ],
    ['without quotes', 'KG5LxwFBepaKHyUD', 'KG5LxwFBepaKHyUD'],
    ['with blanks around', '  abc\t', 'abc'],
    ['with blanks within, in quotes', '"a b"', 'a b'],
    ['with escapes', '"a\\"b\\\\c"', 'a"b\\c'],
    [
      'with signs of all kinds',
      "order:7/a=b+c~!#$%&'()*-.<>?@[]^_`{|}",
      "order:7/a=b+c~!#$%&'()*-.<>?@[]^_`{|}",
    ],
    ['of the largest length', LONG, LONG],
    ['of the largest length in quotes', `"${LONG}"`, LONG],
  ])('%s', (_name, value, key) => {
    expect(idempotencyKey(['Host', 'a', 'IDEMPOTENCY-KEY', value])).toBe(key);
  });

  it.each([
    ['empty', ''],
    ['blank', '  '],
    ['empty in quotes', '""'],
    ['too long', `${LONG}k`],
    ['too long in quotes', `"${LONG}k"`],
    ['a list', 'a, b'],
    ['a list of texts', '"a", "b"'],
    ['with parameters', '"a";b=1'],
    ['with parameters without quotes', 'a;b=1'],
    ['with an open quote', '"a'],
    ['with a quote in it', 'a"b'],
    ['with a bad escape', '"a\\b"'],
    ['with a blank in it', 'a b'],
    ['with a sign beyond ASCII', 'caf\u00e9'],
    ['with such a sign in quotes', '"caf\u00e9"'],
    ['with such a space around', '\u00a0a'],
    ['with a control sign', 'a\u0001b'],
    ['with a NUL', 'a\u0000'],
  ])('%s is none', (_name, value) => {
    expect(idempotencyKey([NAME, value])).toBe(null);
  });

  it('twice is none, also when both are the same; and its absence is no fault', () => {
    expect(idempotencyKey([NAME, 'a', 'idempotency-key', 'a'])).toBe(null);
    expect(idempotencyKey(['Idempotency_Key', 'a', 'X-Idempotency-Key', 'b'])).toBe(undefined);
    expect(idempotencyKey([])).toBe(undefined);
  });

  it.each(['Idempotency-Key', 'close, IDEMPOTENCY-KEY', 'x,\tidempotency-key ,y'])(
    'that Connection keeps from the upstream is none: %s',
    (named) => {
      expect(idempotencyKey([NAME, 'a', 'Connection', 'close', 'connection', named])).toBe(null);
      expect(idempotencyKey([NAME, 'a', 'Connection', 'keep-alive, x'])).toBe('a');
    },
  );
});

const HASH = hash('sha256', 'a').slice(0, 32);
const T = Date.UTC(2026, 10, 29, 12);
const route = routeFact({
  billed_once: true,
  metering: [
    { meter_id: 'mtr_requests', source: 'request', units: 1 },
    { meter_id: 'mtr_bytes', source: 'response_bytes', units: 1 },
  ],
});
const WINDOW = 'cus_1|mtr_requests|month';
const end = { outcome: 'ok', status: 200, requestBytes: 0, responseBytes: 7 } as const;
const failed = { ...end, outcome: 'server_error', status: 500 } as const;

function holdOf(till: ReturnType<typeof openTill>, once: string | undefined, now: number) {
  const request = { requestId: `req_${now}`, fact: keyFact(), route, requestBytes: 0, once };
  const answer = admit(till, request, now);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  return answer.hold;
}

describe('the record of a request with one', () => {
  it('says so where the request is billable, and only there', () => {
    const till = openTill('cus_1');
    expect(settle(till, holdOf(till, HASH, T), end).once).toEqual({ hash: HASH, since: T });
    expect(settle(till, holdOf(till, HASH, T), failed)).not.toHaveProperty('once');
    expect(settle(till, holdOf(till, undefined, T), end)).not.toHaveProperty('once');
  });

  it('has the same in each of its spans, with the time at which it was admitted', () => {
    const till = openTill('cus_1');
    const first = holdOf(till, HASH, T);
    const asked = { requestId: first.requestId, fact: first.fact, route, requestBytes: 0 };
    const second = carry(till, { ...asked, span: spanAfter(first, end) }, T + 60_000);
    const more = { ...asked, span: spanAfter(second, end) };
    const third = admit(till, more, T + 90_000_000);
    if (third.kind !== 'admitted') throw new Error(third.kind);
    for (const hold of [first, second, third.hold]) {
      expect(settle(till, hold, { ...end, responseBytes: 99 }).once).toEqual({
        hash: HASH,
        since: T,
      });
    }
  });

  const record = (more: Partial<UsageRecord> = {}): UsageRecord => {
    const till = openTill('cus_1');
    return { ...settle(till, holdOf(till, HASH, T), end), ...more };
  };

  it.each([
    ['as it is', {}],
    ['of a later span', { later: true }],
    ['with faults', { faults: [['mtr_bytes', 'missing']] as const }],
    ['of neither kind', { once: undefined }],
  ])('is read from the spool as it was written: %s', (_name, more) => {
    const written = record(more);
    expect(decodeRecord(encodeRecord(written))).toEqual(decodeRecord(encodeRecord(written)));
    expect({ once: undefined, ...decodeRecord(encodeRecord(written)) }).toMatchObject({
      once: written.once,
      later: written.later,
    });
  });

  it('has entries of its own in the batch, and is counted like any other', () => {
    const tally = new Tally();
    const plain = record({ once: undefined });
    const spent = [[WINDOW, 1, 0, 0]] as const;
    const own = [record({ requestId: 'req_a', spent }), record({ requestId: 'req_b' })];
    for (const [at, one] of [plain, own[0]!, plain, own[1]!, plain].entries()) {
      tally.add(one, at + 1);
    }
    expect(tally.entries).toBe(2 + 4);
    const batch = decodeBatch(encodeBatch(tally.take()));
    expect(batch.columns.meter).toEqual([
      ...['mtr_requests', 'mtr_bytes'],
      ...['mtr_requests', 'mtr_bytes', 'mtr_requests', 'mtr_bytes'],
    ]);
    expect(batch.columns.requests).toEqual([3, 3, 1, 1, 1, 1]);
    expect(batch.once).toEqual([
      { hash: HASH, request: 'req_a', since: T, first: 2, entries: 2, spent: [[WINDOW, 1]] },
      { hash: HASH, request: 'req_b', since: T, first: 4, entries: 2, spent: [] },
    ]);
    expect(batch.spent).toEqual([{ window: WINDOW, settled: 1, unleased: 0, overdrawn: 0 }]);
    expect(batch.counts.map(({ billable, quantity }) => [quantity, billable])).toEqual([
      [5, 5],
      [35, 35],
    ]);
    expect(tally.take()).not.toHaveProperty('once');
  });
});
