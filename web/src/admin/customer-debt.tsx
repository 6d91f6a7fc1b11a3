import { useQuery } from '@tanstack/react-query';
import type { Debt } from '@tollgate/billing-core/contract/debt.ts';
import { api } from '../kit/api.ts';
import { formatDateUtc, formatMoney } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { UnreadCard } from '../kit/unread-card.tsx';
import { STEP_NAMES } from './invoice-dunning.tsx';

const EFFECTS: Record<Debt['effect'], string> = {
  none: t('Its requests pass so far.'),
  limit: t('Its requests have a lower rate.'),
  block: t('Its requests are refused (402).'),
};

/** What a customer owes past its time, with what comes next; nothing where nothing is owed. */
export function CustomerDebt({ customerId }: { customerId: string }) {
  const debt = useQuery({
    queryKey: ['admin', 'customer', customerId, 'debt'],
    queryFn: ({ signal }) => api<Debt>(`/v1/customers/${customerId}/debt`, { signal }),
  });
  if (debt.data === undefined) {
    return <UnreadCard title={t('Past due')} query={debt} className="mb-5" />;
  }
  if (debt.data.invoices.length === 0) return null;
  const { currency, due, effect, invoices } = debt.data;
  return (
    <Card
      title={t('Past due: {due}', { due: formatMoney(due, currency) })}
      about={EFFECTS[effect]}
      className="mb-5"
    >
      <ul className="divide-y divide-line">
        {invoices.map((invoice) => (
          <li key={invoice.id} className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2">
            <span className="min-w-0">
              <Link href={paths.adminInvoice(invoice.id)} className="text-accent underline">
                {invoice.number}
              </Link>{' '}
              · {formatMoney(invoice.due, currency)} ·{' '}
              {t('payable by {date}', { date: formatDateUtc(invoice.due_at) })}
            </span>
            <span className="text-ink-soft">
              {invoice.is_paused ? t('Dunning is paused') : <NextStep next={invoice.next} />}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function NextStep({ next }: { next: Debt['invoices'][number]['next'] }) {
  if (next === null) return <>{t('no further step')}</>;
  return (
    <>
      {STEP_NAMES[next.kind]}, <Instant iso={next.at} />
    </>
  );
}
