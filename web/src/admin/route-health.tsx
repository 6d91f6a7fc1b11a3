import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RouteHealth } from '@tollgate/billing-core/contract/route-health.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { TableFoot } from '../kit/download.tsx';
import { formatSpan } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { Ago, useNow } from '../kit/time.tsx';
import { isOld } from './boots.ts';
import { routeHealthQuery } from './queries.ts';

type Row = RouteHealth['data'][number];
type Told = NonNullable<Row['breaker'] | Row['checks']>;

const STATES: Record<Told['state'], { tone: BadgeTone; label: string }> = {
  closed: { tone: 'ok', label: t('In use') },
  open: { tone: 'danger', label: t('Taken out') },
  half_open: { tone: 'warn', label: t('On trial') },
  passing: { tone: 'ok', label: t('Passing') },
  failing: { tone: 'danger', label: t('Failing') },
};

const COLUMNS_MIN_PX = 760;

/** How the route's upstreams do, as each gateway sees it. */
export function RouteHealthCard({ route }: { route: Route }) {
  const isWatched = route.circuit_breaker !== null || route.health_check !== null;
  const health = useQuery({ ...routeHealthQuery(route.id), enabled: isWatched });
  return (
    <Card
      flush={isWatched}
      className="mb-4"
      title={t('Upstream health')}
      about={isWatched && t('Each gateway sees for itself, and tells every few seconds.')}
    >
      {isWatched ? (
        <Loaded query={health} skeleton={<TableSkeleton rows={2} />}>
          {(known) => <Health route={route} health={known} />}
        </Loaded>
      ) : (
        <p className="text-ink-soft text-pretty">
          {t('Not watched: the route has neither a circuit breaker nor health checks.')}
        </p>
      )}
    </Card>
  );
}

function Health({ route, health }: { route: Route; health: RouteHealth }) {
  const columns = useMemo(() => columnsOf(route), [route]);
  const { data, untold } = health;
  return (
    <>
      {data.length > 0 && (
        <Table
          label={t('Upstream health')}
          rows={data}
          columns={columns}
          rowId={(row) => `${row.url} ${row.boot}`}
          minWidth={COLUMNS_MIN_PX}
        />
      )}
      {(untold > 0 || data.length === 0) && (
        <p className="px-4 py-3 text-ink-soft text-pretty sm:px-5">
          {untold === 0
            ? t('Unknown: no gateway has told.')
            : tn(untold, {
                one: 'Unknown at {count} boot: it does not tell.',
                other: 'Unknown at {count} boots: they do not tell.',
              })}
        </p>
      )}
      {data.length > 0 && <TableFoot file={{ path: `/v1/routes/${route.id}/health` }} />}
    </>
  );
}

const columnsOf = (route: Route): Column<Row>[] => [
  {
    id: 'upstream',
    header: t('Upstream'),
    card: 'title',
    written: ({ url }) => url,
    cell: ({ url }) => <code className="font-mono text-xs wrap-anywhere">{url}</code>,
  },
  {
    id: 'gateway',
    header: t('Gateway'),
    written: ({ gateway }) => gateway,
    cell: ({ gateway, boot }) => (
      <Link
        href={paths.adminGateways({ gateway, boot })}
        className="py-0.5 font-mono text-xs text-accent underline-offset-4 hover:underline"
      >
        {gateway}
      </Link>
    ),
  },
  {
    id: 'breaker',
    header: t('Circuit breaker'),
    cell: (row) => <State told={row.breaker} row={row} isSet={route.circuit_breaker !== null} />,
  },
  {
    id: 'checks',
    header: t('Health checks'),
    cell: (row) => <State told={row.checks} row={row} isSet={route.health_check !== null} />,
  },
  { id: 'told', header: t('Told'), align: 'end', cell: ({ told_at: at }) => <Ago iso={at} /> },
];

interface StateProps {
  told: Told | null;
  row: Row;
  /** The route has it. */
  isSet: boolean;
}

/** A state and since when; what was told long ago says nothing of now. */
function State({ told, row, isSet }: StateProps) {
  const nowMs = useNow(1000);
  if (!isSet) return <span className="text-ink-soft">{t('None set')}</span>;
  if (told === null || isOld(row.told_at, nowMs)) return <Badge>{t('Unknown')}</Badge>;
  const { tone, label } = STATES[told.state];
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1 max-sm:justify-end">
      <Badge tone={tone}>{label}</Badge>
      <span className="text-ink-soft">
        {t('for {span}', { span: formatSpan((nowMs - Date.parse(told.since)) / 1000) })}
      </span>
    </span>
  );
}
