import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { formatMoney } from '../kit/format.ts';
import { CreditEntries } from '../kit/invoices/credit-entries.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { PayoutDialog } from './customer-payout.tsx';
import { creditQuery } from './queries.ts';

/** What a customer has to its credit, and how it is paid out; nothing where there never was any. */
export function CustomerCredit({ customerId }: { customerId: string }) {
  const queries = useQueryClient();
  const credit = useQuery(creditQuery(customerId));
  const [asking, setAsking] = useState(false);
  if (credit.data === undefined || credit.data.data.length === 0) return null;
  const { amount, currency } = credit.data;
  const reload = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['admin', 'customer', customerId] });
    await queries.invalidateQueries({ queryKey: ['admin', 'invoices'] });
  };
  return (
    <Card
      title={t('Credit: {amount}', { amount: formatMoney(amount, currency) })}
      about={t('The next invoices take from it. It is set off against an open one on its page.')}
      className="mb-5"
      actions={
        amount !== '0' && (
          <Button size="sm" onClick={() => setAsking(true)}>
            {t('Pay out…')}
          </Button>
        )
      }
    >
      <CreditEntries
        path={`/v1/customers/${customerId}/balance`}
        queryKey={creditQuery(customerId).queryKey}
        hrefOf={paths.adminInvoice}
      />
      {asking && (
        <PayoutDialog
          customerId={customerId}
          credit={credit.data}
          onClose={() => setAsking(false)}
          onDone={reload}
        />
      )}
    </Card>
  );
}
