import type { DeadLetter, UsageGapState } from '@tollgate/billing-core/contract/gateway-state.ts';
import { Badge } from '../kit/badge.tsx';
import { formatNumber } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';

const REFRESH_MS = 30_000;
const COLUMNS_MIN_PX = 640;

const boot = {
  id: 'boot',
  header: t('Boot'),
  card: 'title',
  written: (row: { boot: string }) => row.boot,
  cell: (row: { boot: string }) => <code className="font-mono text-xs">{row.boot}</code>,
} as const;
const when = {
  id: 'when',
  header: t('Noticed'),
  align: 'end',
  cell: (row: { created_at: string }) => <Instant iso={row.created_at} />,
} as const;
const reason = {
  id: 'reason',
  header: t('Reason'),
  written: (row: { reason: string }) => row.reason,
  cell: (row: { reason: string }) => row.reason,
} as const;

const GAPS: readonly Column<UsageGapState>[] = [
  boot,
  reason,
  { id: 'requests', header: t('Its requests'), cell: rangeOf },
  when,
];

function rangeOf({ first_frame, last_frame }: UsageGapState): string {
  if (first_frame === null || last_frame === null) return t('unknown');
  const [first, last] = [formatNumber(first_frame), formatNumber(last_frame)];
  return first === last ? first : t('{first} to {last}', { first, last });
}

const LETTERS: readonly Column<DeadLetter>[] = [
  boot,
  reason,
  { id: 'batch', header: t('Batch'), align: 'end', cell: (row) => formatNumber(row.sequence) },
  { id: 'bytes', header: t('Bytes'), align: 'end', cell: (row) => formatNumber(row.bytes) },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ resolution }) => {
      if (resolution === 'recorded') return <Badge tone="ok">{t('Recorded')}</Badge>;
      if (resolution === 'discarded') return <Badge>{t('Discarded')}</Badge>;
      return <Badge tone="warn">{t('Open')}</Badge>;
    },
  },
  when,
];

/** Usage that is known to be lost: never silently. */
export function Gaps() {
  return (
    <Lost<UsageGapState>
      title={t('Gaps')}
      about={t('Usage that is known to be lost or unreadable. Normally there is none.')}
      none={t('No gap is known.')}
      path="/v1/usage/gaps"
      columns={GAPS}
      rowId={(row) => `${row.boot} ${row.reason} ${row.first_frame} ${row.created_at}`}
    />
  );
}

/** Batches that core could not read, kept whole. */
export function DeadLetters() {
  return (
    <Lost<DeadLetter>
      title={t('Dead letters')}
      about={t('Batches that could not be read, kept whole. Not billed unless recorded after all.')}
      none={t('No batch was unreadable.')}
      path="/v1/usage/dead-letters"
      columns={LETTERS}
      rowId={(row) => `${row.boot} ${row.sequence}`}
    />
  );
}

interface LostProps<Row> {
  title: string;
  about: string;
  none: string;
  path: string;
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
}

function Lost<Row extends object>(props: LostProps<Row>) {
  const { title, about, none, path, columns, rowId } = props;
  const rows = usePages<Row>({ key: ['admin', 'lost', path], path, everyMs: REFRESH_MS });
  return (
    <Card title={title} about={about} flush>
      <Loaded query={rows} skeleton={<TableSkeleton rows={2} />}>
        {(known) =>
          known.length === 0 ? (
            <p className="px-4 pb-4 text-ink-soft sm:px-5">{none}</p>
          ) : (
            <Table
              label={title}
              rows={known}
              columns={columns}
              rowId={rowId}
              minWidth={COLUMNS_MIN_PX}
            />
          )
        }
      </Loaded>
      <LoadMore more={rows.more} />
    </Card>
  );
}
