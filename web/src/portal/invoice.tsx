import { useQuery } from '@tanstack/react-query';
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
import { useCustomerId } from './layout.tsx';
import { PayInvoice } from './payment-card.tsx';
import { customerPath } from './queries.ts';

const NOW_EVERY_MS = 60_000;
const OPEN_EVERY_MS = 10_000;
const BEHIND_EVERY_MS = 1_000;

/** Whether the invoice says another sum than its payments: one was read before the other. */
function isBehind(payments: readonly Payment[] | undefined, invoice: Invoice | undefined): boolean {
  if (payments === undefined || invoice === undefined) return false;
  const paid = payments.reduce(
    (sum, { kind, amount }) => sum + (kind === 'refund' ? -BigInt(amount) : BigInt(amount)),
    0n,
  );
  return paid !== BigInt(invoice.paid);
}

/** One invoice of the customer. */
export function InvoicePage() {
  const customerId = useCustomerId();
  const { invoiceId = '' } = useParams({ strict: false });
  const now = useNow(NOW_EVERY_MS);
  const path = customerPath(customerId, `/invoices/${encodeURIComponent(invoiceId)}`);
  const key = ['portal', customerId, 'invoice', invoiceId];
  const invoice = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api<Invoice>(path, { signal }),
    // It is charged without anybody at this page.
    refetchInterval: ({ state: { data } }) => (data?.state === 'open' ? OPEN_EVERY_MS : false),
  });
  const payments = useQuery({
    queryKey: [...key, 'payments'],
    queryFn: ({ signal }) => api<{ data: Payment[] }>(`${path}/payments`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      isBehind(data?.data, invoice.data) ? BEHIND_EVERY_MS : false,
  });
  const back = { href: paths.invoices(customerId), label: t('Invoices') };
  return (
    <Loaded query={invoice} skeleton={<FactsSkeleton />}>
      {(known) => (
        <>
          <PageHeader
            title={invoiceName(known)}
            back={back}
            about={<InvoiceStateBadge state={known.state} overdue={isOverdue(known, now)} />}
          />
          <PayInvoice invoice={known} />
          <Loaded query={payments} skeleton={<FactsSkeleton />}>
            {({ data }) => <InvoiceView invoice={known} payments={data} path={path} />}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}
