import { useQuery } from '@tanstack/react-query';
import { ChartNoAxesCombined, Download } from 'lucide-react';
import type { RevenueFigures } from '@tollgate/billing-core/contract/figures.ts';
import { apiUrl, type Query } from '../kit/api.ts';
import { buttonClass } from '../kit/button.tsx';
import { Chart } from '../kit/chart.tsx';
import { Choice } from '../kit/choice.tsx';
import { isoFromNow } from '../kit/clock.ts';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatMoney } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { ChartSkeleton, TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { revenueQuery } from './figures-queries.ts';
import { groupHref, groupName, revenueChart, type GroupBy } from './revenue-words.ts';

const DAY_MS = 86_400_000;
const COLUMNS_MIN_PX = 480;

const GROUPS: readonly { value: GroupBy; label: string }[] = [
  { value: 'kind', label: t('Kind') },
  { value: 'meter', label: t('Meter') },
  { value: 'plan', label: t('Plan') },
  { value: 'route', label: t('Route') },
  { value: 'customer', label: t('Customer') },
];

type RangeId = '30d' | '90d' | '12m';
const RANGES: readonly { value: RangeId; label: string }[] = [
  { value: '30d', label: t('Last 30 days') },
  { value: '90d', label: t('Last 90 days') },
  { value: '12m', label: t('Last 12 months') },
];
const DAYS: Readonly<Record<RangeId, number>> = { '30d': 30, '90d': 90, '12m': 365 };

const dayOf = (offsetMs: number): string => isoFromNow(offsetMs).slice(0, 10);

type Search = Readonly<Record<string, string | undefined>>;

/** What is asked of the API, by the URL. The range ends with today. */
function askedOf(search: Search): { range: RangeId; group: GroupBy; query: Query } {
  const range = RANGES.find(({ value }) => value === search['range'])?.value ?? '30d';
  const group = GROUPS.find(({ value }) => value === search['group_by'])?.value ?? 'kind';
  const { currency } = search;
  const query = {
    from: dayOf(DAY_MS - DAYS[range] * DAY_MS),
    to: dayOf(DAY_MS),
    interval: range === '12m' ? 'month' : 'day',
    group_by: group,
    currency: currency !== undefined && /^[A-Z]{3}$/.test(currency) ? currency : undefined,
  };
  return { range, group, query };
}

/** Invoices less credit notes, by what they are for. */
export function InvoicedRevenue() {
  const [search, merge] = useUrlState();
  const { range, group, query } = askedOf(search);
  const revenue = useQuery(revenueQuery(query));
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-end gap-3">
        <Choice
          label={t('Range')}
          value={range}
          options={RANGES}
          onChange={(value) => merge({ range: value === '30d' ? undefined : value })}
        />
        <Choice
          label={t('Group by')}
          value={group}
          options={GROUPS}
          onChange={(value) => merge({ group_by: value === 'kind' ? undefined : value })}
        />
        <CurrencyChoice known={revenue.data?.totals.map(({ currency }) => currency)} />
        <a
          href={apiUrl('/v1/figures/revenue.csv', query)}
          download
          className={buttonClass({}, 'ml-auto')}
        >
          <Download aria-hidden />
          {t('CSV')}
        </a>
      </div>
      <Loaded query={revenue} skeleton={<RevenueSkeleton />}>
        {(known) => <Report report={known} />}
      </Loaded>
    </div>
  );
}

/** Shows one currency alone; nothing to choose where there is one. */
export function CurrencyChoice({ known = [] }: { known?: readonly string[] | undefined }) {
  const [search, merge] = useUrlState();
  const chosen = search['currency'] ?? '';
  const all = [...new Set([...known, ...(chosen === '' ? [] : [chosen])])].toSorted();
  if (all.length < 2 && chosen === '') return null;
  return (
    <Choice
      label={t('Currency')}
      value={chosen}
      options={[{ value: '', label: t('All') }, ...all.map((value) => ({ value, label: value }))]}
      onChange={(value) => merge({ currency: value })}
    />
  );
}

function RevenueSkeleton() {
  return (
    <>
      <Card title={t('Revenue')}>
        <ChartSkeleton />
      </Card>
      <Card flush>
        <TableSkeleton />
      </Card>
    </>
  );
}

function Report({ report }: { report: RevenueFigures }) {
  const [search, merge] = useUrlState();
  if (report.totals.length === 0) {
    return (
      <Card>
        {search['range'] === undefined && search['currency'] === undefined ? (
          <FirstUse
            icon={<ChartNoAxesCombined aria-hidden />}
            title={t('Nothing was invoiced in these days')}
            about={t('Revenue shows up with the first invoice that is final.')}
          />
        ) : (
          <NothingMatches
            what={t('invoices')}
            onClear={() => merge({ range: undefined, currency: undefined })}
          />
        )}
      </Card>
    );
  }
  return report.totals.map((total) => (
    <OneCurrency key={total.currency} report={report} total={total} />
  ));
}

type Total = RevenueFigures['totals'][number];

function OneCurrency({ report, total }: { report: RevenueFigures; total: Total }) {
  const { currency } = total;
  const title = t('Revenue in {currency}', { currency });
  return (
    <Card
      title={title}
      about={t('{net} net, invoiced: {invoiced} less {credited} credited', {
        net: formatMoney(total.net, currency),
        invoiced: formatMoney(total.invoiced, currency),
        credited: formatMoney(total.credited, currency),
      })}
    >
      <Chart title={title} {...revenueChart(report, currency)} />
      <div className="-mx-4 mt-4 border-t border-line pt-2 sm:-mx-5">
        <Table
          label={t('Groups in {currency}', { currency })}
          rows={report.groups.filter((one) => one.currency === currency)}
          columns={columnsOf(report.group_by)}
          rowId={({ group }) => group.id}
          minWidth={COLUMNS_MIN_PX}
        />
      </div>
    </Card>
  );
}

type Row = RevenueFigures['groups'][number];

function columnsOf(by: GroupBy): Column<Row>[] {
  const header = GROUPS.find(({ value }) => value === by)?.label ?? '';
  const amount = (id: 'invoiced' | 'credited' | 'net', name: string): Column<Row> => ({
    id,
    header: name,
    align: 'end',
    cell: (row) => formatMoney(row[id], row.currency),
  });
  return [
    {
      id: 'group',
      header,
      card: 'title',
      written: ({ group }) => groupName(group),
      cell: ({ group }) => <GroupLink by={by} group={group} />,
    },
    amount('invoiced', t('Invoiced')),
    amount('credited', t('Credited')),
    amount('net', t('Net')),
  ];
}

function GroupLink({ by, group }: { by: GroupBy; group: Row['group'] }) {
  const href = groupHref(by, group);
  if (href === undefined) return groupName(group);
  return (
    <Link href={href} className="font-medium underline-offset-4 hover:underline">
      {groupName(group)}
    </Link>
  );
}
