import type {
  CustomerTotals,
  Reconciliation,
  Stage,
} from '@tollgate/billing-core/contract/reconciliation.ts';
import { Badge } from '../kit/badge.tsx';
import { Choice } from '../kit/choice.tsx';
import { NothingMatches } from '../kit/empty.tsx';
import { formatMoney, formatNumber } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';

const COLUMNS_MIN_PX = 900;

const SHOWN = [
  { value: 'all', label: t('All') },
  { value: 'differing', label: t('With differences') },
] as const;

interface TotalsProps {
  run: Reconciliation;
  path: string;
}

/** What each book has of each customer and month. */
export function CustomerTotalsCard({ run, path }: TotalsProps) {
  const [search, merge] = useUrlState();
  const customer = search['customer'];
  const only = search['only'] === 'differing' ? 'differing' : 'all';
  const totals = usePages<CustomerTotals>({
    key: ['admin', 'reconciliation', run.id, 'totals'],
    path: `${path}/totals`,
    query: { customer_id: customer, ...(only === 'differing' && { only }) },
  });
  const isFiltered = customer !== undefined || only === 'differing';
  return (
    <Card
      title={t('By customer and month')}
      about={t('Months in UTC. An invoice is in the month in which what it bills ends.')}
      actions={
        <Choice
          label={t('Customers')}
          value={only}
          options={SHOWN}
          onChange={(value) => merge({ only: value === 'all' ? undefined : value })}
        />
      }
      flush
    >
      <Loaded query={totals} skeleton={<TableSkeleton />}>
        {(rows) => {
          if (rows.length > 0) return <Totals rows={rows} />;
          if (isFiltered) {
            const clear = () => merge({ only: undefined, customer: undefined });
            return <NothingMatches what={t('customers')} onClear={clear} />;
          }
          return (
            <p className="px-4 pb-5 text-ink-soft sm:px-5">
              {t('Nothing was counted or invoiced in this time.')}
            </p>
          );
        }}
      </Loaded>
      <LoadMore more={totals.more} />
    </Card>
  );
}

const rowId = ({ customer, period, currency }: CustomerTotals): string =>
  `${customer.id} ${period} ${currency}`;

function Totals({ rows }: { rows: readonly CustomerTotals[] }) {
  return (
    <Table
      label={t('By customer and month')}
      rows={rows}
      columns={COLUMNS}
      rowId={rowId}
      minWidth={COLUMNS_MIN_PX}
    />
  );
}

/** A stage of one row: one figure where both sides say the same, both where they do not. */
function Figure({ row, stage }: { row: CustomerTotals; stage: Stage }) {
  const figures = row.stages.find((one) => one.stage === stage);
  if (figures === undefined) return <>–</>;
  const text = (value: string): string =>
    stage === 'ledger' ? formatNumber(value) : formatMoney(value, row.currency);
  if (figures.here === figures.there) return <>{text(figures.here)}</>;
  return (
    <span className="text-danger">
      {text(figures.there)} ≠ {text(figures.here)}
    </span>
  );
}

const stageColumn = (stage: Stage, header: string): Column<CustomerTotals> => ({
  id: stage,
  header,
  align: 'end',
  cell: (row) => <Figure row={row} stage={stage} />,
});

const COLUMNS: readonly Column<CustomerTotals>[] = [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer }) => (
      <Link
        href={paths.adminCustomer(customer.id)}
        className="py-0.5 text-accent underline-offset-4 hover:underline"
      >
        {customer.name}
      </Link>
    ),
  },
  { id: 'period', header: t('Month'), cell: ({ period }) => period },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ differing }) =>
      differing === 0 ? (
        <Badge tone="ok">{t('the same')}</Badge>
      ) : (
        <Badge tone="danger">{t('{n} differ', { n: formatNumber(differing) })}</Badge>
      ),
  },
  stageColumn('ledger', t('Requests counted')),
  stageColumn('rated', t('Rated')),
  stageColumn('invoiced', t('Invoiced')),
  stageColumn('stripe', t('At Stripe')),
];
