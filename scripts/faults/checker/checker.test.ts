import { describe, expect, test } from 'vitest';
import type { Entry, Ledger } from './ledger.ts';
import type { Asked, Served } from './logs.ts';
import { type Evidence, judge } from './verdict.ts';

// The checker on books that were made up: right ones pass, and each wrong is seen by its name.

const AT = 60_000 * 1_000 + 5_000;
const MINUTE = 1_000;
const BYTES = 100;
const METERS = { requests: 'mtr_requests', bytes: 'mtr_bytes' };

const asked = (n: number, more: Partial<Asked> = {}): Asked => ({
  id: `r${n}`,
  key: 'key',
  gateway: 0,
  at: AT + n,
  done: AT + n + 5,
  sent: true,
  status: 200,
  complete: true,
  served: true,
  code: null,
  bytes: BYTES,
  ...more,
});
const served = (n: number, more: Partial<Served> = {}): Served => ({
  id: `r${n}`,
  key: 'key',
  at: AT + n,
  status: 200,
  bytes: BYTES,
  ...more,
});
const entry = (meter: string, requests: number, more: Partial<Entry> = {}): Entry => ({
  customer: 'cus',
  key: 'key',
  route: 'rte',
  version: 1,
  meter,
  outcome: 'ok',
  minute: MINUTE,
  billable: true,
  requests,
  quantity: meter === METERS.bytes ? requests * BYTES : requests,
  ...more,
});

function ledger(requests: number): Ledger {
  const entries = [entry(METERS.requests, requests), entry(METERS.bytes, requests)];
  return {
    entries,
    rollups: [...entries],
    counts: [],
    boots: [{ boot: 'bt', state: 'live', next: 3, batches: 2, newest: 2, in_doubt: 0 }],
    windows: [{ id: 'w', limit: 10, lent: 10, billed: requests }],
    policies: new Map([['rte 1', ['ok']]]),
    losses: [],
  };
}

const numbers = [1, 2, 3];
const right = (): Evidence => ({
  asked: numbers.map((n) => asked(n)),
  served: numbers.map((n) => served(n)),
  ledger: ledger(3),
  faults: [],
  doubtsBefore: 0,
  meters: METERS,
});
const killed = { what: 'kill', from: AT, until: AT + 10, gateways: [0] };
const torn = asked(4, { complete: false, status: 0, served: false, bytes: 0 });

const kinds = (evidence: Evidence): string[] => judge(evidence).findings.map(({ kind }) => kind);

/** The right books with something changed. */
function wrong(change: (evidence: Evidence & { ledger: Ledger }) => Partial<Evidence> | void) {
  const evidence = right();
  return { ...evidence, ...change(evidence) };
}

describe('books that are right', () => {
  test('have nothing to be found in them', () => {
    expect(judge(right()).findings).toEqual([]);
  });

  test('may have a request in flight at a fault recorded, or stated to be in doubt', () => {
    const evidence = { ...right(), faults: [killed], asked: [...right().asked, torn] };
    const more = { ...evidence, served: [...evidence.served, served(4)] };
    expect(judge({ ...more, ledger: ledger(4) })).toMatchObject({
      findings: [],
      figures: { extra: 1, inFlight: 4 },
    });
    const doubted = ledger(3);
    doubted.boots[0]!.in_doubt = 1;
    expect(judge({ ...more, ledger: doubted }).findings).toEqual([]);
  });
});

describe('found is', () => {
  test.each<[string, Evidence]>([
    ['lost', wrong(() => ({ ledger: ledger(2) }))],
    ['more than served', wrong(() => ({ ledger: ledger(4) }))],
    ['more than asked', wrong(() => ({ ledger: ledger(4) }))],
    ['more than was in flight', wrong(() => ({ ledger: ledger(4) }))],
    ['bytes differ', wrong((of) => void (of.ledger.entries[1]!.quantity += 1))],
    ['wrong minute', wrong((of) => void (of.ledger.entries[0]!.minute += 1))],
    ['wrong policy', wrong((of) => void (of.ledger.entries[0]!.billable = false))],
    ['rollup differs', wrong((of) => void of.ledger.rollups.pop())],
    ['sequence differs', wrong((of) => void (of.ledger.boots[0]!.batches = 1))],
    ['sequence differs', wrong((of) => void (of.ledger.boots[0]!.next = 4))],
    ['loss reported', wrong((of) => void of.ledger.losses.push('gap: corrupt_frames'))],
    ['over the limit', wrong((of) => void (of.ledger.windows[0]!.billed = 11))],
    ['over the limit', wrong((of) => void (of.ledger.windows[0]!.lent = 11))],
    ['served twice', wrong((of) => ({ served: [...of.served, served(3)] }))],
    ['torn without a fault', wrong((of) => ({ asked: [...of.asked, torn] }))],
    [
      'refused yet served',
      wrong((of) => ({
        asked: [...of.asked, asked(4, { status: 429, served: false, code: 'quota_exceeded' })],
        served: [...of.served, served(4)],
      })),
    ],
    [
      'gateway count differs',
      wrong((of) => {
        const counted = { counted_quantity: 3, counted_billable: 3 };
        const recorded = { recorded: 3, recorded_quantity: 3, recorded_billable: 3 };
        of.ledger.counts.push({ what: 'bt cus', day: 1, counted: 4, ...counted, ...recorded });
      }),
    ],
    [
      'doubt not stated',
      wrong((of) => ({
        asked: [...of.asked, torn],
        served: [...of.served, served(4)],
        faults: [killed],
      })),
    ],
  ])('%s', (kind, evidence) => {
    expect(kinds(evidence)).toContain(kind);
  });

  test("a count under another day, which is right where core's clock was wrong", () => {
    const evidence = right();
    const none = { counted_quantity: 0, counted_billable: 0 };
    const empty = { recorded_quantity: 0, recorded_billable: 0 };
    evidence.ledger.counts.push(
      { what: 'bt cus', day: 1, ...none, ...empty, counted: 0, recorded: 3 },
      { what: 'bt cus', day: 2, ...none, ...empty, counted: 3, recorded: 0 },
    );
    expect(kinds(evidence)).toEqual(['gateway count differs', 'gateway count differs']);
    expect(kinds({ ...evidence, clockFaked: true })).toEqual([]);
    evidence.ledger.counts[1]!.counted = 4;
    expect(kinds({ ...evidence, clockFaked: true })).toEqual(['gateway count differs']);
  });

  test('one lost and one doubled in its place, by the bytes of their answers', () => {
    const evidence = right();
    const sizes = evidence.asked.map((each, n) => ({ ...each, bytes: BYTES + n }));
    const sum = sizes.reduce((total, { bytes }) => total + bytes, 0);
    evidence.ledger.entries[1]!.quantity = sum;
    evidence.ledger.rollups[1] = evidence.ledger.entries[1]!;
    expect(kinds({ ...evidence, asked: sizes })).toEqual([]);
    // The first was recorded twice and the last never: as many requests, other bytes.
    evidence.ledger.entries[1]!.quantity = sum + sizes[0]!.bytes - sizes[2]!.bytes;
    expect(kinds({ ...evidence, asked: sizes })).toEqual(['bytes differ']);
  });
});
