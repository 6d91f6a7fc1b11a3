import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CreditError,
  creditOf,
  type Creditable,
  type CreditAsk,
} from '../../src/invoicing/credit.ts';
import { apportioned } from '../../src/invoicing/apportion.ts';
import { totalsOf, type Discount, type TaxRate } from '../../src/invoicing/totals.ts';
import { exact } from '../../src/rating/decimal.ts';

const added = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);
const percentOff = (percent_off: string): Discount => ({
  id: `p${percent_off}`,
  name: `${percent_off}% off`,
  percent_off,
  amount_off: null,
});
const amountOff = (amount_off: bigint): Discount => ({
  id: `a${amount_off}`,
  name: 'off',
  percent_off: null,
  amount_off,
});
const vat = (percent: string, inclusive = false): TaxRate => ({
  id: `t${percent}${inclusive}`,
  name: 'VAT',
  percent,
  inclusive,
});

describe('an invoice comes to', () => {
  test.each<[string, bigint[], Discount[], TaxRate[], object]>([
    ['its lines', [1000n, 250n], [], [], { subtotal: 1250n, total: 1250n, tax: 0n }],
    ['nothing without lines', [], [percentOff('10')], [vat('19')], { total: 0n, tax: 0n }],
    ['tax on top', [1000n], [], [vat('19')], { subtotal: 1000n, tax: 190n, total: 1190n }],
    ['tax inside', [1190n], [], [vat('19', true)], { subtotal: 1190n, tax: 190n, total: 1190n }],
    // Three lines of 33 cents at 10 %: 3.3 each, 9.9 in all, rounded once to 10.
    ['tax rounded once', [33n, 33n, 33n], [], [vat('10')], { tax: 10n, total: 109n }],
    ['less a share', [999n], [percentOff('50')], [], { discount: 500n, total: 499n }],
    ['less an amount', [700n, 300n], [amountOff(100n)], [], { discount: 100n, total: 900n }],
    ['no less than nothing', [700n], [amountOff(900n)], [vat('19')], { discount: 700n, total: 0n }],
    [
      'coupons one after another',
      [1000n],
      [percentOff('10'), amountOff(100n)],
      [],
      { total: 800n },
    ],
    [
      'tax of what coupons leave',
      [1000n],
      [percentOff('10')],
      [vat('20')],
      { tax: 180n, total: 1080n },
    ],
    ['two taxes', [10000n], [], [vat('5'), vat('9.975')], { tax: 1498n, total: 11498n }],
    [
      'one inside, one on top',
      [1100n],
      [],
      [vat('10', true), vat('5')],
      { tax: 150n, total: 1150n },
    ],
    [
      'what is given back',
      [-500n],
      [percentOff('10')],
      [vat('20')],
      { discount: 0n, tax: -100n, total: -600n },
    ],
  ])('%s', (_what, amounts, discounts, rates, expected) => {
    expect(totalsOf(amounts, discounts, rates)).toMatchObject(expected);
  });

  test('a fixed coupon is shared pro rata before tax, and lines given back bear none of it', () => {
    const { lines } = totalsOf([200n, 100n, -50n], [amountOff(100n)], [vat('10')]);
    expect(lines.map(({ discount }) => discount)).toEqual([67n, 33n, 0n]);
    expect(lines.map(({ tax }) => tax)).toEqual([13n, 7n, -5n]);
  });
});

const amounts = fc.array(fc.bigInt(-1_000_000n, 10_000_000n), { maxLength: 12 });
const percents = fc.integer({ min: 0, max: 100_000 }).map((n) => (n / 1_000).toString());
const rates = fc.array(
  fc
    .record({ percent: percents, inclusive: fc.boolean() })
    .map((of) => vat(of.percent, of.inclusive)),
  { maxLength: 3 },
);
const discounts = fc.array(
  fc.oneof(percents.map(percentOff), fc.bigInt(1n, 5_000_000n).map(amountOff)),
  { maxLength: 3 },
);

describe('whatever the lines, coupons and taxes', () => {
  test('lines sum to every total, and a coupon never makes a line less than nothing', () => {
    fc.assert(
      fc.property(amounts, discounts, rates, (lines, off, taxes) => {
        const totals = totalsOf(lines, off, taxes);
        const sum = (of: 'amount' | 'discount' | 'tax' | 'gross') =>
          added(totals.lines.map((line) => line[of]));
        expect(sum('amount')).toBe(totals.subtotal);
        expect(sum('discount')).toBe(totals.discount);
        expect(sum('tax')).toBe(totals.tax);
        expect(sum('gross')).toBe(totals.total);
        for (const line of totals.lines) {
          expect(line.discount >= 0n).toBe(true);
          if (line.amount > 0n) expect(line.discount <= line.amount).toBe(true);
        }
        const onTop = added(totals.taxes.flatMap((t) => (t.inclusive ? [] : [t.amount])));
        expect(totals.total).toBe(totals.subtotal - totals.discount + onTop);
      }),
    );
  });

  test('parts are less than one from what they are exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 1 }),
        (thirds) => {
          const parts = thirds.map((n) => exact(String(n)).dividedBy(exact('3')));
          const total = BigInt(parts.reduce((all, part) => all.plus(part)).toFixed(0));
          const shares = apportioned(total, parts);
          expect(added(shares)).toBe(total);
          shares.forEach((share, at) =>
            expect(
              exact(share)
                .minus(parts[at] ?? exact('0'))
                .abs()
                .lt(exact('1')),
            ).toBe(true),
          );
        },
      ),
    );
  });

  const asks = fc.array(
    fc.oneof(
      fc.bigInt(1n, 3_000_000n).map((amount): CreditAsk => ({ kind: 'amount', amount })),
      fc
        .tuple(fc.nat(11), fc.bigInt(1n, 1_000_000n))
        .map(([line, amount]): CreditAsk => ({ kind: 'lines', lines: [{ line, amount }] })),
    ),
    { maxLength: 8 },
  );
  test('credit notes sum exactly to the invoice and its tax: the last one takes the rest', () => {
    fc.assert(
      fc.property(amounts, discounts, rates, asks, (lines, off, taxes, notes) => {
        const totals = totalsOf(lines, off, taxes);
        fc.pre(totals.total > 0n);
        const state: Creditable[] = totals.lines.map(({ gross, tax }) => ({
          gross,
          tax,
          credited: 0n,
          creditedTax: 0n,
        }));
        let credited = 0n;
        let tax = 0n;
        const issue = (ask: CreditAsk): void => {
          for (const credit of creditOf(state, ask)) {
            const line = state[credit.line] as Creditable;
            line.credited += credit.amount;
            line.creditedTax += credit.tax;
            credited += credit.amount;
            tax += credit.tax;
          }
        };
        for (const ask of notes) {
          try {
            issue(ask);
          } catch {
            /* more than is left of it */
          }
          expect(credited <= totals.total).toBe(true);
        }
        if (credited < totals.total) issue({ kind: 'full' });
        expect(credited).toBe(totals.total);
        expect(tax).toBe(totals.tax);
      }),
    );
  });
});

describe('a credit note is refused', () => {
  const line = { gross: 119n, tax: 19n, credited: 100n, creditedTax: 16n };
  test.each<[string, CreditAsk]>([
    ['for more than is left', { kind: 'amount', amount: 20n }],
    ['for more than is left of a line', { kind: 'lines', lines: [{ line: 0, amount: 20n }] }],
    ['for a line that is not there', { kind: 'lines', lines: [{ line: 1, amount: 1n }] }],
    ['for nothing', { kind: 'lines', lines: [] }],
    ['for less than nothing', { kind: 'lines', lines: [{ line: 0, amount: -1n }] }],
  ])('%s', (_what, ask) => {
    expect(() => creditOf([line], ask)).toThrow(CreditError);
  });

  test('but the rest can be credited, with the tax that is left', () => {
    expect(creditOf([line], { kind: 'full' })).toEqual([{ line: 0, amount: 19n, tax: 3n }]);
  });
});
