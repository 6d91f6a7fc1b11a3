import { useMemo } from 'react';
import type { InvoiceSummary } from '@tollgate/billing-core/contract/invoice.ts';
import { formatDateUtc, formatMoney } from '../format.ts';
import { Link } from '../link.tsx';
import { Table, type Column } from '../table.tsx';
import { t } from '../text.ts';
import { useNow } from '../time.tsx';
import { InvoiceStateBadge } from './state.tsx';

const COLUMNS_MIN_PX = 640;
const NOW_EVERY_MS = 60_000;

interface InvoiceTableProps {
  invoices: readonly InvoiceSummary[];
  hrefOf: (invoice: InvoiceSummary) => string;
  /** For admins, who see those of all customers. */
  customers?: boolean;
}

/** Invoices, the newest first. */
export function InvoiceTable({ invoices, hrefOf, customers = false }: InvoiceTableProps) {
  const now = useNow(NOW_EVERY_MS);
  const columns = useMemo(() => columnsOf(hrefOf, customers, now), [hrefOf, customers, now]);
  return (
    <Table
      label={t('Invoices')}
      rows={invoices}
      columns={columns}
      rowId={(invoice) => invoice.id}
      minWidth={COLUMNS_MIN_PX}
    />
  );
}

/** @returns what an invoice is called: its number, which a draft has not. */
export const invoiceName = ({ number }: Pick<InvoiceSummary, 'number'>): string =>
  number ?? t('Draft');

export const isOverdue = ({ due_at }: Pick<InvoiceSummary, 'due_at'>, now: number): boolean =>
  due_at !== null && Date.parse(due_at) < now;

function columnsOf(
  hrefOf: InvoiceTableProps['hrefOf'],
  customers: boolean,
  now: number,
): Column<InvoiceSummary>[] {
  const customer: Column<InvoiceSummary> = {
    id: 'customer',
    header: t('Customer'),
    written: (invoice) => invoice.customer.name,
    cell: (invoice) => invoice.customer.name,
  };
  return [
    {
      id: 'number',
      header: t('Number'),
      card: 'title',
      cell: (invoice) => (
        <Link
          href={hrefOf(invoice)}
          className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
        >
          {invoiceName(invoice)}
        </Link>
      ),
    },
    ...(customers ? [customer] : []),
    {
      id: 'state',
      header: t('State'),
      card: 'corner',
      cell: (invoice) => (
        <InvoiceStateBadge state={invoice.state} overdue={isOverdue(invoice, now)} />
      ),
    },
    {
      id: 'date',
      header: t('Date'),
      cell: ({ finalized_at, created_at }) => formatDateUtc(finalized_at ?? created_at),
    },
    {
      id: 'total',
      header: t('Total'),
      align: 'end',
      cell: ({ total, currency }) => formatMoney(total, currency),
    },
    {
      id: 'due',
      header: t('Due'),
      align: 'end',
      cell: ({ due, currency, state }) => (state === 'draft' ? '–' : formatMoney(due, currency)),
    },
  ];
}
