import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Scale } from 'lucide-react';
import type { Reconciliation } from '@tollgate/billing-core/contract/reconciliation.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { randomToken } from '../kit/clock.ts';
import { FirstUse } from '../kit/empty.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatDate, formatInstant, formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { useNow } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { differingOf, RUN_STATES } from './reconciliation-words.ts';

const REFRESH_MS = 3_000;
const COLUMNS_MIN_PX = 640;
/** One whose core died is taken up again; one that is older came to no end. */
const RUNNING_MAX_MS = 3_600_000;

/** How far a comparison is, or how it ended. */
export function RunState({ run }: { run: Reconciliation }) {
  const { tone, label } = RUN_STATES[run.state];
  if (run.state !== 'running') return <Badge tone={tone}>{label}</Badge>;
  const done = tn(run.stages.length, {
    one: '{count} stage compared',
    other: '{count} stages compared',
  });
  return <Badge tone={tone}>{done}</Badge>;
}

const COLUMNS: readonly Column<Reconciliation>[] = [
  {
    id: 'when',
    header: t('Compared'),
    card: 'title',
    cell: ({ id, began_at }) => (
      <Link
        href={paths.adminReconciliation(id)}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {formatInstant(began_at)}
      </Link>
    ),
  },
  { id: 'state', header: t('State'), card: 'corner', cell: (run) => <RunState run={run} /> },
  {
    id: 'drift',
    header: t('Differences'),
    align: 'end',
    cell: (run) =>
      run.state === 'running' || run.state === 'failed' ? '–' : formatNumber(differingOf(run)),
  },
  { id: 'since', header: t('Looks back to'), cell: ({ since }) => formatDate(since) },
  {
    id: 'by',
    header: t('Asked for by'),
    written: ({ requested_by }) => requested_by,
    cell: ({ requested_by }) =>
      requested_by === 'reconciliation' ? (
        t('each night')
      ) : (
        <code className="font-mono text-xs break-all">{requested_by}</code>
      ),
  },
];

/** The books side by side: each comparison, and the button for one now. */
export function ReconciliationsPage() {
  const runs = usePages<Reconciliation>({
    key: ['admin', 'reconciliations'],
    path: '/v1/reconciliations',
    everyMs: REFRESH_MS,
  });
  const begin = useBegin();
  const now = useNow(REFRESH_MS);
  const [last] = runs.data ?? [];
  const isRunning = last?.state === 'running' && now - Date.parse(last.began_at) < RUNNING_MAX_MS;
  const button = (
    <Button
      tone="primary"
      busy={begin.isPending || isRunning}
      onClick={() => begin.mutate(randomToken())}
    >
      {t('Reconcile now')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('Reconciliation')}
        about={t('Gateway counts = ledger = rated = invoiced = Stripe, compared each night.')}
        actions={runs.data !== undefined && runs.data.length > 0 && button}
      />
      {begin.isError && (
        <div className="mb-4">
          <FormProblem error={begin.error} />
        </div>
      )}
      <Card flush>
        <Loaded query={runs} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<Scale aria-hidden />}
                title={t('The books were never compared')}
                about={t(
                  'Each book is compared with the one before it, for each customer and month. ' +
                    'What differs is named, and nothing is changed before you say so.',
                )}
                action={button}
              />
            ) : (
              <Table
                label={t('Reconciliations')}
                rows={rows}
                columns={COLUMNS}
                rowId={({ id }) => id}
                minWidth={COLUMNS_MIN_PX}
              />
            )
          }
        </Loaded>
        <LoadMore more={runs.more} />
      </Card>
    </>
  );
}

function useBegin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (idempotencyKey: string) =>
      api<Reconciliation>('/v1/reconciliations', { method: 'POST', idempotencyKey }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['admin', 'reconciliations'] });
      toast.done(t('The books are being compared'));
    },
  });
}
