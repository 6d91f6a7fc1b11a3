import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type {
  Reconciliation,
  ShownDifference,
} from '@tollgate/billing-core/contract/reconciliation.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { NothingMatches } from '../kit/empty.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { RowsDrawer } from './reconciliation-rows.tsx';
import { KINDS, REPAIRS, sideText } from './reconciliation-words.ts';

const REFRESH_MS = 5_000;
const COLUMNS_MIN_PX = 860;
const LINK = 'py-0.5 text-accent underline-offset-4 hover:underline';

interface DifferencesProps {
  run: Reconciliation;
  path: string;
}

/** What differs, each with the rows behind it and what can be done about it. */
export function Differences({ run, path }: DifferencesProps) {
  const queries = useQueryClient();
  const [search, merge] = useUrlState();
  const customer = search['customer'];
  const key = ['admin', 'reconciliation', run.id, 'differences'];
  const differences = usePages<ShownDifference>({
    key,
    path: `${path}/differences`,
    query: { customer_id: customer },
    everyMs: REFRESH_MS,
  });
  const [repairing, setRepairing] = useState<ShownDifference>();
  const [shown, setShown] = useState<ShownDifference>();
  const [asked, setAsked] = useState<ReadonlySet<number>>(new Set());
  const columns = useMemo(
    () => columnsOf({ asked, onRepair: setRepairing, onRows: setShown }),
    [asked],
  );
  return (
    <Card
      title={t('Differences')}
      about={t('Nothing is changed before you say so.')}
      actions={
        customer !== undefined && (
          <Button size="sm" onClick={() => merge({ customer: undefined })}>
            {t('Of all customers')}
          </Button>
        )
      }
      flush
    >
      <Loaded query={differences} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <NothingMatches
              what={t('differences')}
              onClear={() => merge({ customer: undefined })}
            />
          ) : (
            <Table
              label={t('Differences')}
              rows={rows}
              columns={columns}
              rowId={({ position }) => String(position)}
              minWidth={COLUMNS_MIN_PX}
            />
          )
        }
      </Loaded>
      <LoadMore more={differences.more} />
      <RowsDrawer difference={shown} path={path} onClose={() => setShown(undefined)} />
      <RepairDialog
        difference={repairing}
        onClose={() => setRepairing(undefined)}
        onConfirm={async ({ position }) => {
          await api(`${path}/repairs`, { method: 'POST', body: { position } });
          setAsked((before) => new Set([...before, position]));
          await queries.invalidateQueries({ queryKey: key });
          toast.done(t('The repair was asked for'));
        }}
      />
    </Card>
  );
}

interface RepairDialogProps {
  difference: ShownDifference | undefined;
  onClose: () => void;
  onConfirm: (difference: ShownDifference) => Promise<void>;
}

/** Says what a repair does, and of what, before it is done. */
function RepairDialog({ difference, onClose, onConfirm }: RepairDialogProps) {
  const how = difference?.repair ? REPAIRS[difference.repair] : undefined;
  return (
    <ConfirmDialog
      open={difference !== undefined}
      onClose={onClose}
      title={t('{repair}?', { repair: how?.label ?? '' })}
      consequence={
        <>
          <p>{how?.consequence}</p>
          <p className="mt-2 wrap-anywhere">
            {difference?.customer?.name} · {difference && KINDS[difference.kind]}
          </p>
        </>
      }
      confirmLabel={how?.label ?? ''}
      danger={difference?.repair === 'void_double'}
      onConfirm={async () => {
        if (difference !== undefined) await onConfirm(difference);
      }}
    />
  );
}

interface Doing {
  /** Positions whose repair was asked for from here. */
  asked: ReadonlySet<number>;
  onRepair: (difference: ShownDifference) => void;
  onRows: (difference: ShownDifference) => void;
}

const columnsOf = ({ asked, onRepair, onRows }: Doing): Column<ShownDifference>[] => [
  {
    id: 'kind',
    header: t('What differs'),
    card: 'title',
    written: ({ kind }) => KINDS[kind],
    cell: ({ kind }) => KINDS[kind],
  },
  {
    id: 'customer',
    header: t('Customer'),
    written: ({ customer }) => customer?.name ?? '',
    cell: ({ customer }) =>
      customer === null ? (
        t('nobody here')
      ) : (
        <Link href={paths.adminCustomer(customer.id)} className={LINK}>
          {customer.name}
        </Link>
      ),
  },
  { id: 'subject', header: t('Of'), cell: (difference) => <Subject difference={difference} /> },
  {
    id: 'here',
    header: t('Here'),
    align: 'end',
    written: (difference) => sideText(difference, difference.here),
    cell: (difference) => sideText(difference, difference.here),
  },
  {
    id: 'there',
    header: t('There'),
    align: 'end',
    written: (difference) => sideText(difference, difference.there),
    cell: (difference) => sideText(difference, difference.there),
  },
  {
    id: 'do',
    header: t('Do'),
    quiet: true,
    align: 'end',
    cell: (difference) => (
      <span className="inline-flex flex-wrap items-center justify-end gap-2">
        <Button size="sm" onClick={() => onRows(difference)} aria-label={rowsLabel(difference)}>
          {t('Rows')}
        </Button>
        <RepairOf difference={difference} isAsked={asked} onRepair={onRepair} />
      </span>
    ),
  },
];

const rowsLabel = ({ position, kind }: ShownDifference): string =>
  t('Rows of difference {n}: {kind}', { n: position + 1, kind: KINDS[kind] });

interface RepairProps {
  difference: ShownDifference;
  isAsked: ReadonlySet<number>;
  onRepair: (difference: ShownDifference) => void;
}

function RepairOf({ difference, isAsked, onRepair }: RepairProps) {
  const { repair, repaired_at, position } = difference;
  if (repaired_at !== null) return <Badge tone="ok">{t('Repaired')}</Badge>;
  if (repair === null) {
    return <span className="text-[0.8125rem] text-ink-soft">{t('Somebody has to look')}</span>;
  }
  if (isAsked.has(position)) return <Badge tone="accent">{t('Being repaired')}</Badge>;
  return (
    <Button size="sm" tone="primary" onClick={() => onRepair(difference)}>
      {REPAIRS[repair].label}
    </Button>
  );
}

/** The invoice, or the meter and its day. */
function Subject({ difference }: { difference: ShownDifference }) {
  const { subject_id, kind, detail } = difference;
  const { line, day } = detail;
  if (kind === 'counts') {
    return (
      <span className="wrap-anywhere">
        <code className="font-mono text-xs">{subject_id}</code>
        {day !== undefined && `, ${day}`}
      </span>
    );
  }
  const name = line === undefined ? t('Invoice') : t('Invoice, line {n}', { n: Number(line) + 1 });
  if (kind === 'unknown_here') {
    return <code className="font-mono text-xs break-all">{subject_id}</code>;
  }
  return (
    <span className="flex flex-col">
      <Link href={paths.adminInvoice(subject_id)} className={LINK}>
        {name}
      </Link>
      {difference.period !== null && (
        <span className="text-xs text-ink-soft">{difference.period}</span>
      )}
    </span>
  );
}
