import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type {
  Reconciliation,
  Repair,
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
  const [repairing, setRepairing] = useState<Wanted>();
  const [shown, setShown] = useState<ShownDifference>();
  const columns = useMemo(() => columnsOf({ onRepair: setRepairing, onRows: setShown }), []);
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
        wanted={repairing}
        onClose={() => setRepairing(undefined)}
        onConfirm={async ({ difference: { position }, repair }) => {
          await api(`${path}/repairs`, { method: 'POST', body: { position, repair } });
          await queries.invalidateQueries({ queryKey: key });
          toast.done(t('The repair was asked for'));
        }}
      />
    </Card>
  );
}

interface Wanted {
  difference: ShownDifference;
  repair: Repair;
}

interface RepairDialogProps {
  wanted: Wanted | undefined;
  onClose: () => void;
  onConfirm: (wanted: Wanted) => Promise<void>;
}

const IS_FINAL: readonly Repair[] = ['void_double', 'refund_over', 'refund_void', 'credit_rest'];

/** Says what a repair does, and of what, before it is done. */
function RepairDialog({ wanted, onClose, onConfirm }: RepairDialogProps) {
  const { difference, repair } = wanted ?? {};
  const how = repair && REPAIRS[repair];
  return (
    <ConfirmDialog
      open={wanted !== undefined}
      onClose={onClose}
      title={t('{repair}?', { repair: how?.label ?? '' })}
      consequence={
        <>
          <p>{how?.consequence}</p>
          <p className="mt-2 wrap-anywhere">
            {difference?.customer?.name} · {difference && KINDS[difference.kind]}
            {difference !== undefined && ` · ${gapText(difference)}`}
          </p>
        </>
      }
      confirmLabel={how?.label ?? ''}
      danger={repair !== undefined && IS_FINAL.includes(repair)}
      onConfirm={async () => {
        if (wanted !== undefined) await onConfirm(wanted);
      }}
    />
  );
}

/** Both sides, as the table has them. */
const gapText = (difference: ShownDifference): string =>
  t('{here} here, {there} there', {
    here: sideText(difference, difference.here),
    there: sideText(difference, difference.there),
  });

interface Doing {
  onRepair: (wanted: Wanted) => void;
  onRows: (difference: ShownDifference) => void;
}

const columnsOf = ({ onRepair, onRows }: Doing): Column<ShownDifference>[] => [
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
        <RepairOf difference={difference} onRepair={onRepair} />
      </span>
    ),
  },
];

const rowsLabel = ({ position, kind }: ShownDifference): string =>
  t('Rows of difference {n}: {kind}', { n: position + 1, kind: KINDS[kind] });

interface RepairProps {
  difference: ShownDifference;
  onRepair: (wanted: Wanted) => void;
}

/** What can be done about it, and what became of that. */
function RepairOf({ difference, onRepair }: RepairProps) {
  const { repairs, repaired_at, repair_said: said, repairing } = difference;
  if (repaired_at !== null) return <Badge tone="ok">{t('Repaired')}</Badge>;
  if (repairs.length === 0) {
    return <span className="text-[0.8125rem] text-ink-soft">{t('Somebody has to look')}</span>;
  }
  if (repairing) return <Badge tone="accent">{t('Being repaired')}</Badge>;
  return (
    <>
      {repairs.map((repair, at) => (
        <Button
          key={repair}
          size="sm"
          tone={at === 0 ? 'primary' : 'plain'}
          onClick={() => onRepair({ difference, repair })}
        >
          {REPAIRS[repair].label}
        </Button>
      ))}
      {said !== '' && (
        <span className="max-w-72 text-[0.8125rem] wrap-anywhere text-danger">
          {t('The repair changed nothing: {said}', { said })}
        </span>
      )}
    </>
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
