import { useMemo } from 'react';
import type { RequestRecord } from '@tollgate/billing-core/contract/request-log.ts';
import { Badge } from '../kit/badge.tsx';
import { formatInstantExact } from '../kit/format.ts';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Ago } from '../kit/time.tsx';
import { durationInWords, toneOf, unitsInWords } from './request-words.ts';

const COLUMNS_MIN_PX = 760;

interface LogTableProps {
  rows: readonly RequestRecord[];
  onOpen: (row: RequestRecord) => void;
}

/** Requests under columns; each opens with all that is known of it. */
export function LogTable({ rows, onOpen }: LogTableProps) {
  const columns = useMemo(() => columnsOf(onOpen), [onOpen]);
  return (
    <Table
      label={t('Requests')}
      rows={rows}
      columns={columns}
      rowId={(row) => row.number}
      minWidth={COLUMNS_MIN_PX}
    />
  );
}

/** The status, and why there is none, or who says so. */
export function StatusBadge({ row }: { row: RequestRecord }) {
  return (
    <Badge tone={toneOf(row)}>
      {row.status ?? t('left')}
      {row.reason !== null && ` ${t('refused')}`}
    </Badge>
  );
}

function columnsOf(onOpen: (row: RequestRecord) => void): Column<RequestRecord>[] {
  return [
    {
      id: 'request',
      header: t('Request'),
      card: 'title',
      cell: (row) => (
        <button
          type="button"
          onClick={() => onOpen(row)}
          className="text-left font-mono text-xs wrap-anywhere underline-offset-2 hover:underline"
          aria-label={t('Open {method} {path}, {at}', {
            method: row.method,
            path: row.path,
            at: formatInstantExact(row.at),
          })}
        >
          <span className="text-ink-soft">{row.method}</span> {row.path}
        </button>
      ),
    },
    {
      id: 'status',
      header: t('Status'),
      card: 'corner',
      cell: (row) => <StatusBadge row={row} />,
    },
    {
      id: 'route',
      header: t('Route'),
      cell: (row) => row.route?.name ?? '—',
      written: (row) => row.route?.name ?? '',
    },
    {
      id: 'key',
      header: t('Key'),
      cell: (row) => (row.key === null ? '—' : `${row.key.name} …${row.key.last4}`),
      written: (row) => row.key?.name ?? '',
    },
    {
      id: 'took',
      header: t('Took'),
      align: 'end',
      cell: (row) => durationInWords(row.duration_ms),
    },
    { id: 'units', header: t('Counted'), align: 'end', cell: unitsInWords },
    { id: 'at', header: t('When'), align: 'end', cell: (row) => <Ago iso={row.at} /> },
  ];
}
