import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { InvoiceSummary } from '@tollgate/billing-core/contract/invoice.ts';
import { ButtonLink } from '../kit/button.tsx';
import { InvoiceTable } from '../kit/invoices/invoice-table.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { CustomerCredit } from './customer-credit.tsx';

const hrefOf = ({ id }: InvoiceSummary): string => paths.adminInvoice(id);

/** What a customer was billed, and what it has to its credit. */
export function CustomerMoney({ customer }: { customer: Customer }) {
  return (
    <div className="flex flex-col gap-5">
      <CustomerCredit customer={customer} />
      <Invoices customerId={customer.id} />
    </div>
  );
}

function Invoices({ customerId }: { customerId: string }) {
  const invoices = usePages<InvoiceSummary>({
    key: ['admin', 'customer', customerId, 'invoices'],
    path: '/v1/invoices',
    query: { customer_id: customerId },
  });
  return (
    <Card
      title={t('Invoices')}
      flush
      actions={
        <ButtonLink size="sm" href={paths.adminInvoices({ customer: customerId })}>
          {t('With filters')}
        </ButtonLink>
      }
    >
      <Loaded query={invoices} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length > 0 ? (
            <InvoiceTable invoices={rows} hrefOf={hrefOf} />
          ) : (
            <p className="px-4 pb-5 text-ink-soft sm:px-5">
              {t('None yet. The first one comes with a fee, or with the end of a period.')}
            </p>
          )
        }
      </Loaded>
      <LoadMore more={invoices.more} />
    </Card>
  );
}
