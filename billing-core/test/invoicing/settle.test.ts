import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CreditError } from '../../src/invoicing/credit.ts';
import { dueOf, finalisation, heldOf, type Owed } from '../../src/invoicing/model.ts';
import { returnableOf, sharesOf } from '../../src/invoicing/settle.ts';

const owed = (total: number, balance = 0, paid = 0, credited = 0): Owed => ({
  total: BigInt(total),
  from_balance: BigInt(balance),
  set_off: 0n,
  to_balance: 0n,
  credited: BigInt(credited),
  paid: BigInt(paid),
});
const of = (invoice: Owed, amount: number, wanted?: number) => {
  const shares = sharesOf(
    invoice,
    BigInt(amount),
    wanted === undefined ? undefined : BigInt(wanted),
  );
  return [shares.off_due, shares.to_balance, shares.refundable].map(Number);
};

describe('a credit note goes', () => {
  test.each<[string, Owed, number, number | undefined, number[]]>([
    ['off what is open', owed(1000), 300, undefined, [300, 0, 0]],
    ['off what is open first', owed(1000, 300, 200), 500, undefined, [500, 0, 0]],
    ['then back to the balance', owed(1000, 300, 200), 700, undefined, [500, 200, 0]],
    ['then to be refunded', owed(1000, 300, 200), 1000, undefined, [500, 300, 200]],
    ['to the balance of what was settled by it', owed(1000, 1000), 1, undefined, [0, 1, 0]],
    ['to be refunded of what was paid', owed(1000, 0, 1000), 999, undefined, [0, 0, 999]],
    ['to the balance as far as it is said', owed(1000, 300, 700), 500, 100, [0, 100, 400]],
    ['to the balance also of what was paid', owed(1000, 0, 1000), 500, 500, [0, 500, 0]],
    ['not to be refunded twice', owed(1000, 400, 600, 600), 400, undefined, [0, 400, 0]],
  ])('%s', (_what, invoice, amount, wanted, shares) => {
    expect(of(invoice, amount, wanted)).toEqual(shares);
  });

  test.each<[string, Owed, number, number, RegExp]>([
    ['more to the balance than is settled', owed(1000, 0, 400), 800, 201, /Only 200 .* settled/],
    ['less than came from it', owed(1000, 900, 100), 500, 399, /Only 100 .* paid in money/],
  ])('never: %s', (_what, invoice, amount, wanted, message) => {
    expect(() => of(invoice, amount, wanted)).toThrow(CreditError);
    expect(() => of(invoice, amount, wanted)).toThrow(message);
  });
});

type Deed =
  | { kind: 'pay'; part: number }
  | { kind: 'refund'; part: number }
  | { kind: 'credit'; part: number; toBalance: number | undefined };

/** Of an amount so many thousandths. */
const partOf = (amount: bigint, part: number): bigint => (amount * BigInt(part)) / 1000n;

function done(invoice: Owed, deed: Deed): Owed {
  const due = dueOf(invoice);
  if (deed.kind === 'pay') {
    return { ...invoice, paid: invoice.paid + (due > 0n ? partOf(due, deed.part) : 0n) };
  }
  if (deed.kind === 'refund') {
    return { ...invoice, paid: invoice.paid - partOf(returnableOf(invoice), deed.part) };
  }
  const amount = partOf(invoice.total - invoice.credited, deed.part);
  if (amount === 0n) return invoice;
  const wanted = deed.toBalance === undefined ? undefined : partOf(amount, deed.toBalance);
  try {
    const shares = sharesOf(invoice, amount, wanted);
    expect(shares.off_due + shares.to_balance + shares.refundable).toBe(amount);
    const to_balance = invoice.to_balance + shares.to_balance;
    const after = { ...invoice, credited: invoice.credited + amount, to_balance };
    // What is said to be refundable is what is over now, and was not before.
    const over = (one: Owed) => (dueOf(one) < 0n ? -dueOf(one) : 0n);
    expect(over(after) - over(invoice)).toBe(shares.refundable);
    return after;
  } catch (error) {
    if (error instanceof CreditError) return invoice;
    throw error;
  }
}

const deeds = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pay' as const), part: fc.integer({ min: 0, max: 1000 }) }),
    fc.record({ kind: fc.constant('refund' as const), part: fc.integer({ min: 0, max: 1000 }) }),
    fc.record({
      kind: fc.constant('credit' as const),
      part: fc.integer({ min: 0, max: 1000 }),
      toBalance: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
    }),
  ),
  { maxLength: 12 },
);

test('whatever is paid, refunded and credited in whatever order, nothing is lost or made', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
  fc.assert(
    fc.property(amount, amount, deeds, (total, balance, all) => {
      const { fromBalance } = finalisation(total, balance);
      let invoice: Owed = { ...owed(0), total, from_balance: fromBalance };
      for (const deed of all) {
        invoice = done(invoice, deed);
        const net = invoice.total - invoice.credited;
        expect(dueOf(invoice) + invoice.paid + heldOf(invoice)).toBe(net);
        expect(net >= heldOf(invoice)).toBe(true);
        expect(returnableOf(invoice) <= invoice.paid).toBe(true);
        // What is over is money that can go back.
        expect(-dueOf(invoice) <= returnableOf(invoice)).toBe(true);
      }
      // Credited in full and refunded, it has cost nobody anything.
      const rest = invoice.total - invoice.credited;
      if (rest > 0n) {
        const shares = sharesOf(invoice, rest);
        const to_balance = invoice.to_balance + shares.to_balance;
        invoice = { ...invoice, credited: invoice.credited + rest, to_balance };
      }
      const over = dueOf(invoice) < 0n ? -dueOf(invoice) : 0n;
      invoice = { ...invoice, paid: invoice.paid - over };
      expect(invoice.paid).toBe(-heldOf(invoice) - dueOf(invoice));
      if (dueOf(invoice) === 0n) expect(invoice.paid).toBe(invoice.to_balance - fromBalance);
    }),
    { numRuns: 500 },
  );
});
