import { useQuery } from '@tanstack/react-query';
import type { Balance } from '@tollgate/billing-core/contract/balance.ts';
import { api } from '../kit/api.ts';
import { formatMoney } from '../kit/format.ts';
import { CreditEntries } from '../kit/invoices/credit-entries.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { UnreadCard } from '../kit/unread-card.tsx';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

/** What there is to the customer's credit; nothing where there never was any. */
export function CreditCard() {
  const customerId = useCustomerId();
  const path = customerPath(customerId, '/balance');
  const queryKey = ['portal', customerId, 'credit'];
  const credit = useQuery({
    queryKey,
    queryFn: ({ signal }) => api<Balance>(path, { query: { limit: '1' }, signal }),
  });
  const { data } = credit;
  if (data === undefined) {
    return <UnreadCard title={t('Your credit')} query={credit} className="mt-5" />;
  }
  if (data.data.length === 0) return null;
  return (
    <Card
      title={t('Your credit: {amount}', { amount: formatMoney(data.amount, data.currency) })}
      about={t('Your next invoices take from it.')}
      className="mt-5"
    >
      <CreditEntries
        path={path}
        queryKey={queryKey}
        hrefOf={(invoiceId) => paths.invoice(customerId, invoiceId)}
      />
    </Card>
  );
}
