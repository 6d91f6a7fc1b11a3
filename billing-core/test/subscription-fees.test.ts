import { describe, expect, test } from 'vitest';
import { begun, happenings, taken, type Step } from '../src/subscriptions/decide.ts';
import { totalOf } from '../src/subscriptions/fees.ts';
import { nextInvoice, renewalOf } from '../src/subscriptions/period-fees.ts';
import { flat, knowing, started, version } from './subscription-start.ts';

// What a change costs, worked by hand.

const ms = (iso: string): number => Date.parse(iso);

describe('worked by hand', () => {
  const basic = version('basic', '3000');
  const pro = version('pro', '9000');
  const change: Step = { step: 'change', to: pro };

  test('an upgrade in the middle of a month gives half back and charges half', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    expect(begun(loaded).fees).toMatchObject([{ kind: 'advance', amount: 3000n }]);
    const { fees } = taken(knowing(loaded, pro), change, ms('2026-04-16T00:00:00Z'));
    expect(fees.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['credit', -1500n],
      ['advance', 4500n],
    ]);
    expect(fees.map(({ description }) => description)).toEqual([
      'Unused: Flat fee: $30.00 for 50% of the period = $15.00',
      'Flat fee: $90.00 for 50% of the period = $45.00',
    ]);
  });

  test('prices switch at the next whole minute', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    const { fees } = taken(knowing(loaded, pro), change, ms('2026-04-15T23:59:00.001Z'));
    expect(fees.map(({ start }) => start)).toEqual(Array(2).fill(ms('2026-04-16T00:00:00Z')));
  });

  test('by the day, the day of the change belongs to what follows', () => {
    const byDay = { proration: 'day' } as const;
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: version('a', '3000', byDay) });
    const to = version('b', '9000', byDay);
    const { fees } = taken(knowing(loaded, to), { step: 'change', to }, ms('2026-04-16T18:00:00Z'));
    expect(fees.map(({ amount }) => amount)).toEqual([-1500n, 4500n]);
  });

  test('a change at the very end of a period costs nothing of it', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    const { fees, after } = taken(knowing(loaded, pro), change, ms('2026-04-30T23:59:30Z'));
    expect(fees).toEqual([]);
    expect(renewalOf(after, ms('2026-05-01T00:00:00Z'))).toMatchObject([{ amount: 9000n }]);
  });

  test('a change within the first minute gives all but that minute back', () => {
    const loaded = started({ at: '2026-04-01T00:00:10Z', on: basic });
    const { fees } = taken(knowing(loaded, pro), change, ms('2026-04-01T00:00:20Z'));
    expect(fees.map(({ amount }) => amount)).toEqual([-3000n, 9000n]);
  });

  test('a trial costs nothing; what is left of its period is charged at its end', () => {
    const trialEnd = '2026-04-16T00:00:00Z';
    const loaded = started({ at: '2026-04-01T00:00:00Z', trialEnd, on: basic });
    expect(begun(loaded).fees).toEqual([]);
    const upgraded = taken(knowing(loaded, pro), change, ms('2026-04-05T00:00:00Z'));
    expect(upgraded.fees).toEqual([]);
    const [over] = happenings(upgraded.after, ms(trialEnd));
    expect(over).toMatchObject({ cause: 'trial_end', fees: [{ kind: 'advance', amount: 4500n }] });
  });

  test('a trial that ends with a period is followed by a whole one, once', () => {
    const trialEnd = '2026-05-01T00:00:00Z';
    const loaded = started({ at: '2026-04-01T00:00:00Z', trialEnd, on: basic });
    expect(happenings(loaded, ms(trialEnd)).map(({ fees }) => fees)).toEqual([[]]);
    expect(renewalOf(loaded, ms(trialEnd))).toMatchObject([{ amount: 3000n }]);
  });

  test('what is canceled with the end of its trial is never charged', () => {
    const trialEnd = '2026-04-16T00:00:00Z';
    const loaded = started({ at: '2026-04-01T00:00:00Z', trialEnd, on: basic });
    const pending = { pending_kind: 'cancel', pending_at: new Date(trialEnd) } as const;
    const all = happenings({ ...loaded, row: { ...loaded.row, ...pending } }, ms('2027-01-01'));
    expect(all.map(({ cause, fees }) => [cause, fees])).toEqual([['cancel', []]]);
  });

  test('a pause gives the rest back, and resuming charges what is left', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    const paused = taken(loaded, { step: 'pause' }, ms('2026-04-11T00:00:00Z'));
    expect(totalOf(paused.fees)).toBe(-2000n);
    const resumed = taken(paused.after, { step: 'resume' }, ms('2026-04-21T00:00:00Z'));
    expect(totalOf(resumed.fees)).toBe(1000n);
  });

  test('a pause over the end of a period skips its beginning', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    const paused = taken(loaded, { step: 'pause' }, ms('2026-04-16T00:00:00Z'));
    expect(renewalOf(paused.after, ms('2026-05-01T00:00:00Z'))).toEqual([]);
    const resumed = taken(paused.after, { step: 'resume' }, ms('2026-05-16T12:00:00Z'));
    expect(totalOf(resumed.fees)).toBe(1500n);
  });

  test('canceling gives back only when it is asked to', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    const at = ms('2026-04-16T00:00:00Z');
    const cancel = (creditUnused: boolean) => taken(loaded, { step: 'cancel', creditUnused }, at);
    expect(cancel(false).fees).toEqual([]);
    expect(totalOf(cancel(true).fees)).toBe(-1500n);
  });

  test('a version with a longer period begins a new one at the change', () => {
    const loaded = started({ at: '2026-04-01T00:00:00Z', on: basic });
    const year = version('year', '90000', { interval_months: 12 });
    const at = ms('2026-04-16T10:20:30Z');
    const { fees, after } = taken(knowing(loaded, year), { step: 'change', to: year }, at);
    expect(fees[0]?.amount).toBe(-1457n);
    expect(fees[1]).toMatchObject({ amount: 90000n, end: ms('2027-04-16T10:21:00Z') });
    expect(renewalOf(after, ms('2026-05-01T00:00:00Z'))).toEqual([]);
    expect(renewalOf(after, ms('2027-04-16T10:21:00Z'))).toMatchObject([{ amount: 90000n }]);
  });

  test('the next invoice has arrears of each part and the next period ahead', () => {
    const both = (id: string, amount: string) =>
      version(id, amount, { prices: [flat(amount), flat('600', 'in_arrears')] });
    const [a, b] = [both('a', '3000'), both('b', '9000')];
    const loaded = knowing(started({ at: '2026-04-01T00:00:00Z', on: a }), b);
    const { after } = taken(loaded, { step: 'change', to: b }, ms('2026-04-11T00:00:00Z'));
    const next = nextInvoice(after, ms('2026-04-12T00:00:00Z'));
    expect(next?.at).toBe(ms('2026-05-01T00:00:00Z'));
    expect(next?.fees.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['arrears', 200n],
      ['arrears', 400n],
      ['advance', 9000n],
    ]);
  });
});
