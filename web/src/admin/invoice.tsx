import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import type { Payment } from '@tollgate/billing-core/contract/payment.ts';
import { api } from '../kit/api.ts';
import { invoiceName, isOverdue } from '../kit/invoices/invoice-table.tsx';
import { InvoiceView } from '../kit/invoices/invoice-view.tsx';
import { InvoiceStateBadge } from '../kit/invoices/state.tsx';
import { PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useNow } from '../kit/time.tsx';
import { CustomerClockBadge, useCustomerClock } from './customer-clock.tsx';
import { InvoiceActions } from './invoice-actions.tsx';
import { InvoiceCollection, RefundNote } from './invoice-collection.tsx';
import { InvoiceDunning } from './invoice-dunning.tsx';
import { collectionQuery, creditQuery } from './queries.ts';

const NOW_EVERY_MS = 60_000;

const invoiceQuery = (path: string, queryKey: readonly string[]) =>
  queryOptions({ queryKey, queryFn: ({ signal }) => api<Invoice>(path, { signal }) });

/** What its customer has to its credit, in minor units; nothing until it is known. */
function useCredit(customerId = '') {
  const credit = useQuery({ ...creditQuery(customerId), enabled: customerId !== '' });
  const reload = async (): Promise<void> => void (await credit.refetch());
  return { amount: credit.data?.amount ?? '0', reload };
}

/** One invoice, and what can become of it. */
export function InvoicePage() {
  const { invoiceId = '' } = useParams({ strict: false });
  const queries = useQueryClient();
  const wall = useNow(NOW_EVERY_MS);
  const path = `/v1/invoices/${encodeURIComponent(invoiceId)}`;
  const key = ['admin', 'invoice', invoiceId];
  const invoice = useQuery(invoiceQuery(path, key));
  const clock = useCustomerClock(invoice.data?.customer.id);
  const now = clock === undefined ? wall : Date.parse(clock.now);
  const payments = useQuery({
    queryKey: [...key, 'payments'],
    queryFn: ({ signal }) => api<{ data: Payment[] }>(`${path}/payments`, { signal }),
  });
  const collection = useQuery(collectionQuery(invoiceId));
  const credit = useCredit(invoice.data?.customer.id);
  const reload = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: key });
    await queries.invalidateQueries({ queryKey: ['admin', 'invoices'] });
    await credit.reload();
  };
  return (
    <Loaded query={invoice} skeleton={<FactsSkeleton />}>
      {(known) => (
        <>
          <PageHeader
            title={invoiceName(known)}
            back={{ href: paths.adminInvoices(), label: t('Invoices') }}
            about={
              <>
                <InvoiceStateBadge state={known.state} overdue={isOverdue(known, now)} />{' '}
                <CustomerClockBadge customerId={known.customer.id} />
              </>
            }
            actions={
              <InvoiceActions
                invoice={known}
                path={path}
                collection={collection}
                credit={credit.amount}
                onDone={reload}
              />
            }
          />
          <Loaded query={payments} skeleton={<FactsSkeleton />}>
            {({ data }) => (
              <div className="flex flex-col gap-5">
                {known.dunning && (
                  <InvoiceDunning
                    invoice={known}
                    dunning={known.dunning}
                    path={path}
                    onDone={reload}
                  />
                )}
                <InvoiceCollection query={collection} invoice={known} />
                <InvoiceView
                  invoice={known}
                  payments={data}
                  path={path}
                  noteOf={({ id }) => <RefundNote collection={collection.data} paymentId={id} />}
                />
              </div>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}
