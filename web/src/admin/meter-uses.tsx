import { useQuery } from '@tanstack/react-query';
import type { MeterUses } from '@tollgate/billing-core/contract/meter-uses.ts';
import { fieldsTable } from '../kit/csv.ts';
import { formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { SaveCsv } from '../kit/save-csv.tsx';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { sourceLabel } from './metering-sources.ts';
import { modelLabel } from './price-models.ts';
import { faultLabel } from './route-faults.tsx';
import { meterUsesQuery } from './queries.ts';
import { VersionState } from './states.tsx';

type RouteUse = MeterUses['routes'][number];
type PriceUse = MeterUses['prices'][number];
type QuotaUse = MeterUses['quotas'][number];
type Fault = MeterUses['faults'][number];
const LINK = 'py-0.5 font-medium text-accent underline-offset-4 hover:underline';

/** What counts on a meter, what it costs and limits, and what upstreams did not say. */
export function MeterUsesCards({ meterId }: { meterId: string }) {
  const uses = useQuery(meterUsesQuery(meterId));
  return (
    <Loaded
      query={uses}
      skeleton={
        <Card flush title={t('Routes that feed it')}>
          <TableSkeleton rows={2} />
        </Card>
      }
    >
      {(known) => (
        <>
          {known.faults.length > 0 && <Faults faults={known.faults} />}
          <div className="grid items-start gap-5 xl:grid-cols-3">
            <Uses
              title={t('Routes that feed it')}
              none={t('No route counts on it.')}
              file="meter-routes"
              rows={known.routes}
              columns={ROUTES}
              rowId={({ route_id, source }) => `${route_id} ${source}`}
            />
            <Uses
              title={t('Prices that use it')}
              none={t('No plan has a price for it.')}
              file="meter-prices"
              rows={known.prices}
              columns={PRICES}
              rowId={({ plan_version_id, model }) => `${plan_version_id} ${model}`}
            />
            <Uses
              title={t('Quotas that use it')}
              none={t('No plan limits it.')}
              file="meter-quotas"
              rows={known.quotas}
              columns={QUOTAS}
              rowId={({ plan_version_id, window, scope }) =>
                `${plan_version_id} ${window} ${scope}`
              }
            />
          </div>
        </>
      )}
    </Loaded>
  );
}

/** Three of them are side by side: columns have less room than elsewhere. */
const NARROW_PX = 300;

interface UsesProps<Row> {
  title: string;
  none: string;
  /** The name of its file. */
  file: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
}

function Uses<Row extends RouteUse | PriceUse | QuotaUse>(props: UsesProps<Row>) {
  const { title, none, file, rows, columns, rowId } = props;
  return (
    <Card title={title} flush>
      {rows.length === 0 ? (
        <p className="px-4 pb-4 text-ink-soft sm:px-5">{none}</p>
      ) : (
        <>
          <Table label={title} rows={rows} columns={columns} rowId={rowId} minWidth={NARROW_PX} />
          <SaveCsv name={file} table={() => fieldsTable(rows)} />
        </>
      )}
    </Card>
  );
}

const ROUTES: readonly Column<RouteUse>[] = [
  {
    id: 'route',
    header: t('Route'),
    card: 'title',
    written: ({ name }) => name,
    cell: ({ route_id, name, state }) => (
      <>
        <Link href={paths.adminRoute(route_id)} className={LINK}>
          {name}
        </Link>
        {state === 'disabled' && <span className="text-ink-soft"> {t('(disabled)')}</span>}
      </>
    ),
  },
  { id: 'source', header: t('Counts'), cell: ({ source }) => sourceLabel(source) },
];

/** The version, who is on it, and whether it is for all. */
function Version({ use }: { use: PriceUse | QuotaUse }) {
  const { plan_id, plan_name, plan_version_id, number, customer_id, subscriptions, state } = use;
  return (
    <>
      <Link href={paths.adminPlanVersion(plan_id, plan_version_id)} className={LINK}>
        {t('{plan}, version {n}', { plan: plan_name, n: number })}
      </Link>
      <span className="block text-[0.8125rem] text-ink-soft">
        {state === 'draft' ? (
          <VersionState state={state} />
        ) : (
          tn(subscriptions, { one: '{count} subscription', other: '{count} subscriptions' })
        )}
        {customer_id !== null && <> · {t('own terms')}</>}
      </span>
    </>
  );
}

const PRICES: readonly Column<PriceUse>[] = [
  {
    id: 'version',
    header: t('Plan'),
    card: 'title',
    written: ({ plan_name }) => plan_name,
    cell: (use) => <Version use={use} />,
  },
  { id: 'model', header: t('Model'), cell: ({ model }) => modelLabel(model) },
];

const QUOTAS: readonly Column<QuotaUse>[] = [
  {
    id: 'version',
    header: t('Plan'),
    card: 'title',
    written: ({ plan_name }) => plan_name,
    cell: (use) => <Version use={use} />,
  },
  {
    id: 'limit',
    header: t('Limit'),
    align: 'end',
    cell: ({ limit, window, scope }) => (
      <>
        <span className="block">
          {limit === null
            ? t('no limit')
            : t('{limit} per {window}', {
                limit: formatNumber(limit),
                window: WINDOW_NAMES[window],
              })}
        </span>
        {scope === 'key' && (
          <span className="block text-[0.8125rem] text-ink-soft">{t('each key')}</span>
        )}
      </>
    ),
  },
];

const FAULTS: readonly Column<Fault>[] = [
  {
    id: 'fault',
    header: t('What was wrong'),
    card: 'title',
    cell: ({ fault }) => faultLabel(fault),
  },
  {
    id: 'route',
    header: t('Route'),
    written: ({ route_name }) => route_name,
    cell: ({ route_id, route_name }) => (
      <Link href={paths.adminRoute(route_id)} className={LINK}>
        {route_name}
      </Link>
    ),
  },
  {
    id: 'requests',
    header: t('Requests'),
    align: 'end',
    cell: ({ requests }) => formatNumber(requests),
  },
  {
    id: 'customers',
    header: t('Customers'),
    align: 'end',
    cell: ({ customers }) => formatNumber(customers),
  },
  {
    id: 'last',
    header: t('Last in the hour of'),
    cell: ({ last_hour }) => <Instant iso={last_hour} />,
  },
];

function Faults({ faults }: { faults: readonly Fault[] }) {
  return (
    <Card
      flush
      title={t('Values that could not be read')}
      about={t('Billed requests of the last 7 days that were charged the fallback of a rule.')}
    >
      <Table
        label={t('Values that could not be read')}
        rows={faults}
        columns={FAULTS}
        rowId={({ route_id, fault }) => `${route_id} ${fault}`}
      />
      <SaveCsv name="meter-value-faults" table={() => fieldsTable(faults)} />
    </Card>
  );
}
