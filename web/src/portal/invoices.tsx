import { ReceiptText } from 'lucide-react';
import { useCallback } from 'react';
import type { InvoiceSummary } from '@tollgate/billing-core/contract/invoice.ts';
import { FirstUse } from '../kit/empty.tsx';
import { InvoiceTable } from '../kit/invoices/invoice-table.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { CreditCard } from './credit-card.tsx';
import { useCustomerId } from './layout.tsx';
import { NextInvoiceCard } from './next-invoice.tsx';
import { PaymentCard } from './payment-card.tsx';
import { customerPath } from './queries.ts';

/** The customer's invoices. */
export function InvoicesPage() {
  const customerId = useCustomerId();
  const invoices = usePages<InvoiceSummary>({
    key: ['portal', customerId, 'invoices'],
    path: customerPath(customerId, '/invoices'),
  });
  const hrefOf = useCallback(
    ({ id }: InvoiceSummary) => paths.invoice(customerId, id),
    [customerId],
  );
  return (
    <>
      <PageHeader title={t('Invoices')} about={t('Each line leads to the usage that it bills.')} />
      <PaymentCard />
      <NextInvoiceCard />
      <Card flush>
        <Loaded query={invoices} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<ReceiptText aria-hidden />}
                title={t('No invoice yet')}
                about={t('The first one comes when a fee falls due or a period ends.')}
              />
            ) : (
              <InvoiceTable invoices={rows} hrefOf={hrefOf} />
            )
          }
        </Loaded>
        <LoadMore more={invoices.more} />
      </Card>
      <CreditCard />
    </>
  );
}
