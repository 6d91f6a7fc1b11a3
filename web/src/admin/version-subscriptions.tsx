import { useState } from 'react';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { ListedSubscription } from '@tollgate/billing-core/contract/subscription.ts';
import { Button } from '../kit/button.tsx';
import { formatInZone } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { SubscriptionState } from './states.tsx';
import { SUBSCRIBER } from './subscriber-column.tsx';
import { MoveProgress, useLastMove } from './version-move-progress.tsx';
import { MoveDialog, movableTo } from './version-move.tsx';

const COLUMNS: readonly Column<ListedSubscription>[] = [
  SUBSCRIBER,
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <SubscriptionState state={state} />,
  },
  {
    id: 'period',
    header: t('Period ends'),
    cell: ({ current_period: { end }, time_zone: zone }) => formatInZone(end, zone),
  },
  { id: 'started', header: t('Started'), cell: ({ started_at }) => <Instant iso={started_at} /> },
];

/** Who is on a version, and the way to move them to another; nobody is moved by publishing one. */
export function VersionSubscriptions({ plan, version }: { plan: Plan; version: PlanVersion }) {
  const [moving, setMoving] = useState(false);
  const rows = usePages<ListedSubscription>({
    key: ['admin', 'plan-version', version.id, 'subscriptions'],
    path: '/v1/subscriptions',
    query: { plan_version_id: version.id },
  });
  const move = useLastMove(version.id);
  const may =
    (rows.data?.length ?? 0) > 0 &&
    movableTo(plan, version).length > 0 &&
    move !== undefined &&
    move?.state !== 'running';
  return (
    <>
      {move && <MoveProgress plan={plan} move={move} />}
      <Card
        title={t('Subscriptions on it')}
        about={t('They keep it, whatever is published later, until they are moved.')}
        flush
        actions={
          may && (
            <Button size="sm" onClick={() => setMoving(true)}>
              {t('Move everybody…')}
            </Button>
          )
        }
      >
        <Loaded query={rows} skeleton={<TableSkeleton rows={3} />}>
          {(known) =>
            known.length === 0 ? (
              <p className="px-4 pb-5 text-ink-soft sm:px-5">{t('Nobody is on it.')}</p>
            ) : (
              <Table
                label={t('Subscriptions on it')}
                rows={known}
                columns={COLUMNS}
                rowId={({ id }) => id}
              />
            )
          }
        </Loaded>
        <LoadMore more={rows.more} />
        <MoveDialog plan={plan} from={version} open={moving} onClose={() => setMoving(false)} />
      </Card>
    </>
  );
}
