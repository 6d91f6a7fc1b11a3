import type { Figures } from '@tollgate/billing-core/contract/figures.ts';
import { formatInstant, formatNumber, formatPercent, formatSpan } from '../kit/format.ts';
import { paths } from '../kit/paths.ts';
import { Stat, Stats } from '../kit/stat.tsx';
import { t, tn } from '../kit/text.ts';

export const trafficLabels = (): string[] => [
  t('Requests, last 24 hours'),
  t('Failed upstream'),
  t('Wrong by the client'),
  t('Refused'),
];

/** A share of requests; without requests there is none. */
const shareOf = (part: number, whole: number): string | null =>
  whole === 0 ? null : formatPercent(part / whole);

/** How requests of the last day ended, of all customers. */
export function TrafficFigures({ traffic }: { traffic: Figures['traffic'] }) {
  const { requests, failed, client_errors: wrong, refused } = traffic;
  const [all = '', broken = '', bad = '', denied = ''] = trafficLabels();
  const none = t('no requests to speak of');
  const count = (n: number) =>
    tn(n, { one: 'live; {count} request', other: 'live; {count} requests' });
  return (
    <Stats>
      <Stat
        label={all}
        value={formatNumber(requests)}
        href={paths.adminUsage()}
        testId="requests"
        note={t('live, admitted')}
      />
      <Stat
        label={broken}
        value={shareOf(failed, requests)}
        href={paths.adminUsage()}
        testId="failed"
        note={requests === 0 ? none : count(failed)}
      />
      <Stat
        label={bad}
        value={shareOf(wrong, requests)}
        href={paths.adminUsage()}
        testId="wrong"
        note={requests === 0 ? none : count(wrong)}
      />
      <Stat
        label={denied}
        value={shareOf(refused, requests + refused)}
        testId="refused"
        note={
          requests + refused === 0
            ? none
            : t('live; {n} not admitted', {
                n: formatNumber(refused),
              })
        }
      />
    </Stats>
  );
}

export const ingestLabels = (): string[] => [
  t('Gateways behind by'),
  t('Batches to be added up'),
  t('Dead letters and gaps'),
  t('Books'),
];

type IngestProps = Pick<Figures, 'ingest' | 'books'>;

/** How complete the ledger is, and whether the books say the same. */
export function IngestFigures({ ingest, books }: IngestProps) {
  const { lag_ms: lag, furthest, unrolled_batches: unrolled, dead_letters, gaps } = ingest;
  const [behind = '', waiting = '', lost = '', same = ''] = ingestLabels();
  return (
    <Stats>
      <Stat
        label={behind}
        value={lag === null ? null : formatSpan(Math.max(0, lag) / 1000)}
        href={paths.adminGateways()}
        testId="lag"
        note={
          furthest === null
            ? t('no gateway is live')
            : t('live; {gateway} is furthest behind', { gateway: furthest.gateway })
        }
      />
      <Stat
        label={waiting}
        value={formatNumber(unrolled)}
        href={paths.adminGateways()}
        testId="unrolled"
        note={unrolled === 0 ? t('live; all are in the totals') : t('live')}
      />
      <Stat
        label={lost}
        value={formatNumber(dead_letters + gaps)}
        href={paths.adminGateways({ tab: 'lost' })}
        testId="lost"
        note={dead_letters + gaps === 0 ? t('nothing is known to be lost') : t('recorded')}
      />
      <Stat label={same} {...booksOf(books)} testId="books" />
    </Stats>
  );
}

function booksOf(books: Figures['books']) {
  if (books === null) {
    return { value: null, note: t('never compared'), href: paths.adminReconciliations };
  }
  const note = t('settled; compared {when}', { when: formatInstant(books.ended_at) });
  const href = paths.adminReconciliation(books.id);
  if (books.state === 'failed') return { value: null, note: t('could not be compared'), href };
  return {
    value:
      books.differing === 0
        ? t('the same')
        : tn(books.differing, { one: '{count} differs', other: '{count} differ' }),
    note,
    href,
  };
}
