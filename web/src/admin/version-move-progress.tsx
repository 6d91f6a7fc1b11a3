import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { PlanMove, PlanMoveSubscription } from '@tollgate/billing-core/contract/plan-move.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { formatInstant, formatNumber } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { SUBSCRIBER } from './subscriber-column.tsx';

const REFRESH_MS = 1_000;

/** The newest move from a version: undefined while it is not known, null where there is none. */
export function useLastMove(versionId: string): PlanMove | null | undefined {
  const moves = useQuery({
    queryKey: ['admin', 'plan-moves', versionId],
    queryFn: ({ signal }) =>
      api<Page<PlanMove>>('/v1/plan-moves', {
        query: { from_plan_version_id: versionId, limit: 1 },
        signal,
      }),
    // What has ended stays as it is.
    refetchInterval: ({ state: { data } }) =>
      data?.data[0]?.state === 'running' ? REFRESH_MS : false,
  });
  return moves.data === undefined ? undefined : (moves.data.data[0] ?? null);
}

interface ProgressProps {
  plan: Plan;
  move: PlanMove;
}

/** How far a move of everybody is, whom it could not move and why. */
export function MoveProgress({ plan, move }: ProgressProps) {
  const to = plan.versions.find(({ id }) => id === move.to_plan_version_id);
  useSettled(move);
  return (
    <Card
      title={t('Move to {version}', { version: nameOf(to) })}
      about={
        <>
          {whenOf(move)} {t('Begun')} <Instant iso={move.created_at} />
          {move.ended_at !== null && (
            <>
              , {t('ended')} <Instant iso={move.ended_at} />
            </>
          )}
        </>
      }
      actions={<MoveActions move={move} />}
    >
      <div className="flex flex-col gap-3">
        <Progress move={move} />
        {move.failed > 0 && <NotMoved move={move} />}
      </div>
    </Card>
  );
}

const nameOf = (version: PlanVersion | undefined): string =>
  version === undefined ? t('another version') : t('version {number}', { number: version.number });

function whenOf({ at }: PlanMove): string {
  if (at === 'now') return t('At once.');
  if (at === 'period_end') return t('When the period of each ends.');
  return t('At {time}.', { time: formatInstant(at) });
}

/** Lists of who is on which version are read anew when it has ended. */
function useSettled({ id, state }: PlanMove): void {
  const queries = useQueryClient();
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'running' && state !== 'running') {
      void queries.invalidateQueries({ queryKey: ['admin'] });
    }
    before.current = state;
  }, [queries, id, state]);
}

const WORDS = {
  running: t('Moving…'),
  done: t('Done.'),
  canceled: t('Canceled: who was not moved stays.'),
};

function Progress({ move }: { move: PlanMove }) {
  const { state, total, moved, failed, passed_over, waiting } = move;
  const done = total - waiting;
  const counts = { done: formatNumber(done), total: formatNumber(total) };
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span role="status">
          {WORDS[state]} {t('{count} moved.', { count: formatNumber(moved) })}
        </span>
        {failed > 0 && (
          <Badge tone="danger">{t('{count} not moved', { count: formatNumber(failed) })}</Badge>
        )}
        {passed_over > 0 && (
          <Badge>{t('{count} passed over', { count: formatNumber(passed_over) })}</Badge>
        )}
        {waiting > 0 && (
          <Badge tone={state === 'running' ? 'accent' : 'neutral'}>
            {t('{count} left', { count: formatNumber(waiting) })}
          </Badge>
        )}
      </p>
      <div
        role="progressbar"
        aria-label={t('Progress of the move')}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        aria-valuetext={t('{done} of {total}', counts)}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className="h-full rounded-full bg-accent transition-[width]"
          style={{ width: `${total === 0 ? 100 : (done / total) * 100}%` }}
        />
      </div>
      {passed_over > 0 && (
        <p className="text-[0.8125rem] text-ink-soft">
          {t('Passed over: canceled, on another version, or to be moved just then already.')}
        </p>
      )}
    </>
  );
}

/** Stops one that runs; tries again what failed of one that is done. */
function MoveActions({ move: { id, state, failed } }: { move: PlanMove }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'cancel' | 'retry'>();
  async function post(): Promise<void> {
    await api(`/v1/plan-moves/${id}/${asking}`, { method: 'POST' });
    await queries.invalidateQueries({ queryKey: ['admin', 'plan-moves'] });
  }
  const close = (): void => setAsking(undefined);
  return (
    <>
      {state === 'running' && (
        <Button size="sm" onClick={() => setAsking('cancel')}>
          {t('Stop…')}
        </Button>
      )}
      {state === 'done' && failed > 0 && (
        <Button size="sm" onClick={() => setAsking('retry')}>
          {t('Try again…')}
        </Button>
      )}
      <ConfirmDialog
        open={asking === 'cancel'}
        onClose={close}
        onConfirm={post}
        danger
        title={t('Stop moving?')}
        confirmLabel={t('Stop moving')}
        consequence={t('Nobody else is moved. Who was moved, or is set to be, stays so.')}
      />
      <ConfirmDialog
        open={asking === 'retry'}
        onClose={close}
        onConfirm={post}
        title={t('Try those again who were not moved?')}
        confirmLabel={t('Try again')}
        consequence={t('Each has another turn; it goes on when this page is closed.')}
      />
    </>
  );
}

const COLUMNS: readonly Column<PlanMoveSubscription>[] = [
  SUBSCRIBER,
  {
    id: 'reason',
    header: t('Reason'),
    written: ({ detail }) => detail ?? '',
    cell: ({ detail }) => detail,
  },
  { id: 'at', header: t('Time'), cell: ({ at }) => at !== null && <Instant iso={at} /> },
];

function NotMoved({ move: { id, failed } }: { move: PlanMove }) {
  const rows = usePages<PlanMoveSubscription>({
    // Read anew with each one more.
    key: ['admin', 'plan-moves', id, 'failed', failed],
    path: `/v1/plan-moves/${id}/subscriptions`,
    query: { state: 'failed' },
  });
  return (
    <section aria-label={t('Not moved')}>
      <h3 className="text-[0.8125rem] font-semibold">{t('Not moved')}</h3>
      <Loaded query={rows} skeleton={<TableSkeleton rows={2} />}>
        {(known) => (
          <Table
            label={t('Not moved')}
            rows={known}
            columns={COLUMNS}
            rowId={({ subscription_id }) => subscription_id}
          />
        )}
      </Loaded>
      <LoadMore more={rows.more} />
    </section>
  );
}
