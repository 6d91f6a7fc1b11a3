import { useQuery } from '@tanstack/react-query';
import type { Figures } from '@tollgate/billing-core/contract/figures.ts';
import { formatMoney } from '../kit/format.ts';
import { paths } from '../kit/paths.ts';
import { Stat, Stats } from '../kit/stat.tsx';
import { t, tn } from '../kit/text.ts';
import { unbilledQuery } from './figures-queries.ts';

type Money = Figures['money'][number];

/** Names of the figures of a currency, in their order. */
export const moneyLabels = (): string[] => [
  t('Monthly recurring'),
  t('Usage, last 30 days'),
  t('Not billed yet'),
  t('Past due'),
];

/** The money of one currency; none is ever added to that of another. */
export function MoneyFigures({ money }: { money: Money }) {
  const { currency, recurring, usage, past_due: due } = money;
  const [mrr = '', used = '', accrued = '', late = ''] = moneyLabels();
  return (
    <section aria-label={t('Money in {currency}', { currency })}>
      <h2 className="mb-2 text-sm font-semibold">{currency}</h2>
      <Stats>
        <Stat
          label={mrr}
          value={formatMoney(recurring.amount, currency)}
          href={paths.adminRevenue({ tab: 'recurring', currency })}
          testId={`mrr-${currency}`}
          note={tn(recurring.subscriptions, {
            one: 'live; {count} subscription',
            other: 'live; {count} subscriptions',
          })}
        />
        <Stat
          label={used}
          value={formatMoney(usage.amount, currency)}
          href={paths.adminRevenue({ group_by: 'meter', currency })}
          testId={`usage-${currency}`}
          note={t('invoiced; {before} in the 30 days before', {
            before: formatMoney(usage.before, currency),
          })}
        />
        <Unbilled label={accrued} currency={currency} />
        <Stat
          label={late}
          value={formatMoney(due.amount, currency)}
          href={paths.adminInvoices({ state: 'overdue', currency })}
          testId={`past-due-${currency}`}
          note={
            due.invoices === 0
              ? t('invoiced; nothing is late')
              : tn(due.invoices, {
                  one: 'invoiced; {count} invoice',
                  other: 'invoiced; {count} invoices',
                })
          }
        />
      </Stats>
    </section>
  );
}

/** It comes after the rest: all usage that is on no invoice is rated for it. */
function Unbilled({ label, currency }: { label: string; currency: string }) {
  const unbilled = useQuery(unbilledQuery);
  const href = paths.adminRevenue({ tab: 'unbilled', currency });
  if (unbilled.data === undefined) {
    return unbilled.isError ? (
      <Stat label={label} value={null} note={t('could not be computed just now')} />
    ) : (
      <Stat label={label} value={undefined} />
    );
  }
  const sum = unbilled.data.totals.find((one) => one.currency === currency);
  return (
    <Stat
      label={label}
      value={formatMoney(sum?.amount ?? '0', currency)}
      href={href}
      testId={`unbilled-${currency}`}
      note={t('live, before coupons and taxes')}
    />
  );
}
