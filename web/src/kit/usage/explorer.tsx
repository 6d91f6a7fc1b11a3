import { useQuery, type QueryKey } from '@tanstack/react-query';
import { api, type Query } from '../api.ts';
import type { UsageGroupBy } from '../api-types.ts';
import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import { Chart, type Threshold } from '../chart.tsx';
import type { ListFile } from '../download.tsx';
import { formatInstantExact, formatNumber } from '../format.ts';
import { useUrlState } from '../link.tsx';
import { Card } from '../page.tsx';
import { Loaded, onceKnown } from '../query.tsx';
import { ChartSkeleton, TableSkeleton } from '../skeleton.tsx';
import { Stat, Stats } from '../stat.tsx';
import { t } from '../text.ts';
import { EntriesDrawer } from './entries.tsx';
import { againstBefore, beforeName, comparesOf } from './compare.ts';
import { groupOf, UsageFilters, type AskedFacets, type UsageFacets } from './filters.tsx';
import { rangeBefore, resolveRange } from './range.ts';
import { shownZone } from '../zone.ts';
import { UsageRows } from './rows.tsx';
import { chartOf, type Plotted } from './series.ts';

/** Where usage is read from: one customer's own side, or any customer's for an admin. */
export interface UsageSource {
  key: QueryKey;
  path: string;
  /** Left out where ledger rows are not of one customer. */
  entriesPath?: string;
  query: Query;
  /** The slug of the one meter that it is about; left out: the URL says which. */
  meter?: string;
}

interface ExplorerProps {
  source: UsageSource;
  facets: UsageFacets;
  /** What the facets are read by. */
  asked: AskedFacets;
  /** What a bar of this report may not pass, or costs more beyond. */
  thresholdsOf?: (report: UsageSeries) => readonly Threshold[];
}

/** Usage by time and group, down to the ledger rows that each figure is made of. */
export function UsageExplorer({ source, facets, asked, thresholdsOf }: ExplorerProps) {
  const [search] = useUrlState();
  const of = source.meter === undefined ? search : ofOneMeter(search, source.meter);
  const group = groupOf(of['group_by']);
  const report = useReport(source, of);
  const before = useBefore(source, of);
  return (
    <div className="flex flex-col gap-5">
      <UsageFilters
        facets={facets}
        asked={asked}
        range={resolveRange(search)}
        byMeter={source.meter === undefined}
      />
      <Loaded query={report} skeleton={<ReportSkeleton />}>
        {(data) => (
          <Report
            report={data}
            before={before.data}
            beforeFailed={before.isError}
            thresholds={thresholdsOf?.(data) ?? []}
            group={group}
            plots={
              group === 'meter' || (source.meter === undefined && data.meter.slug === 'requests')
                ? 'requests'
                : 'quantity'
            }
            drills={source.entriesPath !== undefined}
            file={{
              path: source.path,
              query: { ...queryOf(source, of), from: data.from, to: data.to },
            }}
          />
        )}
      </Loaded>
      {source.entriesPath !== undefined && <EntriesDrawer source={source} facets={facets} />}
    </div>
  );
}

function ReportSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <Stats>
        <Stat label={t('Requests')} value={undefined} />
        <Stat label={t('Billable')} value={undefined} />
        <Stat label={t('As of')} value={undefined} />
      </Stats>
      <Card title={t('Requests')}>
        <ChartSkeleton />
      </Card>
      <Card flush>
        <TableSkeleton />
      </Card>
    </div>
  );
}

type Search = Readonly<Record<string, string | undefined>>;

/** Of one meter there is nothing to group by meter. */
const ofOneMeter = (search: Search, meter: string): Search => ({
  ...search,
  meter,
  group_by: search['group_by'] === 'meter' ? undefined : search['group_by'],
});

function askedBy(search: Search) {
  return {
    range: search['range'],
    interval: search['interval'],
    from: search['from'],
    to: search['to'],
    meter: search['meter'] ?? 'requests',
    group_by: groupOf(search['group_by']),
    key_id: search['key_id'],
    route_id: search['route_id'],
    zone: shownZone(),
  };
}

// The range ends now, so it is worked out when the question is asked.
function queryOf(source: UsageSource, search: Search): Query {
  const { range: _, ...rest } = askedBy(search);
  return { ...source.query, ...rest, ...resolveRange(search) };
}

function useReport(source: UsageSource, search: Search) {
  const asked = askedBy(search);
  return useQuery({
    queryKey: [...source.key, 'usage', asked],
    queryFn: ({ signal }) =>
      api<UsageSeries>(source.path, { query: queryOf(source, search), signal }),
    refetchInterval: onceKnown(30_000),
  });
}

/** The time before, as one sum a bucket, where it is to be compared with. */
function useBefore(source: UsageSource, search: Search) {
  const asked = { ...askedBy(search), group_by: 'none' };
  return useQuery({
    queryKey: [...source.key, 'usage', 'before', asked],
    enabled: comparesOf(search['compare']),
    queryFn: ({ signal }) => {
      const { range: _, ...rest } = asked;
      const query = { ...source.query, ...rest, ...rangeBefore(resolveRange(search)) };
      return api<UsageSeries>(source.path, { query, signal });
    },
    refetchInterval: onceKnown(30_000),
  });
}

interface ReportProps {
  report: UsageSeries;
  before: UsageSeries | undefined;
  beforeFailed: boolean;
  thresholds: readonly Threshold[];
  group: UsageGroupBy;
  plots: Plotted;
  file: ListFile;
  drills: boolean;
}

function Report(props: ReportProps) {
  const { report, before, beforeFailed, thresholds, group, plots, file, drills } = props;
  const [search] = useUrlState();
  const apart = group === 'meter';
  // Sums of meters are no sum: each stands by itself, and nothing is what all came to.
  const compared = apart || !comparesOf(search['compare']) ? undefined : before;
  const chart = chartOf(report, plots, compared);
  const { totals, meter } = report;
  const title = apart
    ? t('Requests that counted each meter')
    : plots === 'requests'
      ? t('Requests')
      : meter.name;
  return (
    <div className="flex flex-col gap-5">
      <Stats>
        <Stat
          label={t('Requests')}
          value={formatNumber(totals.requests)}
          testId="usage-requests"
          note={
            compared
              ? againstBefore(totals.requests, compared.totals.requests)
              : beforeFailed && t('The time before could not be read')
          }
        />
        {meter.slug !== 'requests' && (
          <Stat label={meter.name} value={formatNumber(totals.quantity)} note={meter.unit} />
        )}
        <Stat
          label={t('Billable')}
          value={formatNumber(totals.billable_quantity)}
          note={t('in {unit}s, live, not invoiced', { unit: meter.unit })}
        />
        <Stat
          label={t('As of')}
          value={formatInstantExact(report.as_of).split(', ').at(-1) ?? null}
          note={t('live; totals up to roll {roll}', { roll: report.roll })}
        />
      </Stats>
      {report.data.length > 0 && (
        <Card title={title}>
          <Chart
            title={title}
            {...chart}
            beforeLabel={compared && beforeName(search['range'])}
            thresholds={apart ? [] : thresholds}
            apart={apart}
          />
        </Card>
      )}
      <UsageRows report={report} file={file} drills={drills} />
    </div>
  );
}
