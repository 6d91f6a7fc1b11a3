import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { FailedJob, JobKind } from '@tollgate/billing-core/contract/job.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button, ButtonLink } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { formatNumber } from '../kit/format.ts';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded, onceKnown } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Ago, Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

const REFRESH_MS = 10_000;
const COLUMNS_MIN_PX = 680;

const KINDS: readonly Column<JobKind>[] = [
  {
    id: 'name',
    header: t('Job'),
    card: 'title',
    written: ({ name }) => name,
    cell: ({ name }) => <code className="font-mono text-xs">{name}</code>,
  },
  {
    id: 'failed',
    header: t('Failed'),
    card: 'corner',
    cell: ({ failed }) =>
      failed > 0 ? (
        <Badge tone="danger">{t('{n} failed', { n: formatNumber(failed) })}</Badge>
      ) : (
        <Badge>{t('None failed')}</Badge>
      ),
  },
  {
    id: 'cron',
    header: t('Schedule (UTC)'),
    cell: ({ cron }) => cron ?? <span className="text-ink-soft">{t('when asked for')}</span>,
  },
  { id: 'waiting', header: t('Waiting'), align: 'end', cell: (job) => formatNumber(job.waiting) },
  { id: 'running', header: t('Running'), align: 'end', cell: (job) => formatNumber(job.running) },
  {
    id: 'last',
    header: t('Last done'),
    align: 'end',
    cell: ({ last_completed_at }) =>
      last_completed_at === null ? '–' : <Ago iso={last_completed_at} />,
  },
];

/** Work apart from requests: what waits and runs, and what failed and waits for a decision. */
export function JobsPage() {
  const kinds = useQuery({
    queryKey: ['admin', 'jobs'],
    queryFn: ({ signal }) => api<{ data: JobKind[] }>('/v1/jobs', { signal }),
    refetchInterval: onceKnown(REFRESH_MS),
  });
  return (
    <>
      <PageHeader
        title={t('Jobs')}
        about={t('Work apart from requests, such as closing periods. Each may safely run again.')}
        actions={<ButtonLink href={paths.adminRetention}>{t('Retention')}</ButtonLink>}
      />
      <div className="flex flex-col gap-5">
        <FailedJobs />
        <Card title={t('Kinds')} flush>
          <Loaded query={kinds} skeleton={<TableSkeleton rows={3} />}>
            {({ data }) => (
              <Table
                label={t('Kinds of jobs')}
                rows={data}
                columns={KINDS}
                rowId={({ name }) => name}
                minWidth={COLUMNS_MIN_PX}
              />
            )}
          </Loaded>
        </Card>
      </div>
    </>
  );
}

/** Jobs that failed after all their tries: each is retried or discarded by somebody. */
function FailedJobs() {
  const queries = useQueryClient();
  const key = ['admin', 'failed-jobs'];
  const jobs = usePages<FailedJob>({ key, path: '/v1/failed-jobs', everyMs: REFRESH_MS });
  const [discarding, setDiscarding] = useState<FailedJob>();
  const decide = async (job: FailedJob, decision: 'retry' | 'discard'): Promise<void> => {
    await api(`/v1/failed-jobs/${job.id}/${decision}`, { method: 'POST' });
    await queries.invalidateQueries({ queryKey: ['admin'] });
    toast.done(decision === 'retry' ? t('Job sent again') : t('Job discarded'));
  };
  const [retrying, setRetrying] = useState<FailedJob>();
  const columns = useMemo(() => failedColumns(setRetrying, setDiscarding), []);
  return (
    <Card title={t('Failed')} about={t('After all their tries. They wait for a decision.')} flush>
      <Loaded query={jobs} skeleton={<TableSkeleton rows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 pb-4 text-ink-soft sm:px-5">{t('No job has failed.')}</p>
          ) : (
            <Table
              label={t('Failed jobs')}
              rows={rows}
              columns={columns}
              rowId={({ id }) => id}
              minWidth={COLUMNS_MIN_PX}
            />
          )
        }
      </Loaded>
      <LoadMore more={jobs.more} />
      <ConfirmDialog
        open={retrying !== undefined}
        onClose={() => setRetrying(undefined)}
        title={t('Retry {name}?', { name: retrying?.name ?? '' })}
        consequence={t('It starts anew, with all its tries.')}
        confirmLabel={t('Retry job')}
        onConfirm={async () => {
          if (retrying) await decide(retrying, 'retry');
        }}
      />
      <ConfirmDialog
        open={discarding !== undefined}
        onClose={() => setDiscarding(undefined)}
        title={t('Discard {name}?', { name: discarding?.name ?? '' })}
        consequence={t('It is not done any more. What it was stays in the audit trail.')}
        confirmLabel={t('Discard job')}
        danger
        onConfirm={async () => {
          if (discarding) await decide(discarding, 'discard');
        }}
      />
    </Card>
  );
}

const dataText = ({ data }: FailedJob): string => Object.values(data).join(' ');

const failedColumns = (
  onRetry: (job: FailedJob) => void,
  onDiscard: (job: FailedJob) => void,
): Column<FailedJob>[] => [
  {
    id: 'name',
    header: t('Job'),
    card: 'title',
    written: (job) => `${job.name} ${dataText(job)}`,
    cell: (job) => (
      <code className="font-mono text-xs">
        {job.name} {dataText(job)}
      </code>
    ),
  },
  {
    id: 'reason',
    header: t('Reason'),
    written: ({ reason }) => reason,
    cell: ({ reason }) => reason,
  },
  { id: 'tries', header: t('Tries'), align: 'end', cell: ({ tries }) => formatNumber(tries) },
  {
    id: 'when',
    header: t('Failed at'),
    align: 'end',
    cell: ({ failed_at }) => <Instant iso={failed_at} />,
  },
  {
    id: 'do',
    header: t('Decide'),
    align: 'end',
    cell: (job) => (
      <span className="inline-flex flex-wrap justify-end gap-2">
        <Button size="sm" onClick={() => onRetry(job)}>
          {t('Retry')}
        </Button>
        <Button size="sm" onClick={() => onDiscard(job)}>
          {t('Discard')}
        </Button>
      </span>
    ),
  },
];
