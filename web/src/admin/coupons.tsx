import type { Coupon } from '@tollgate/billing-core/contract/coupon.ts';
import { formatNumber } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { TermActions, TermState } from './term-actions.tsx';
import { offInWords } from './terms-words.ts';

const COLUMNS_MIN_PX = 820;

function given({ redemptions, redemptions_max }: Coupon): string {
  const times = formatNumber(redemptions);
  if (redemptions_max === null) return times;
  return t('{times} of {max}', { times, max: formatNumber(redemptions_max) });
}

const COLUMNS: readonly Column<Coupon>[] = [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: ({ name }) => name,
    cell: ({ name, slug }) => (
      <>
        {name} <code className="font-mono text-xs text-ink-soft">{slug}</code>
      </>
    ),
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <TermState state={state} />,
  },
  { id: 'off', header: t('Takes off'), cell: offInWords },
  {
    id: 'invoices',
    header: t('Invoices'),
    cell: ({ invoices }) =>
      invoices === null ? t('All') : t('The first {n}', { n: formatNumber(invoices) }),
  },
  {
    id: 'until',
    header: t('Given until'),
    cell: ({ redeem_by }) => (redeem_by === null ? t('Always') : <Instant iso={redeem_by} />),
  },
  { id: 'given', header: t('Given'), align: 'end', cell: given },
  {
    id: 'actions',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    cell: (coupon) => <TermActions term={coupon} path="/v1/coupons" />,
  },
];

/** What is taken off invoices before tax. */
export function CouponCard() {
  const coupons = usePages<Coupon>({ key: ['admin', 'coupons'], path: '/v1/coupons' });
  return (
    <Card title={t('Coupons')} about={t('Taken off before tax.')} flush>
      <Loaded query={coupons} skeleton={<TableSkeleton rows={3} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 pb-4 text-ink-soft sm:px-5">{t('No coupon yet.')}</p>
          ) : (
            <Table
              label={t('Coupons')}
              rows={rows}
              columns={COLUMNS}
              rowId={({ id }) => id}
              minWidth={COLUMNS_MIN_PX}
            />
          )
        }
      </Loaded>
      <LoadMore more={coupons.more} />
    </Card>
  );
}
