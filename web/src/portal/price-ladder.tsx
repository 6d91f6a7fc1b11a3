import { useQuery } from '@tanstack/react-query';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import type { CsvTable } from '../kit/csv.ts';
import { shiftPoint, sum } from '../kit/decimal.ts';
import { formatNumber, formatRangeInZone } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { ladderOf, type Rung } from '../kit/price-ladder.ts';
import type { UsageTerms } from '../kit/price-words.ts';
import { onceKnown } from '../kit/query.tsx';
import { SaveCsv } from '../kit/save-csv.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { customerPath } from './queries.ts';

const REFRESH_MS = 30_000;
/** Decimal places that units of a meter may have. */
const PLACES = 9;
const COLUMNS_MIN_PX = 420;

interface LadderProps {
  overview: Overview;
  meterSlug: string;
}

/** What the next unit costs: the prices of the meter, and how far the period has come on them. */
export function PriceLadder({ overview, meterSlug }: LadderProps) {
  const { plan, period, subscription, meters, customer } = overview;
  const meter = meters.find(({ slug }) => slug === meterSlug);
  const prices = (plan?.prices ?? []).filter(
    (price): price is Extract<typeof price, UsageTerms> =>
      price.model !== 'flat' && price.meter_id === meter?.id,
  );
  const path = customerPath(customer.id, '/usage');
  const query = { from: period?.start, interval: 'day', meter: meterSlug } as const;
  const used = useQuery({
    queryKey: ['portal', customer.id, 'usage', 'period', query],
    enabled: prices.length > 0 && period !== null,
    queryFn: ({ signal }) => api<UsageSeries>(path, { query, signal }),
    refetchInterval: onceKnown(REFRESH_MS),
  }).data?.totals.billable_quantity;
  if (plan === null || prices.length === 0) return null;
  const range =
    period && formatRangeInZone(period.start, period.end, subscription?.time_zone ?? 'UTC');
  return (
    <Card
      title={t('Price ladder')}
      about={
        <>
          {range !== null && t('Live, of the period {range}.', { range })}{' '}
          {t('Coupons, minimums and taxes are on the')}{' '}
          <Link href={paths.invoices(customer.id)} className="text-accent underline">
            {t('next invoice')}
          </Link>
        </>
      }
      flush
    >
      {prices.map((price) => (
        <Rungs
          key={price.id}
          label={t('Price ladder of {meter}', { meter: meter?.name ?? meterSlug })}
          rungs={ladderOf({
            price,
            currency: plan.currency,
            meters,
            included: includedOf(price, overview),
            used,
          })}
        />
      ))}
    </Card>
  );
}

/** Units that cost nothing: the price's own, and those of add-ons, each as often as it is held. */
function includedOf(price: UsageTerms, { add_ons: addOns }: Overview): string {
  return addOns
    .flatMap(({ quantity, entitlements }) =>
      entitlements.flatMap((one) =>
        one.kind === 'included_units' && one.meter_id === price.meter_id
          ? [times(one.units, quantity)]
          : [],
      ),
    )
    .reduce(sum, price.included_units);
}

const times = (decimal: string, count: number): string =>
  shiftPoint((BigInt(shiftPoint(decimal, PLACES)) * BigInt(count)).toString(), -PLACES);

function Rungs({ label, rungs }: { label: string; rungs: readonly Rung[] }) {
  return (
    <>
      <Table
        label={label}
        rows={rungs}
        columns={COLUMNS}
        rowId={({ from, words }) => `${from} ${words}`}
        minWidth={COLUMNS_MIN_PX}
      />
      <SaveCsv name="price-ladder" table={() => fileOf(rungs)} />
    </>
  );
}

/** Of each rung its bounds, its price in words and what of the period stands on it. */
function fileOf(rungs: readonly Rung[]): CsvTable {
  return {
    columns: ['from', 'up_to', 'price', 'used'],
    rows: rungs.map(({ from, upTo, words, used }) => [from, upTo ?? '', words, used ?? '']),
  };
}

const COLUMNS: readonly Column<Rung>[] = [
  {
    id: 'units',
    header: t('Units of the period'),
    card: 'title',
    cell: ({ from, upTo, here }) => (
      <span className="figures inline-flex flex-wrap items-center gap-x-2 gap-y-1">
        {boundsOf(from, upTo)}
        {here && <Badge tone="accent">{t('You are here')}</Badge>}
      </span>
    ),
  },
  {
    id: 'price',
    header: t('Price'),
    written: ({ words }) => words,
    cell: ({ words }) => words,
  },
  {
    id: 'used',
    header: t('Used'),
    align: 'end',
    cell: ({ used }) => (used === null ? '–' : formatNumber(used)),
  },
];

function boundsOf(from: string, upTo: string | null): string {
  if (upTo === null) {
    return from === '0' ? t('all') : t('above {from}', { from: formatNumber(from) });
  }
  return from === '0'
    ? t('up to {end}', { end: formatNumber(upTo) })
    : t('{from} to {end}', { from: formatNumber(from), end: formatNumber(upTo) });
}
