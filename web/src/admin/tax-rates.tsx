import type { TaxRate } from '@tollgate/billing-core/contract/tax-rate.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { TermActions, TermState } from './term-actions.tsx';
import { percentInWords } from './terms-words.ts';

const COLUMNS: readonly Column<TaxRate>[] = [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: ({ name }) => name,
    cell: ({ name }) => name,
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <TermState state={state} />,
  },
  { id: 'percent', header: t('Rate'), cell: percentInWords },
  { id: 'created', header: t('Created'), cell: ({ created_at }) => <Instant iso={created_at} /> },
  {
    id: 'actions',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    cell: (rate) => <TermActions term={rate} path="/v1/tax-rates" />,
  },
];

/** What is put on invoices, or is in their prices. */
export function TaxRateCard() {
  const rates = usePages<TaxRate>({ key: ['admin', 'tax-rates'], path: '/v1/tax-rates' });
  return (
    <Card title={t('Tax rates')} about={t('Each customer is taxed by those that it has.')} flush>
      <Loaded query={rates} skeleton={<TableSkeleton rows={3} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 pb-4 text-ink-soft sm:px-5">{t('No tax rate yet.')}</p>
          ) : (
            <Table label={t('Tax rates')} rows={rows} columns={COLUMNS} rowId={({ id }) => id} />
          )
        }
      </Loaded>
      <LoadMore more={rates.more} />
    </Card>
  );
}
