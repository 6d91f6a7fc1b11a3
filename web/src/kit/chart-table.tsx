import type { ChartProps, Point } from './chart.tsx';
import { formatNumber } from './format.ts';
import { Table, type Column } from './table.tsx';
import { t } from './text.ts';

const CHART_COLUMNS_MIN_PX = 300;

/** A chart's figures, newest first. */
export function ChartTable({ title, series, points, beforeLabel }: ChartProps) {
  const columns: Column<Point>[] = [
    { id: 'at', header: t('Time'), cell: (point) => point.label, card: 'title' },
    ...series.map((one): Column<Point> => ({
      id: one.id,
      header: one.label,
      align: 'end',
      cell: (point) => formatNumber(point.values[one.id] ?? 0),
    })),
    ...(beforeLabel === undefined ? [] : [beforeColumn(beforeLabel)]),
  ];
  return (
    <Table
      label={title}
      rows={points.toReversed()}
      columns={columns}
      rowId={(point) => point.start}
      minWidth={CHART_COLUMNS_MIN_PX}
    />
  );
}

const beforeColumn = (header: string): Column<Point> => ({
  id: 'before',
  header,
  align: 'end',
  cell: ({ before }) => (before === undefined ? '–' : formatNumber(before)),
});
