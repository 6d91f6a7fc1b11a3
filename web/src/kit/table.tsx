import { metaHelper, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { clsx } from 'clsx';
import { useMemo, useState, type ReactNode } from 'react';
import { useNarrow } from './narrow.ts';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** 'end' for figures. */
  align?: 'start' | 'end';
  /** On a card: its heading, its corner (state, menu), or a named line (the default). */
  card?: 'title' | 'corner' | 'line';
  /**
   * The text of a cell that holds what people wrote. It breaks anywhere and is cut after some
   * lines, rather than push other columns out or make a tower of its row; its tooltip is whole.
   */
  written?: (row: Row) => string;
  /** The column's heading is only for screen readers: a menu, a check mark. */
  quiet?: boolean;
}

type Look = Pick<Column<unknown>, 'align' | 'card' | 'quiet'> & { header: string };

const features = tableFeatures({ columnMeta: metaHelper<Look>() });
const COLUMNS_MIN_PX = 560;
const NO_ROWS: never[] = [];

interface TableProps<Row> {
  /** Names the table for screen readers. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** Where columns no longer fit, in CSS pixels of the table's own place. */
  minWidth?: number;
}

/** Rows under columns; when the window is narrow each row becomes a card. */
export function Table<Row extends object>(props: TableProps<Row>) {
  const { label, rows, columns, rowId, minWidth = COLUMNS_MIN_PX } = props;
  const [frame, narrow] = useNarrow(minWidth);
  // A column that stays as it was keeps its cells: a menu in one stays open beside others' news.
  const [known] = useState(() => new WeakMap<Column<Row>, Definition<Row>>());
  const definitions = useMemo(
    () =>
      columns.map((column) => {
        const definition = known.get(column) ?? toDefinition(column);
        known.set(column, definition);
        return definition;
      }),
    [columns, known],
  );
  const data = useMemo(() => (rows.length === 0 ? NO_ROWS : [...rows]), [rows]);
  const table = useTable({ features, columns: definitions, data, getRowId: rowId });
  const model = table.getRowModel().rows;
  const cellsOf = (at: number): PlacedCell[] =>
    (model[at]?.getAllCells() ?? []).map((cell) => ({
      id: cell.id,
      look: cell.column.columnDef.meta ?? { header: '' },
      content: <table.FlexRender cell={cell} />,
    }));
  if (narrow) {
    return (
      <div ref={frame}>
        <Cards label={label} rows={model.map((row, at) => [row.id, cellsOf(at)])} />
      </div>
    );
  }
  return (
    <div ref={frame} className="relative overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-left">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b border-line">
              {group.headers.map((header) => (
                <HeaderCell key={header.id} look={header.column.columnDef.meta} />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {model.map((row, at) => (
            <tr key={row.id} className="border-b border-line last:border-0 hover:bg-sunken/50">
              {cellsOf(at).map((cell) => (
                <td key={cell.id} className={clsx(CELL, 'py-2.5', alignOf(cell.look))}>
                  {cell.content}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PlacedCell {
  id: string;
  look: Look;
  content: ReactNode;
}

const CELL = 'px-3 align-middle first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5';

function HeaderCell({ look }: { look: Look | undefined }) {
  return (
    <th scope="col" className={clsx(CELL, 'py-2 text-xs font-medium text-ink-soft', alignOf(look))}>
      <span
        title={look?.header}
        className={clsx(
          look?.quiet === true ? 'sr-only' : 'inline-block max-w-48 truncate align-bottom',
        )}
      >
        {look?.header}
      </span>
    </th>
  );
}

function alignOf(look: Look | undefined): string {
  return look?.align === 'end' ? 'text-right figures' : 'text-left';
}

/** Text that may break anywhere counts as one character wide, so it needs a least width. */
function Written({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div title={text} className="line-clamp-3 min-w-32 wrap-anywhere">
      {children}
    </div>
  );
}

function Cards({ label, rows }: { label: string; rows: [string, PlacedCell[]][] }) {
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {rows.map(([id, cells]) => (
        <li key={id} className="px-4 py-3.5">
          <div className="flex items-start justify-between gap-3">
            <div className="min-w-0 flex-1 font-medium wrap-anywhere">
              {cells.filter((cell) => cell.look.card === 'title').map(contentOf)}
            </div>
            <div className="flex shrink-0 items-center gap-1">
              {cells.filter((cell) => cell.look.card === 'corner').map(contentOf)}
            </div>
          </div>
          <dl className="mt-1.5 flex flex-col gap-1">
            {cells.filter(isLine).map((cell) => (
              <div key={cell.id} className="flex justify-between gap-4">
                <dt className="max-w-[50%] shrink-0 wrap-anywhere text-ink-soft">
                  {cell.look.header}
                </dt>
                <dd className="figures min-w-0 text-right wrap-anywhere">{cell.content}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function isLine(cell: PlacedCell): boolean {
  return cell.look.card === undefined || cell.look.card === 'line';
}

function contentOf(cell: PlacedCell): ReactNode {
  return <span key={cell.id}>{cell.content}</span>;
}

type Definition<Row extends object> = ColumnDef<typeof features, Row, unknown>;

function toDefinition<Row extends object>(column: Column<Row>): Definition<Row> {
  const { id, header, align, card, quiet } = column;
  return {
    id,
    header,
    cell: ({ row }: { row: { original: Row } }) =>
      column.written === undefined ? (
        column.cell(row.original)
      ) : (
        <Written text={column.written(row.original)}>{column.cell(row.original)}</Written>
      ),
    meta: {
      header,
      ...(align && { align }),
      ...(card && { card }),
      ...(quiet !== undefined && { quiet }),
    },
  };
}
