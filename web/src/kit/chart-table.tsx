import type { ChartProps, Point } from './chart.tsx';
import { plainNumber, type CsvTable } from './csv.ts';
import { formatNumber } from './format.ts';
import { SaveCsv } from './save-csv.tsx';
import { Table, type Column } from './table.tsx';
import { t } from './text.ts';

const CHART_COLUMNS_MIN_PX = 300;

/** A chart's figures, newest first, and the same as a file. */
export function ChartTable(props: ChartProps) {
  const { title, series, points, beforeLabel } = props;
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
    <>
      <div
        className="max-h-72 overflow-y-auto"
        tabIndex={0}
        role="region"
        aria-label={t('{title}, as a table', { title })}
      >
        <Table
          label={title}
          rows={points.toReversed()}
          columns={columns}
          rowId={(point) => point.start}
          minWidth={CHART_COLUMNS_MIN_PX}
        />
      </div>
      <SaveCsv name={fileName(title)} table={() => fileOf(props)} />
    </>
  );
}

/** A title as the name of a file: 'Revenue in USD' is 'revenue-in-usd'. */
const fileName = (title: string): string =>
  title
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join('-') ?? 'chart';

/** What the table shows, in its order; times as programs read them. */
function fileOf({ series, points, beforeLabel }: ChartProps): CsvTable {
  const figure = (value: number | undefined): string =>
    value === undefined ? '' : plainNumber(value);
  return {
    columns: [
      'start',
      ...series.map(({ label }) => label),
      ...(beforeLabel === undefined ? [] : [beforeLabel]),
    ],
    rows: points
      .toReversed()
      .map(({ start, values, before }) => [
        start,
        ...series.map(({ id }) => figure(values[id] ?? 0)),
        ...(beforeLabel === undefined ? [] : [figure(before)]),
      ]),
  };
}

const beforeColumn = (header: string): Column<Point> => ({
  id: 'before',
  header,
  align: 'end',
  cell: ({ before }) => (before === undefined ? '–' : formatNumber(before)),
});
