import { Wallet } from 'lucide-react';
import type { PortalPayment } from '@tollgate/billing-core/contract/payment.ts';
import { Choice } from '../kit/choice.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatDateUtc, formatMoney } from '../kit/format.ts';
import { paymentName } from '../kit/invoices/payment-name.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { BillingDetailsCard } from './billing-details.tsx';
import { useCustomerId } from './layout.tsx';
import { PaymentMethods } from './payment-card.tsx';
import { customerPath } from './queries.ts';

type Kind = PortalPayment['kind'] | 'all';

const KINDS: readonly { value: Kind; label: string }[] = [
  { value: 'all', label: t('Payments and refunds') },
  { value: 'payment', label: t('Payments') },
  { value: 'refund', label: t('Refunds') },
];

/** By what invoices are paid, what was paid and came back, and whom invoices are for. */
export function PaymentsPage() {
  return (
    <>
      <PageHeader
        title={t('Payments')}
        about={t('How invoices are paid, and what was paid and given back.')}
      />
      <div className="flex flex-col gap-5">
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <PaymentMethods />
          <BillingDetailsCard />
        </div>
        <History />
      </div>
    </>
  );
}

function History() {
  const customerId = useCustomerId();
  const [search, merge] = useUrlState();
  const kind = KINDS.find(({ value }) => value === search['kind'])?.value ?? 'all';
  const show = (next: Kind): void => merge({ kind: next === 'all' ? undefined : next });
  const payments = usePages<PortalPayment>({
    key: ['portal', customerId, 'payments'],
    path: customerPath(customerId, '/payments'),
    query: { kind: kind === 'all' ? undefined : kind },
  });
  return (
    <Card
      title={t('History')}
      about={t('Settled: what came in and went back. Each leads to its invoice.')}
      actions={<Choice label={t('Show')} value={kind} options={KINDS} onChange={show} />}
      flush
    >
      <Loaded query={payments} skeleton={<TableSkeleton rows={4} />}>
        {(rows) =>
          rows.length > 0 ? (
            <Table
              label={t('Payments')}
              rows={rows}
              columns={columnsOf(customerId)}
              rowId={(row) => row.id}
            />
          ) : kind === 'all' ? (
            <FirstUse
              icon={<Wallet aria-hidden />}
              title={t('Nothing was paid yet')}
              about={t('Payments stand here once an invoice was paid, and refunds below them.')}
            />
          ) : (
            <NothingMatches what={t('payments')} onClear={() => show('all')} />
          )
        }
      </Loaded>
      <LoadMore more={payments.more} />
    </Card>
  );
}

const columnsOf = (customerId: string): Column<PortalPayment>[] => [
  {
    id: 'received',
    header: t('Date'),
    cell: ({ received_at }) => formatDateUtc(received_at),
  },
  { id: 'what', header: t('What'), card: 'title', cell: (row) => paymentName(row) },
  {
    id: 'reference',
    header: t('Reference'),
    written: ({ reference }) => reference,
    cell: ({ reference }) => reference || t('none'),
  },
  {
    id: 'invoice',
    header: t('Invoice'),
    cell: ({ invoice_id, invoice_number }) => (
      <Link
        href={paths.invoice(customerId, invoice_id)}
        className="text-accent underline-offset-2 hover:underline"
      >
        {invoice_number}
      </Link>
    ),
  },
  {
    id: 'amount',
    header: t('Amount'),
    align: 'end',
    card: 'corner',
    cell: ({ kind, amount, currency }) =>
      formatMoney(kind === 'refund' ? `-${amount}` : amount, currency),
  },
];
