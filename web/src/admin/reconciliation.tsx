import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { Reconciliation } from '@tollgate/billing-core/contract/reconciliation.ts';
import { api, apiUrl } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { buttonClass } from '../kit/button.tsx';
import { formatDate, formatInstant, formatNumber } from '../kit/format.ts';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { Differences } from './reconciliation-differences.tsx';
import { CustomerTotalsCard } from './reconciliation-totals.tsx';
import { differingOf, STAGES, stageTexts } from './reconciliation-words.ts';
import { RunState } from './reconciliations.tsx';

const REFRESH_MS = 2_000;
const COLUMNS_MIN_PX = 680;

/** One comparison of the books: each stage, what differs, and what each customer has in each. */
export function ReconciliationPage() {
  const { reconciliationId = '' } = useParams({ strict: false });
  const path = `/v1/reconciliations/${encodeURIComponent(reconciliationId)}`;
  const run = useQuery({
    queryKey: ['admin', 'reconciliation', reconciliationId],
    queryFn: ({ signal }) => api<Reconciliation>(path, { signal }),
    // What has ended stays as it is.
    refetchInterval: ({ state: { data } }) => (data?.state === 'running' ? REFRESH_MS : false),
  });
  return (
    <Loaded query={run} skeleton={<FactsSkeleton />}>
      {(known) => (
        <>
          <PageHeader
            title={t('Reconciliation of {time}', { time: formatInstant(known.began_at) })}
            back={{ href: paths.adminReconciliations, label: t('Reconciliation') }}
            about={<RunState run={known} />}
            actions={
              known.state === 'different' &&
              known.pruned_at === null && (
                <a href={apiUrl(`${path}/differences.csv`)} download className={buttonClass({})}>
                  <Download aria-hidden />
                  {t('Differences as CSV')}
                </a>
              )
            }
          />
          <div className="flex flex-col gap-5">
            <Outcome run={known} />
            {known.stages.length > 0 && <Stages run={known} />}
            <Details run={known} path={path} />
          </div>
        </>
      )}
    </Loaded>
  );
}

/** What differs and what each customer has, as long as that is kept. */
function Details({ run, path }: { run: Reconciliation; path: string }) {
  const { state, pruned_at } = run;
  if (state !== 'different' && state !== 'clean') return null;
  if (pruned_at !== null) {
    return (
      <p className="text-ink-soft">
        {t('Its differences and what each customer had are kept for 92 days.')}
      </p>
    );
  }
  return (
    <>
      {state === 'different' && <Differences run={run} path={path} />}
      <CustomerTotalsCard run={run} path={path} />
    </>
  );
}

/** In a sentence what came of it, and what had been compared. */
function Outcome({ run }: { run: Reconciliation }) {
  const { state, said, since, ended_at, told_at, stages } = run;
  const compared = stages.reduce((all, stage) => all + stage.compared, 0);
  const differing = differingOf(run);
  const facts = { n: formatNumber(compared), since: formatDate(since) };
  const sentence = {
    running: t('The books are being compared. This page follows.'),
    clean: t('All books say the same: {n} figures were compared, since {since}.', facts),
    different: `${tn(differing, {
      one: '{count} difference was found.',
      other: '{count} differences were found.',
    })} ${t('{n} figures were compared, since {since}. Nothing was repaired.', facts)}`,
    failed: t('The books could not be compared, and nobody knows whether they say the same.'),
  }[state];
  return (
    <Card>
      <p role="status">{sentence}</p>
      {state === 'failed' && <p className="mt-1 wrap-anywhere text-danger">{said}</p>}
      <p className="mt-1 text-[0.8125rem] text-ink-soft">
        {ended_at !== null && (
          <>
            {t('Ended')} <Instant iso={ended_at} />.{' '}
          </>
        )}
        {told_at !== null
          ? t('Admins were told by e-mail.')
          : state === 'different'
            ? t('Nothing that admins were not told before.')
            : ''}
      </p>
    </Card>
  );
}

type StageRow = Reconciliation['stages'][number];

const side = (stage: StageRow, of: 'here' | 'there') => (
  <span className="flex flex-col">
    <span className="text-xs text-ink-soft">{STAGES[stage.stage][of]}</span>
    {stageTexts(stage, of).map((text) => (
      <span key={text}>{text}</span>
    ))}
  </span>
);

const COLUMNS: readonly Column<StageRow>[] = [
  { id: 'stage', header: t('Stage'), card: 'title', cell: ({ stage }) => STAGES[stage].title },
  {
    id: 'state',
    header: t('Differences'),
    card: 'corner',
    cell: ({ differing }) =>
      differing === 0 ? (
        <Badge tone="ok">{t('the same')}</Badge>
      ) : (
        <Badge tone="danger">{t('{n} differ', { n: formatNumber(differing) })}</Badge>
      ),
  },
  {
    id: 'compared',
    header: t('Compared'),
    align: 'end',
    cell: ({ compared }) => formatNumber(compared),
  },
  { id: 'there', header: t('One side'), align: 'end', cell: (stage) => side(stage, 'there') },
  { id: 'here', header: t('The other'), align: 'end', cell: (stage) => side(stage, 'here') },
];

function Stages({ run }: { run: Reconciliation }) {
  return (
    <Card title={t('Stages')} about={t('Each book beside the one before it.')} flush>
      <Table
        label={t('Stages')}
        rows={run.stages}
        columns={COLUMNS}
        rowId={({ stage }) => stage}
        minWidth={COLUMNS_MIN_PX}
      />
    </Card>
  );
}
