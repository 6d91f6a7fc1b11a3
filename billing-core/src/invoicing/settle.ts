import { CreditError } from './credit.ts';
import { dueOf, heldOf, type Owed } from './model.ts';

/** Pure: whose a credit is, of what was open, came from the customer's credit, or was paid. */

const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** Money that can go back: what was paid, but for what of it became credit of the customer's. */
export const returnableOf = (owed: Owed): bigint =>
  atLeastZero(owed.paid + smaller(heldOf(owed), 0n));

/** Where a credit note goes, in minor units; the three sum to it. */
export type Shares = {
  /** Off what was still to be paid. */
  off_due: bigint;
  /** To the customer's credit. */
  to_balance: bigint;
  /** Paid in money, to be given back. */
  refundable: bigint;
};

/**
 * Shares a credit note: first what is still to be paid is owed no longer; of the rest, what came
 * from the customer's credit goes back there; what is left was paid in money and can be refunded.
 * @param amount with tax, at most what is left to be credited.
 * @param wanted how much of it is to become credit, instead.
 * @throws CreditError when so much cannot, or when more would be refunded than was paid.
 */
export function sharesOf(owed: Owed, amount: bigint, wanted?: bigint): Shares {
  const due = dueOf(owed);
  const off_due = smaller(amount, atLeastZero(due));
  const rest = amount - off_due;
  // What was paid too much already is not paid for this a second time.
  const money = atLeastZero(returnableOf(owed) + smaller(due, 0n));
  const least = atLeastZero(rest - money);
  const to_balance = wanted ?? smaller(rest, atLeastZero(heldOf(owed)));
  if (to_balance > rest) throw new CreditError(`Only ${rest} of it is settled already`);
  if (to_balance < least) throw new CreditError(`Only ${money} of it was paid in money`);
  return { off_due, to_balance, refundable: rest - to_balance };
}

/**
 * How much of a customer's credit is taken at once: as much as there is to take unless said.
 * @param most what it can be taken for, and `balance` what there is; minor units.
 * @throws CreditError for more than either, and for nothing.
 */
export function takenOf(
  wanted: bigint | undefined,
  { most, balance }: { most: bigint; balance: bigint },
): bigint {
  if (balance <= 0n) throw new CreditError('The customer has nothing to its credit');
  if (most <= 0n) throw new CreditError('There is nothing that it could be taken for');
  const amount = wanted ?? smaller(most, balance);
  if (amount > balance) throw new CreditError(`Only ${balance} is to the customer's credit`);
  if (amount > most) throw new CreditError(`Only ${most} of it can be taken here`);
  return amount;
}
