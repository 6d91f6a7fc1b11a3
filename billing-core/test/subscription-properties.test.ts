import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import {
  begun,
  happenings,
  taken,
  timedOf,
  type Loaded,
  type Step,
  type VersionTerms,
} from '../src/subscriptions/decide.ts';
import { advanceFees, creditFees, totalOf, type Fee } from '../src/subscriptions/fees.ts';
import { periodAt } from '../src/subscriptions/model.ts';
import { minuteAfter, segmentsIn } from '../src/subscriptions/segments.ts';
import { knowing, started, version } from './subscription-start.ts';

// What a change costs, tried on thousands of subscriptions.

const ms = (iso: string): number => Date.parse(iso);

/** All that is charged in its first period, whatever happens on the way. */
function chargedBy(loaded: Loaded, steps: { at: number; step: Step }[]): bigint {
  let total = totalOf(begun(loaded).fees);
  let state = loaded;
  for (const { at, step } of steps) {
    const happening = taken(state, step, at);
    total += totalOf(happening.fees);
    state = happening.after;
  }
  return total;
}

const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata');
const moments = fc.integer({ min: ms('2024-01-01'), max: ms('2028-12-31') });
const amounts = fc.integer({ min: 0, max: 10_000_000 }).map(String);
const prorations = fc.constantFrom('second' as const, 'day' as const);
const months = fc.constantFrom(1, 3, 12);
/** Where in a period something happens, in millionths. */
const places = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 6 });
const placed = ({ start, end }: { start: number; end: number }, millionths: number): number =>
  start + Math.floor(((end - start) * millionths) / 1_000_001);
const isoOf = (at: number): string => new Date(at).toISOString();

describe('for every subscription', () => {
  test('what a change gives back and charges is the difference for the time that is left', () => {
    const given = fc.tuple(
      moments,
      zones,
      amounts,
      amounts,
      prorations,
      fc.nat({ max: 1_000_000 }),
    );
    fc.assert(
      fc.property(given, ([at, zone, one, other, proration, place]) => {
        const [a, b] = [version('a', one, { proration }), version('b', other, { proration })];
        const loaded = knowing(started({ at: isoOf(at), zone, on: a }), b);
        const period = periodAt({ startedAt: at, timeZone: zone }, at);
        const change = placed({ start: at, end: period.end }, place);
        const { fees } = taken(loaded, { step: 'change', to: b }, change);
        const minute = minuteAfter(change);
        if (minute === period.end) return fees.length === 0;
        const part = { held: { start: minute, end: period.end }, period, timeZone: zone };
        const rest = (terms: VersionTerms) => totalOf(advanceFees(terms, part));
        expect(totalOf(creditFees(a, part))).toBe(-rest(a));
        return totalOf(fees) === rest(b) - rest(a);
      }),
    );
  });

  test('however often it is split, a period of one price costs that price, exactly', () => {
    fc.assert(
      fc.property(
        moments,
        zones,
        amounts,
        prorations,
        places,
        (at, zone, amount, proration, all) => {
          const [a, b] = [version('a', amount, { proration }), version('b', amount, { proration })];
          const loaded = knowing(started({ at: isoOf(at), zone, on: a }), b);
          const period = periodAt({ startedAt: at, timeZone: zone }, at);
          const steps = all
            .map((place) => placed({ start: at, end: period.end }, place))
            .toSorted((x, y) => x - y)
            .map((when, i) => ({
              at: when,
              step: { step: 'change', to: i % 2 === 0 ? b : a } as const,
            }));
          return chargedBy(loaded, steps) === BigInt(amount);
        },
      ),
    );
  });

  test('paused and resumed, it never costs more than the period, nor below nothing', () => {
    fc.assert(
      fc.property(
        moments,
        zones,
        amounts,
        prorations,
        places,
        (at, zone, amount, proration, all) => {
          const loaded = started({ at: isoOf(at), zone, on: version('a', amount, { proration }) });
          const period = periodAt({ startedAt: at, timeZone: zone }, at);
          const steps = all
            .map((place) => placed({ start: at, end: period.end }, place))
            .toSorted((x, y) => x - y)
            .map((when, i) => ({
              at: when,
              step: { step: i % 2 === 0 ? 'pause' : 'resume' } as const,
            }));
          const total = chargedBy(loaded, steps);
          // Each return may round up by half a minor unit what the pause before rounded down.
          return total >= BigInt(-all.length) && total <= BigInt(amount) + BigInt(all.length);
        },
      ),
    );
  });

  test('its time is cut without gap or overlap, and anchors never drift', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), months), { maxLength: 6 });
    fc.assert(
      fc.property(moments, zones, changes, (at, zone, all) => {
        const first = version('v1', '100');
        let loaded = started({ at: isoOf(at), zone, on: first });
        const until = at + 900 * DAY_MS;
        for (const [days, interval_months] of all.toSorted(([a], [b]) => a - b)) {
          const to = version(`v${interval_months}`, '100', { interval_months });
          loaded = taken(knowing(loaded, to), { step: 'change', to }, at + days * DAY_MS + 1).after;
        }
        const segments = segmentsIn(timedOf(loaded), { start: at, end: until });
        for (const [i, { start, end, period, plan_version_id }] of segments.entries()) {
          expect(start).toBeLessThan(end);
          expect(start % MINUTE_MS).toBe(0);
          if (i > 0) expect(segments[i - 1]?.end).toBe(start);
          expect(start).toBeGreaterThanOrEqual(period.start);
          expect(end).toBeLessThanOrEqual(period.end);
          // The period is the one counted from the last anchor, not from the period before.
          const phase = loaded.phases.findLast(
            (one) => minuteAfter(one.starts_at.getTime()) <= start || one === loaded.phases[0],
          );
          expect(phase?.plan_version_id).toBe(plan_version_id);
          const anchor = { startedAt: phase?.anchor_at.getTime() ?? 0, timeZone: zone };
          const counted = periodAt({ ...anchor, months: phase?.interval_months ?? 1 }, start);
          expect(period).toEqual(counted);
        }
        expect(segments[0]?.start).toBe(Math.floor(at / MINUTE_MS) * MINUTE_MS);
        expect(segments.at(-1)?.end).toBeGreaterThanOrEqual(until);
      }),
      { numRuns: 60 },
    );
  });

  test('what happens by itself comes to the same, looked at once or every day', () => {
    const given = fc.tuple(
      moments,
      zones,
      amounts,
      fc.integer({ min: 1, max: 40 }),
      fc.nat({ max: 60 }),
    );
    fc.assert(
      fc.property(given, ([at, zone, amount, trial, pendingDays]) => {
        const [a, b] = [version('a', amount), version('b', '500')];
        const trialEnd = isoOf(at + trial * DAY_MS);
        const loaded = knowing(started({ at: isoOf(at), zone, trialEnd, on: a }), b);
        const pending_at = new Date(at + pendingDays * DAY_MS);
        const pending = {
          pending_kind: 'change',
          pending_at,
          pending_plan_version_id: 'b',
        } as const;
        const set: Loaded = { ...loaded, row: { ...loaded.row, ...pending } };
        const once = happenings(set, at + 70 * DAY_MS);
        let state = set;
        const seen: Fee[] = [];
        for (let day = 0; day <= 70; day++) {
          for (const happening of happenings(state, at + day * DAY_MS)) {
            seen.push(...happening.fees);
            state = happening.after;
          }
        }
        expect(seen).toEqual(once.flatMap(({ fees }) => fees));
      }),
      { numRuns: 40 },
    );
  });
});

describe('for every add-on', () => {
  test('however often its number changes, a period of the same one costs it, exactly', () => {
    fc.assert(
      fc.property(
        moments,
        zones,
        amounts,
        prorations,
        places,
        (at, zone, amount, proration, all) => {
          const on = version('a', '100', { proration });
          const of = version('seat', amount, { proration, kind: 'add_on' });
          const loaded = knowing(started({ at: isoOf(at), zone, on }), of);
          const period = periodAt({ startedAt: at, timeZone: zone }, at);
          const add = (quantity: number, itemId: string): Step => ({
            ...{ step: 'add_on', of, quantity, itemId },
          });
          const first = { at: loaded.row.anchor_at.getTime(), step: add(1, 'first') };
          // There and back again: two of it in between cost one more for that time alone.
          const later = all
            .map((place) => placed({ start: at, end: period.end }, place))
            .toSorted((x, y) => x - y)
            .flatMap((when, i) => [
              { at: when, step: add(2, `${i} two`) },
              { at: when, step: add(1, `${i} one`) },
            ]);
          const total = chargedBy(loaded, [first, ...later]);
          return total === BigInt(amount) + 100n;
        },
      ),
    );
  });
});
