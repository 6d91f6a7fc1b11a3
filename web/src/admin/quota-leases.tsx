import { useQuery } from '@tanstack/react-query';
import { Hourglass } from 'lucide-react';
import { useMemo } from 'react';
import type { QuotaWindowState } from '@tollgate/billing-core/contract/lease-state.ts';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { Choice } from '../kit/choice.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatNumber } from '../kit/format.ts';
import { KnownChoices } from '../kit/known-choices.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Ago, Instant } from '../kit/time.tsx';
import { meterChoices, meterOptions, useMeters } from './queries.ts';

const REFRESH_MS = 5_000;
const COLUMNS_MIN_PX = 900;
const ANY = '';

interface Row {
  window: QuotaWindowState;
  /** Undefined where no boot was lent units of it. */
  lease: QuotaWindowState['leases'][number] | undefined;
}

/** Units of hard quotas that gateways hold now: they spend them without asking. */
export function Leases() {
  const [search, merge] = useUrlState();
  const meters = useMeters();
  const choices = useQuery(meterChoices);
  const { meter, customer } = search;
  const windows = usePages<QuotaWindowState>({
    key: ['admin', 'quota-windows'],
    path: '/v1/quota-windows',
    query: { meter_id: meter, customer_id: customer },
    everyMs: REFRESH_MS,
  });
  const columns = useMemo(() => columnsOf(meters), [meters]);
  const clear = (): void => merge({ meter: undefined, customer: undefined });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-3">
        <KnownChoices label={t('Meter')} query={choices} pending={null}>
          {({ data }) => (
            <Choice
              label={t('Meter')}
              value={meter ?? ANY}
              options={[{ value: ANY, label: t('All') }, ...meterOptions(data)]}
              onChange={(value) => merge({ meter: value === ANY ? undefined : value })}
            />
          )}
        </KnownChoices>
      </div>
      <Card
        title={t('Lent now')}
        about={t(
          'Live, of windows that are open. Held is what a gateway may still spend without ' +
            'asking; it goes back when it is not used.',
        )}
        flush
      >
        <Loaded query={windows} skeleton={<TableSkeleton />}>
          {(known) => {
            const rows = known.flatMap(rowsOf);
            if (rows.length > 0) {
              return (
                <Table
                  label={t('Leases')}
                  rows={rows}
                  columns={columns}
                  rowId={({ window, lease }) => `${window.id} ${lease?.boot ?? ''}`}
                  minWidth={COLUMNS_MIN_PX}
                />
              );
            }
            if (meter !== undefined || customer !== undefined) {
              return <NothingMatches what={t('leases')} onClear={clear} />;
            }
            return (
              <FirstUse
                icon={<Hourglass aria-hidden />}
                title={t('Nothing is lent now')}
                about={t(
                  'With the first request against a hard quota a gateway is lent units of it.',
                )}
              />
            );
          }}
        </Loaded>
        <LoadMore more={windows.more} />
      </Card>
    </div>
  );
}

const rowsOf = (window: QuotaWindowState): Row[] =>
  window.leases.length === 0
    ? [{ window, lease: undefined }]
    : window.leases.map((lease) => ({ window, lease }));

function quotaOf({ meter_id, window, key_id }: QuotaWindowState, meters: readonly Meter[]): string {
  const meter = meters.find(({ id }) => id === meter_id)?.name ?? meter_id;
  const values = { meter, window: WINDOW_NAMES[window] };
  return key_id === null
    ? t('{meter} per {window}', values)
    : t('{meter} per {window}, of one key', values);
}

const units = (text: string | undefined): string => (text === undefined ? '–' : formatNumber(text));

const FIGURES: readonly Column<Row>[] = [
  {
    id: 'granted',
    header: t('Granted'),
    align: 'end',
    cell: ({ lease }) => units(lease?.granted),
  },
  { id: 'used', header: t('Used'), align: 'end', cell: ({ lease }) => units(lease?.settled) },
  {
    id: 'returned',
    header: t('Given back'),
    align: 'end',
    cell: ({ lease }) => units(lease?.returned),
  },
  { id: 'held', header: t('Held'), align: 'end', cell: ({ lease }) => units(lease?.held) },
  {
    id: 'seen',
    header: t('Last seen'),
    align: 'end',
    cell: ({ lease }) => (lease === undefined ? '–' : <Ago iso={lease.last_seen_at} />),
  },
  {
    id: 'expires',
    header: t('Expires'),
    align: 'end',
    cell: ({ window }) => <Instant iso={window.resets_at} />,
  },
];

const columnsOf = (meters: readonly Meter[]): Column<Row>[] => [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ window }) => window.customer_name,
    cell: ({ window }) => (
      <Link
        href={paths.adminQuotas({ tab: 'leases', customer: window.customer_id })}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {window.customer_name}
      </Link>
    ),
  },
  {
    id: 'quota',
    header: t('Quota'),
    written: ({ window }) => quotaOf(window, meters),
    cell: ({ window }) => (
      <>
        <span className="block">{quotaOf(window, meters)}</span>
        <span className="figures block text-[0.8125rem] text-ink-soft">
          {window.limit === null
            ? t('no limit')
            : t('{lent} of {limit} lent', {
                lent: formatNumber(window.lent),
                limit: formatNumber(window.limit),
              })}
        </span>
      </>
    ),
  },
  {
    id: 'boot',
    header: t('Gateway, boot'),
    written: ({ lease }) => lease?.boot ?? '',
    cell: ({ lease }) =>
      lease === undefined ? (
        t('nobody')
      ) : (
        <Link
          href={paths.adminGateways({ gateway: lease.gateway, boot: lease.boot })}
          className="font-mono text-xs underline-offset-4 hover:underline"
        >
          {lease.gateway}
          <br />
          {lease.boot}
        </Link>
      ),
  },
  ...FIGURES,
];
