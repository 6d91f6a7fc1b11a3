import { exact, rounded } from '../rating/decimal.ts';
import { sharedOut } from './apportion.ts';

/** What was billed on a line and what of it has been credited, with tax; minor units. */
export type Creditable = { gross: bigint; tax: bigint; credited: bigint; creditedTax: bigint };
/** `line` counts from 0. Amounts are with tax. */
export type CreditAsk =
  | { kind: 'full' }
  | { kind: 'amount'; amount: bigint }
  | { kind: 'lines'; lines: readonly { line: number; amount: bigint }[] };
export type CreditLine = { line: number; amount: bigint; tax: bigint };

/** Why a credit note cannot be; public text. */
export class CreditError extends Error {}

const restOf = ({ gross, credited }: Creditable): bigint => gross - credited;
const added = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);

function wanted(lines: readonly Creditable[], ask: CreditAsk): bigint[] {
  const rests = lines.map(restOf);
  if (ask.kind === 'full') return rests;
  const left = added(rests);
  if (ask.kind === 'amount') {
    if (ask.amount > left) throw new CreditError(`Only ${left} is left to be credited`);
    if (ask.amount === left) return rests;
    return sharedOut(
      ask.amount,
      rests.map((rest) => (rest > 0n ? rest : 0n)),
    );
  }
  const amounts = lines.map(() => 0n);
  for (const { line, amount } of ask.lines) {
    if (lines[line] === undefined) throw new CreditError(`There is no line at position ${line}`);
    amounts[line] = (amounts[line] ?? 0n) + amount;
  }
  amounts.forEach((amount, line) => {
    const rest = rests[line] ?? 0n;
    const isWithin = rest >= 0n ? amount >= 0n && amount <= rest : amount <= 0n && amount >= rest;
    if (!isWithin) throw new CreditError(`Only ${rest} is left of the line at position ${line}`);
  });
  if (added(amounts) > left) throw new CreditError(`Only ${left} is left to be credited`);
  return amounts;
}

/** The tax in a part of a line. The part that credits all of the rest takes all of its tax too. */
function taxIn({ gross, tax, ...line }: Creditable, amount: bigint): bigint {
  if (amount === gross - line.credited) return tax - line.creditedTax;
  return rounded(exact(tax).times(exact(amount)).dividedBy(exact(gross)));
}

/**
 * The lines of a credit note. Whatever is asked for, credit notes come to no more than the
 * invoice, and the one that credits the rest takes what rounding has left, of amount and of tax.
 * @throws CreditError for more than is left, and for nothing.
 */
export function creditOf(lines: readonly Creditable[], ask: CreditAsk): CreditLine[] {
  const amounts = wanted(lines, ask);
  const credits = lines.flatMap((line, at) => {
    const amount = amounts[at] ?? 0n;
    return amount === 0n ? [] : [{ line: at, amount, tax: taxIn(line, amount) }];
  });
  if (added(credits.map(({ amount }) => amount)) <= 0n) {
    throw new CreditError('There is nothing to be credited');
  }
  return credits;
}
