import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import type { UnbilledFigures } from '@tollgate/billing-core/contract/figures.ts';
import { TableFoot } from '../kit/download.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatInstantExact, formatMoney } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { unbilledQuery } from './figures-queries.ts';
import { CurrencyChoice } from './revenue-invoiced.tsx';

const COLUMNS_MIN_PX = 480;

/** What was used and fell due and is on no invoice yet, by customer. */
export function UnbilledRevenue() {
  const unbilled = useQuery(unbilledQuery);
  return (
    <div className="flex flex-col gap-5">
      <p className="max-w-prose text-ink-soft">
        {t(
          'What invoices would have that were made now, before coupons and taxes: usage since ' +
            'the last ones at the prices of each plan, and fees that fell due. Live.',
        )}
      </p>
      <div className="flex flex-wrap items-end gap-3">
        <CurrencyChoice known={unbilled.data?.totals.map((total) => total.currency)} />
      </div>
      <Loaded
        query={unbilled}
        skeleton={
          <Card flush>
            <TableSkeleton />
          </Card>
        }
      >
        {(known) => <Report figures={known} />}
      </Loaded>
    </div>
  );
}

function Report({ figures }: { figures: UnbilledFigures }) {
  const [search, merge] = useUrlState();
  const { currency } = search;
  if (figures.totals.length === 0) {
    return (
      <Card>
        <FirstUse
          icon={<CircleCheck aria-hidden />}
          title={t('Everything is billed')}
          about={t('Usage of the running periods shows up here within two seconds.')}
        />
      </Card>
    );
  }
  const totals = figures.totals.filter(
    (one) => currency === undefined || one.currency === currency,
  );
  if (totals.length === 0) {
    return (
      <Card>
        <NothingMatches what={t('amounts')} onClear={() => merge({ currency: undefined })} />
      </Card>
    );
  }
  return totals.map((total) => (
    <OneCurrency key={total.currency} total={total} figures={figures} />
  ));
}

type Row = UnbilledFigures['customers'][number];

const amount = (id: 'usage' | 'fees' | 'amount', header: string): Column<Row> => ({
  id,
  header,
  align: 'end',
  cell: (row) => formatMoney(row[id], row.currency),
});

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer }) => (
      <Link
        href={paths.adminCustomer(customer.id, { tab: 'usage' })}
        className="font-medium underline-offset-4 hover:underline"
      >
        {customer.name}
      </Link>
    ),
  },
  amount('usage', t('Usage')),
  amount('fees', t('Fees')),
  amount('amount', t('Together')),
];

interface OneCurrencyProps {
  total: UnbilledFigures['totals'][number];
  figures: UnbilledFigures;
}

function OneCurrency({ total, figures }: OneCurrencyProps) {
  const { currency, customers } = total;
  const rows = figures.customers.filter((one) => one.currency === currency);
  return (
    <Card
      title={t('Not billed yet in {currency}', { currency })}
      about={
        <>
          {t('{amount} of', { amount: formatMoney(total.amount, currency) })}{' '}
          {tn(customers, { one: '{count} customer', other: '{count} customers' })}
          {rows.length < customers && ` · ${t('the {n} largest', { n: rows.length })}`} ·{' '}
          {t('as of {time}, roll {roll}', {
            time: formatInstantExact(figures.as_of),
            roll: figures.roll,
          })}
        </>
      }
      flush
    >
      <Table
        label={t('Not billed yet in {currency}', { currency })}
        rows={rows}
        columns={COLUMNS}
        rowId={({ customer }) => customer.id}
        minWidth={COLUMNS_MIN_PX}
      />
      <TableFoot file={{ path: '/v1/figures/unbilled/customers', query: { currency } }} />
    </Card>
  );
}
