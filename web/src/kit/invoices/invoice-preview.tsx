import type { Fee, NextInvoice } from '@tollgate/billing-core/contract/subscription.ts';
import { formatMoney, negated } from '../format.ts';
import { t } from '../text.ts';

/** Flat fees, each with how it comes about; below zero they are given back. */
export function Fees({ fees, currency }: { fees: readonly Fee[]; currency: string }) {
  return (
    <ul className="flex flex-col gap-1 text-[0.8125rem]">
      {fees.map((fee) => (
        <li key={`${fee.price_id} ${fee.kind} ${fee.start}`} className="flex justify-between gap-4">
          <span className="min-w-0 text-ink-soft wrap-anywhere">{fee.description}</span>
          <span className="figures shrink-0 whitespace-nowrap">
            {formatMoney(fee.amount, currency)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** An invoice to come. */
export type Sum = NonNullable<NextInvoice['invoice']>;

/** Usage so far, each line with how it comes about, and what it falls short of a minimum. */
function Usage({ usage, currency }: { usage: Sum['usage']; currency: string }) {
  if (usage.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-col gap-1 text-[0.8125rem]">
      {usage.map((line) => (
        <li key={`${line.price_id} ${line.start}`} className="flex justify-between gap-4">
          <span className="min-w-0 text-ink-soft wrap-anywhere">{line.description}</span>
          <span className="figures shrink-0 whitespace-nowrap">
            {formatMoney(line.amount, currency)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What is to be paid, or below zero what goes to the customer's credit. */
export const broughtBy = ({ total, due }: Sum): string => (total.startsWith('-') ? total : due);

/** From the lines to what is due: coupons, taxes, credit. Nothing where there are none. */
function Breakdown({ sum, currency }: { sum: Sum; currency: string }) {
  const { subtotal, discounts, taxes, total, from_balance } = sum;
  const money = (amount: string) => formatMoney(amount, currency);
  const less = (amount: string) => money(negated(amount));
  const takesCredit = from_balance !== '0' && !from_balance.startsWith('-');
  if (
    sum.fees.length + sum.usage.length === 0 ||
    (total === subtotal && taxes.length === 0 && !takesCredit)
  ) {
    return null;
  }
  const rows = [
    { name: t('Subtotal'), amount: money(subtotal) },
    ...discounts.map(({ name, amount }) => ({ name, amount: less(amount) })),
    ...taxes.map(({ name, percent, inclusive, amount }) => ({
      name: inclusive
        ? t('{name} {percent}%, included', { name, percent })
        : t('{name} {percent}%', { name, percent }),
      amount: money(amount),
    })),
    { name: t('Total'), amount: money(total) },
    ...(takesCredit ? [{ name: t('From credit'), amount: less(from_balance) }] : []),
  ];
  return (
    <dl className="mt-1 flex flex-col gap-1 border-t border-line pt-1 text-[0.8125rem]">
      {rows.map(({ name, amount }, at) => (
        // Two coupons can have one name.
        <div key={`${at} ${name}`} className="flex justify-between gap-4">
          <dt className="min-w-0 text-ink-soft wrap-anywhere">{name}</dt>
          <dd className="figures shrink-0 whitespace-nowrap">{amount}</dd>
        </div>
      ))}
    </dl>
  );
}

interface SumViewProps {
  sum: Sum;
  currency: string;
}

/** What is on an invoice to come: fees, usage so far, and what they come to. */
export function SumView({ sum, currency }: SumViewProps) {
  return (
    <>
      <Fees fees={sum.fees} currency={currency} />
      <Usage usage={sum.usage} currency={currency} />
      <Breakdown sum={sum} currency={currency} />
    </>
  );
}

/** What may still change it. */
export const usageNote = ({ usage }: Sum): string =>
  usage.length === 0
    ? t('Usage comes on top.')
    : t('With usage so far, as if nothing more were used; what is used until then changes it.');
