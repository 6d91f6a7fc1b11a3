import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PriceTerms } from '../../contract/price.ts';
import { exact, sum } from '../decimal.ts';
import { type Rated, type Terms, type UsagePrice } from '../model.ts';
import { rate } from '../rate.ts';
import {
  anyPrice,
  CALLS,
  currency,
  each,
  kinds,
  price,
  quantities,
  quantity,
  share,
} from './prices.ts';

const line = (price: PriceTerms, used: readonly string[], terms: Partial<Terms> = {}): Rated =>
  rate(price, each(...used), { currency: 'USD', meter: CALLS, ...terms });
const amountOf = ({ exact_amount }: Rated) => exact(exact_amount);

test('a period in parts comes to the whole, for every kind, split and currency', () => {
  fc.assert(
    fc.property(
      anyPrice,
      fc.array(quantities, { maxLength: 4 }),
      currency,
      (price, parts, code) => {
        const whole = line(price, parts.flat(), { currency: code });
        let before: string[] = [];
        let billed = 0n;
        for (const [at, part] of parts.entries()) {
          const final = at === parts.length - 1;
          const { amount } = line(price, part, {
            currency: code,
            final,
            ...(at > 0 && { before: { usage: each(...before), billed } }),
          });
          billed += amount;
          before = [...before, ...part];
        }
        if (parts.length > 0) expect(billed).toBe(whole.amount);
      },
    ),
  );
});

test('what was billed before follows from what was rated before', () => {
  fc.assert(
    fc.property(anyPrice, quantities, quantities, (price, first, second) => {
      const { amount: billed } = line(price, first, { final: false });
      const usage = each(...first);
      const said = line(price, second, { before: { usage, billed } });
      expect(line(price, second, { before: { usage } })).toEqual(said);
    }),
  );
});

test('the slices sum to the exact amount, and the line is that rounded once', () => {
  fc.assert(
    fc.property(anyPrice, quantities, share, currency, (price, used, part, code) => {
      const rated = line(price, used, { share: part, currency: code });
      const slices = sum(rated.slices.map(({ exact_amount }) => exact(exact_amount)));
      expect(slices.toFixed()).toBe(rated.exact_amount);
      const off = amountOf(rated).minus(exact(rated.amount)).abs();
      expect(off.lte('0.5')).toBe(true);
      expect(rated.rounded_amount).toBe(rated.amount.toString());
    }),
  );
});

describe('more use never costs less', () => {
  const { volume: _, ...monotone } = kinds;
  test.each(Object.entries(monotone))('%s', (_name, kind) => {
    fc.assert(
      fc.property(kind, quantities, quantity, (price, used, more) => {
        const less = amountOf(line(price, used));
        expect(less.lte(amountOf(line(price, [...used, more])))).toBe(true);
      }),
    );
  });

  test('volume, within a tier', () => {
    fc.assert(
      fc.property(kinds.volume, quantity, quantity, (price, one, other) => {
        const [low, high] = [one, other].toSorted((a, b) => Number(a) - Number(b)) as [
          string,
          string,
        ];
        const lines = [line(price, [low]), line(price, [high])] as const;
        const tierOf = ({ slices }: Rated) => slices.find(({ kind }) => kind === 'units')?.tier;
        fc.pre(tierOf(lines[0]) === tierOf(lines[1]));
        expect(amountOf(lines[0]).lte(amountOf(lines[1]))).toBe(true);
      }),
    );
  });
});

test('a graduated price is, summed over its tiers, units by price and flat amounts', () => {
  fc.assert(
    fc.property(kinds.graduated, quantity, (price, used) => {
      if (price.model !== 'graduated') throw new Error('no tiers');
      const paid = Math.max(0, Number(used) - Number(price.included_units));
      let over = 0;
      const expected = price.tiers.map(({ up_to, unit_amount, flat_amount }, at) => {
        const end = Math.min(paid, Number(up_to ?? Infinity));
        const units = Math.max(0, end - over);
        const entered = units > 0 || (at === 0 && paid === 0 && price.zero_usage_flat === 'due');
        over = Number(up_to ?? Infinity);
        return exact(unit_amount)
          .times(units)
          .plus(entered ? flat_amount : '0');
      });
      const { slices } = line(price, [used]);
      const tiered = slices.filter(({ tier }) => tier !== null);
      const got = sum(tiered.map(({ exact_amount }) => exact(exact_amount)));
      expect(got.toFixed()).toBe(sum(expected).toFixed());
    }),
  );
});

const boundsOf = (price: PriceTerms, part?: Terms['share']) => {
  const { minimum_amount, maximum_amount } = price as UsagePrice;
  const least = exact(minimum_amount ?? '0');
  const due = part ? least.times(exact(part.active)).dividedBy(exact(part.period)) : least;
  return { least: due.toDecimalPlaces(12), most: exact(maximum_amount ?? '1e30') };
};

test('a last line has its days’ part of the minimum, and no line is over the maximum', () => {
  fc.assert(
    fc.property(anyPrice, quantities, share, (price, used, part) => {
      const { least, most } = boundsOf(price, part);
      const amount = amountOf(line(price, used, { share: part }));
      expect(amount.gte(least)).toBe(true);
      expect(amount.lte(most)).toBe(true);
      const early = amountOf(line(price, used, { share: part, final: false }));
      expect(early.lte(amount)).toBe(true);
    }),
  );
});

test('a line is the same for events that are known and for what they come to', () => {
  const both = fc.oneof(kinds.per_unit, kinds.graduated, kinds.volume, kinds.graduated_package);
  fc.assert(
    fc.property(both, quantities, (price, used) => {
      const total = sum(used.map(exact)).toFixed();
      const usage = { total, events: BigInt(used.length) };
      expect(rate(price, usage, { currency: 'USD', meter: CALLS })).toEqual(line(price, used));
    }),
  );
});

test('where each event costs the minimum, all cost it as often as there are events', () => {
  const least = '1000000000';
  const free = { included_units: '0', free_events: 0, free_amount: '0', discount_percent: '0' };
  const open = { minimum_amount: null, maximum_amount: null, zero_usage_flat: 'waived' };
  fc.assert(
    fc.property(kinds.graduated_percentage, quantities, (made, used) => {
      if (made.model !== 'graduated_percentage') throw new Error('no tiers');
      const tiers = made.tiers.map((tier) => ({ ...tier, flat_amount: '0' }));
      const bounds = { event_minimum: least, event_maximum: null };
      const priced = price({ ...made, ...free, ...open, ...bounds, tiers });
      const all = exact(least).times(used.length).toFixed();
      expect(line(priced, used).exact_amount).toBe(all);
    }),
  );
});

test('no figure is a float, however many digits it has', () => {
  const digits = fc.integer({ min: 10 ** 14, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(digits, digits, digits, (used, whole, part) => {
      const unit_amount = `${whole}.${part}`.slice(0, 28);
      const priced = price({ model: 'per_unit', unit_amount });
      const [left = '', right = ''] = unit_amount.split('.');
      const product = BigInt(used) * BigInt(left + right);
      const scale = 10n ** BigInt(right.length);
      const { amount, exact_amount } = line(priced, [String(used)]);
      expect(exact(exact_amount).times(exact(scale)).toFixed()).toBe(product.toString());
      expect(amount).toBe((2n * product + scale) / (2n * scale));
    }),
  );
});
