import { ChartNoAxesColumn } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import type { UsageInterval, UsageRow } from '../api-types.ts';
import { Button } from '../button.tsx';
import { DownloadCsv, type ListFile } from '../download.tsx';
import { FirstUse, NothingMatches } from '../empty.tsx';
import { formatDate, formatInstant, formatNumber } from '../format.ts';
import { useUrlState } from '../link.tsx';
import { Card } from '../page.tsx';
import { Table, type Column } from '../table.tsx';
import { t, tn } from '../text.ts';
import { groupOf } from './filters.tsx';
import { groupLabel } from './series.ts';

const COLUMNS_MIN_PX = 520;
const ROWS_AT_ONCE = 24;

interface RowsProps {
  report: UsageSeries;
  file: ListFile;
  /** Whether a row leads to the ledger entries behind it. */
  drills: boolean;
}

/** The chart's figures as rows; each leads to the ledger entries it is made of. */
export function UsageRows({ report, file, drills }: RowsProps) {
  const [search, merge] = useUrlState();
  const [shown, setShown] = useState(ROWS_AT_ONCE);
  const rows = useMemo(() => report.data.toReversed(), [report.data]);
  const grouped = groupOf(search['group_by']) !== 'none';
  const { interval } = report;
  const columns = useMemo(
    () =>
      columnsOf({ grouped, interval, drills }, (row) =>
        merge({ entries: row.start, of: row.group?.id, roll: report.roll }),
      ),
    [grouped, interval, drills, merge, report.roll],
  );
  const filtered = search['key_id'] !== undefined || search['route_id'] !== undefined;
  const hidden = rows.length - shown;
  if (rows.length === 0 && filtered) {
    const clear = { key_id: undefined, route_id: undefined };
    return (
      <Card>
        <NothingMatches what={t('requests')} onClear={() => merge(clear)} />
      </Card>
    );
  }
  return (
    <Card
      title={t('Figures')}
      about={drills && t('A row opens the ledger entries behind it.')}
      actions={rows.length > 0 && <DownloadCsv file={file} />}
      flush
    >
      {rows.length === 0 ? (
        <FirstUse
          icon={<ChartNoAxesColumn aria-hidden />}
          title={t('No usage in this range')}
          about={t('Requests appear here within two seconds after they were answered.')}
        />
      ) : (
        <Table
          label={t('Figures')}
          rows={rows.slice(0, shown)}
          columns={columns}
          rowId={(row) => `${row.start} ${row.group?.id ?? ''}`}
          minWidth={COLUMNS_MIN_PX}
        />
      )}
      {hidden > 0 && (
        <div className="flex justify-center border-t border-line p-3">
          <Button size="sm" onClick={() => setShown(shown + ROWS_AT_ONCE)}>
            {tn(hidden, { one: 'Show {count} more row', other: 'Show more of {count} rows' })}
          </Button>
        </div>
      )}
    </Card>
  );
}

interface Look {
  grouped: boolean;
  interval: UsageInterval;
  /** Whether a row leads to the ledger entries behind it. */
  drills: boolean;
}

function columnsOf(
  { grouped, interval, drills }: Look,
  open: (row: UsageRow) => void,
): Column<UsageRow>[] {
  const group: Column<UsageRow> = {
    id: 'group',
    header: t('Group'),
    cell: (row) => <Group label={row.group === null ? t('All') : groupLabel(row.group)} />,
  };
  return [
    {
      id: 'start',
      header: t('Time'),
      card: 'title',
      cell: (row) => (
        <button
          type="button"
          disabled={!drills}
          onClick={() => open(row)}
          className="figures py-0.5 font-medium whitespace-nowrap enabled:text-accent underline-offset-4 enabled:hover:underline"
        >
          {interval === 'day' ? formatDate(row.start) : formatInstant(row.start)}
        </button>
      ),
    },
    ...(grouped ? [group] : []),
    {
      id: 'requests',
      header: t('Requests'),
      align: 'end',
      cell: (row) => formatNumber(row.requests),
    },
    {
      id: 'quantity',
      header: t('Quantity'),
      align: 'end',
      cell: (row) => formatNumber(row.quantity),
    },
    {
      id: 'billable',
      header: t('Billable'),
      align: 'end',
      cell: (row) => formatNumber(row.billable_quantity),
    },
  ];
}

/** Figures are what the row is about: a long name of a route or a key is cut. */
function Group({ label }: { label: string }) {
  return (
    <span title={label} className="line-clamp-2 min-w-20 wrap-anywhere">
      {label}
    </span>
  );
}
