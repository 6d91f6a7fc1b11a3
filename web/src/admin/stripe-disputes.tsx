import type { Dispute } from '@tollgate/billing-core/contract/dispute.ts';
import { Choice } from '../kit/choice.tsx';
import { NothingMatches } from '../kit/empty.tsx';
import { formatMoney } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { DISPUTE_LABELS, DisputeLink, DisputeState, evidenceText, words } from './disputes.tsx';

const REFRESH_MS = 30_000;
const COLUMNS_MIN_PX = 900;
const LINK = 'py-0.5 text-accent underline-offset-4 hover:underline';

const SHOWN: readonly { value: Dispute['state'] | 'all'; label: string }[] = [
  { value: 'all', label: t('All') },
  ...DISPUTE_LABELS,
];

const COLUMNS: readonly Column<Dispute>[] = [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer }) => (
      <Link href={paths.adminCustomer(customer.id)} className={LINK}>
        {customer.name}
      </Link>
    ),
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: (one) => <DisputeState dispute={one} />,
  },
  {
    id: 'invoice',
    header: t('Invoice'),
    cell: ({ invoice }) => (
      <Link href={paths.adminInvoice(invoice.id)} className={`${LINK} whitespace-nowrap`}>
        {invoice.number}
      </Link>
    ),
  },
  {
    id: 'amount',
    header: t('Amount'),
    align: 'end',
    cell: ({ amount, currency }) => formatMoney(amount, currency),
  },
  { id: 'reason', header: t('Reason'), cell: ({ reason }) => words(reason) },
  { id: 'status', header: t('At the bank'), cell: ({ status }) => words(status) },
  { id: 'evidence', header: t('Evidence'), cell: evidenceText },
  {
    id: 'opened',
    header: t('Opened'),
    align: 'end',
    cell: ({ opened_at }) => <Instant iso={opened_at} />,
  },
  { id: 'where', header: t('Where'), align: 'end', cell: (one) => <DisputeLink dispute={one} /> },
];

/** Payments that customers' banks ask back. */
export function StripeDisputes() {
  const [search, merge] = useUrlState();
  const state = SHOWN.find(({ value }) => value === search['state'])?.value ?? 'all';
  const disputes = usePages<Dispute>({
    key: ['admin', 'stripe', 'disputes'],
    path: '/v1/disputes',
    query: { ...(state !== 'all' && { state }) },
    everyMs: REFRESH_MS,
  });
  return (
    <Card
      title={t('Disputes')}
      about={t('A customer told the bank that it did not want a payment. Answer it at Stripe.')}
      actions={
        <Choice
          label={t('State')}
          value={state}
          options={SHOWN}
          onChange={(value) => merge({ state: value === 'all' ? undefined : value })}
        />
      }
      flush
    >
      <Loaded query={disputes} skeleton={<TableSkeleton rows={3} />}>
        {(rows) => {
          if (rows.length > 0) {
            return (
              <Table
                label={t('Disputes')}
                rows={rows}
                columns={COLUMNS}
                rowId={({ id }) => id}
                minWidth={COLUMNS_MIN_PX}
              />
            );
          }
          if (state !== 'all') {
            const clear = () => merge({ state: undefined });
            return <NothingMatches what={t('disputes')} onClear={clear} />;
          }
          return (
            <p className="px-4 pb-5 text-ink-soft sm:px-5">{t('No payment was ever disputed.')}</p>
          );
        }}
      </Loaded>
      <LoadMore more={disputes.more} />
    </Card>
  );
}
