import type { SubscriptionPreview } from '@tollgate/billing-core/contract/subscription.ts';
import { formatMoney, formatRangeInZone } from '../kit/format.ts';
import { t } from '../kit/text.ts';

interface InvoicePreviewProps {
  title: string;
  invoice: SubscriptionPreview['due_now'];
  currency: string;
  zone: string;
}

/** An invoice to come, line by line as it will be: each fee with the time that it is for. */
export function InvoicePreview({ title, invoice, currency, zone }: InvoicePreviewProps) {
  const money = (amount: string): string => formatMoney(amount, currency);
  const none = invoice.fees.length === 0;
  return (
    <section aria-label={title} className="rounded-md border border-line px-3 py-2.5">
      <h3 className="mb-2 text-[0.8125rem] font-semibold">{title}</h3>
      <dl className="flex flex-col gap-1.5 text-[0.8125rem]">
        {invoice.fees.map((fee) => (
          <Row
            key={`${fee.price_id} ${fee.kind} ${fee.start}`}
            name={fee.description}
            note={formatRangeInZone(fee.start, fee.end, zone)}
            amount={money(fee.amount)}
          />
        ))}
        {none && <Row name={t('No flat fees')} amount={money('0')} />}
        {invoice.discounts.map(({ name, amount }) => (
          <Row key={name} name={name} amount={money(`-${amount}`)} />
        ))}
        {invoice.taxes.map(({ name, percent, inclusive, amount }) => (
          <Row
            key={name}
            name={
              inclusive
                ? t('{name} {percent}% (included)', { name, percent })
                : t('{name} {percent}%', { name, percent })
            }
            amount={money(amount)}
          />
        ))}
        {invoice.from_balance !== '0' && (
          <Row name={t('From your credit')} amount={money(negated(invoice.from_balance))} />
        )}
        <div className="mt-1 flex justify-between gap-4 border-t border-line pt-1.5 font-semibold">
          <dt>{t('To pay')}</dt>
          <dd className="figures" data-testid="due">
            {money(invoice.due)}
          </dd>
        </div>
      </dl>
    </section>
  );
}

const negated = (amount: string): string =>
  amount.startsWith('-') ? amount.slice(1) : `-${amount}`;

function Row({ name, note, amount }: { name: string; note?: string; amount: string }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="min-w-0 wrap-anywhere">
        {name}
        {note !== undefined && <span className="block text-xs text-ink-soft">{note}</span>}
      </dt>
      <dd className="figures shrink-0">{amount}</dd>
    </div>
  );
}
