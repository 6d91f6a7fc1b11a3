import type { Fee, SubscriptionPreview } from '@tollgate/billing-core/contract/subscription.ts';
import { formatInZone, formatMoney, formatNumber } from '../kit/format.ts';
import { entitlementInWords } from '../kit/price-words.ts';
import { t } from '../kit/text.ts';
import { useMeters } from './queries.ts';

/** Flat fees, each with how it comes about; below zero they are given back. */
export function Fees({ fees, currency }: { fees: readonly Fee[]; currency: string }) {
  return (
    <ul className="flex flex-col gap-1 text-[0.8125rem]">
      {fees.map((fee) => (
        <li key={`${fee.price_id} ${fee.kind} ${fee.start}`} className="flex justify-between gap-4">
          <span className="min-w-0 text-ink-soft wrap-anywhere">{fee.description}</span>
          <span className="figures">{formatMoney(fee.amount, currency)}</span>
        </li>
      ))}
    </ul>
  );
}

type Sum = SubscriptionPreview['due_now'];

/** What is to be paid, or below zero what goes to the customer's credit. */
const broughtBy = ({ total, due }: Sum): string => (total.startsWith('-') ? total : due);

/** From the fees to what is due: coupons, taxes, credit. Nothing where there are none. */
function Breakdown({ sum, currency }: { sum: Sum; currency: string }) {
  const { subtotal, discounts, taxes, total, from_balance } = sum;
  const money = (amount: string) => formatMoney(amount, currency);
  const less = (amount: string) => money(amount === '0' ? amount : `-${amount}`);
  const takesCredit = from_balance !== '0' && !from_balance.startsWith('-');
  if (sum.fees.length === 0 || (total === subtotal && taxes.length === 0 && !takesCredit)) {
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
          <dd className="figures">{amount}</dd>
        </div>
      ))}
    </dl>
  );
}

interface DueSumsProps {
  preview: SubscriptionPreview;
  /** The subscription's. */
  zone: string;
}

/** That what is due cannot be collected, and why. */
function NotCollected({ sum: { not_collected: said } }: { sum: Sum }) {
  if (said === null) return null;
  return (
    <p className="mt-1 text-[0.8125rem] wrap-anywhere text-danger">
      {t('To be paid another way: {said}', { said })}
    </p>
  );
}

/** What is due now and with the next invoice. */
export function DueSums({ preview, zone }: DueSumsProps) {
  const { currency, due_now, next_invoice, at } = preview;
  return (
    <div className="mt-3 flex flex-col gap-3 rounded-md bg-sunken px-4 py-3">
      <p className="text-[0.8125rem] text-ink-soft">
        {t('Takes effect {time}', { time: formatInZone(at, zone) })}
      </p>
      <section>
        <p className="flex justify-between gap-4 font-medium">
          <span>{t('Due now')}</span>
          <span className="figures">{formatMoney(broughtBy(due_now), currency)}</span>
        </p>
        <Fees fees={due_now.fees} currency={currency} />
        <Breakdown sum={due_now} currency={currency} />
        <NotCollected sum={due_now} />
      </section>
      {next_invoice !== null && (
        <section>
          <p className="flex justify-between gap-4 font-medium">
            <span>{t('Next invoice, {time}', { time: formatInZone(next_invoice.at, zone) })}</span>
            <span className="figures">{formatMoney(broughtBy(next_invoice), currency)}</span>
          </p>
          <Fees fees={next_invoice.fees} currency={currency} />
          <Breakdown sum={next_invoice} currency={currency} />
          <NotCollected sum={next_invoice} />
          <p className="text-[0.8125rem] text-ink-soft">{t('Usage comes on top.')}</p>
        </section>
      )}
      <Allowances allowances={preview.allowances} />
    </div>
  );
}

/** What there is then, add-ons in it; nothing where nothing is limited or included. */
function Allowances({ allowances }: Pick<SubscriptionPreview, 'allowances'>) {
  const meters = useMeters();
  const { quotas, included_units: included, features } = allowances;
  const lines = [
    ...quotas.map((quota) =>
      entitlementInWords({ kind: 'quota', on_unreachable: 'refuse', ...quota }, meters),
    ),
    ...included.map(({ meter_id, units }) =>
      t('{units} {meter} included per period', {
        units: formatNumber(units),
        meter: meters.find(({ id }) => id === meter_id)?.name.toLowerCase() ?? meter_id,
      }),
    ),
    ...features.map((feature) => t('Feature {feature}', { feature })),
  ];
  if (lines.length === 0) return null;
  return (
    <section>
      <p className="font-medium">{t('There is then')}</p>
      <ul className="text-[0.8125rem] text-ink-soft wrap-anywhere">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
