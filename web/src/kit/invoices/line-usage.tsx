import { useState } from 'react';
import type { InvoiceLine } from '@tollgate/billing-core/contract/invoice.ts';
import type { LineEntry, LineStep } from '@tollgate/billing-core/contract/invoice-usage.ts';
import { Button } from '../button.tsx';
import { Dialog } from '../dialog.tsx';
import { formatInstant, formatNumber } from '../format.ts';
import { LoadMore, usePages } from '../pages.tsx';
import { Loaded } from '../query.tsx';
import { TableSkeleton } from '../skeleton.tsx';
import { Table, type Column } from '../table.tsx';
import { t } from '../text.ts';

const ENTRIES_MIN_PX = 520;

interface LineUsageProps {
  /** The invoice's own path in the API. */
  path: string;
  line: InvoiceLine | undefined;
  onClose: () => void;
}

/** From a usage line down to the ledger: its hours, the minutes of one, the entries of one. */
export function LineUsage({ path, line, onClose }: LineUsageProps) {
  return (
    <Dialog
      open={line !== undefined}
      onClose={onClose}
      place="side"
      title={t('Usage behind the line')}
      about={line?.description}
    >
      {line !== undefined && (
        <Levels key={line.position} path={`${path}/lines/${line.position}`} line={line} />
      )}
    </Dialog>
  );
}

function Levels({ path, line }: { path: string; line: InvoiceLine }) {
  const [hour, setHour] = useState<string>();
  const [minute, setMinute] = useState<string>();
  const unit = line.meter?.unit ?? '';
  if (minute !== undefined) {
    return (
      <Level title={formatInstant(minute)} up={t('Minutes')} onUp={() => setMinute(undefined)}>
        <Entries path={path} minute={minute} unit={unit} />
      </Level>
    );
  }
  if (hour !== undefined) {
    return (
      <Level title={formatInstant(hour)} up={t('Hours')} onUp={() => setHour(undefined)}>
        <Steps path={`${path}/minutes`} query={{ hour }} unit={unit} onOpen={setMinute} />
      </Level>
    );
  }
  return <Steps path={`${path}/hours`} query={{}} unit={unit} onOpen={setHour} />;
}

interface LevelProps {
  title: string;
  up: string;
  onUp: () => void;
  children: React.ReactNode;
}

function Level({ title, up, onUp, children }: LevelProps) {
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <Button size="sm" onClick={onUp}>
          {t('Back to {level}', { level: up.toLowerCase() })}
        </Button>
        <h3 className="text-sm font-semibold">{title}</h3>
      </div>
      {children}
    </>
  );
}

interface StepsProps {
  path: string;
  query: Record<string, string>;
  unit: string;
  onOpen: (start: string) => void;
}

function Steps({ path, query, unit, onOpen }: StepsProps) {
  const steps = usePages<LineStep>({ key: ['line-usage', path], path, query });
  const columns: readonly Column<LineStep>[] = [
    {
      id: 'start',
      header: t('From'),
      card: 'title',
      cell: ({ start }) => (
        <button
          type="button"
          className="cursor-pointer py-0.5 text-accent underline-offset-4 hover:underline"
          onClick={() => onOpen(start)}
        >
          {formatInstant(start)}
        </button>
      ),
    },
    {
      id: 'requests',
      header: t('Requests'),
      align: 'end',
      cell: ({ requests }) => formatNumber(requests),
    },
    {
      id: 'quantity',
      header: t('Quantity ({unit})', { unit }),
      align: 'end',
      cell: ({ quantity }) => formatNumber(quantity),
    },
  ];
  return (
    <>
      <Loaded query={steps} skeleton={<TableSkeleton />}>
        {(rows) => (
          <Table
            label={t('Usage')}
            rows={rows}
            columns={columns}
            rowId={({ start }) => start}
            minWidth={320}
          />
        )}
      </Loaded>
      <LoadMore more={steps.more} />
    </>
  );
}

type Placed = LineEntry & { at: number };

function Entries({ path, minute, unit }: { path: string; minute: string; unit: string }) {
  const entries = usePages<LineEntry>({
    key: ['line-usage', path, 'entries'],
    path: `${path}/entries`,
    query: { minute },
  });
  const columns: readonly Column<Placed>[] = [
    {
      id: 'batch',
      header: t('Batch'),
      card: 'title',
      written: ({ boot, sequence }) => `${boot} ${sequence}`,
      cell: ({ boot, sequence }) => (
        <code className="font-mono text-xs">
          {boot} · {sequence}
        </code>
      ),
    },
    {
      id: 'roll',
      header: t('Roll'),
      align: 'end',
      cell: ({ roll }) => roll,
    },
    {
      id: 'outcome',
      header: t('Outcome'),
      cell: ({ outcome }) => outcome,
    },
    {
      id: 'quantity',
      header: t('Quantity ({unit})', { unit }),
      align: 'end',
      cell: ({ quantity }) => formatNumber(quantity),
    },
  ];
  return (
    <>
      <Loaded query={entries} skeleton={<TableSkeleton />}>
        {(rows) => (
          <Table
            label={t('Ledger entries')}
            rows={rows.map((row, at) => ({ ...row, at }))}
            columns={columns}
            rowId={({ at }) => String(at)}
            minWidth={ENTRIES_MIN_PX}
          />
        )}
      </Loaded>
      <LoadMore more={entries.more} />
    </>
  );
}
