import { isDecimal } from './decimal.ts';

/** A table as a file: the names of its columns, and its rows. */
export interface CsvTable {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Spreadsheets read UTF-8 as something else unless a file begins with this. */
const BEGINS = '\uFEFF';
/** What they take for the beginning of a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** As in the files of the API, against which `csv.test.ts` holds it. */
function cellOf(value: string): string {
  const text = FORMULA.test(value) && !isDecimal(value) ? `'${value}` : value;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @returns the file's text (RFC 4180), each cell as text where it could be taken for more. */
export function csvText({ columns, rows }: CsvTable): string {
  const lines = [columns, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`);
  return BEGINS + lines.join('');
}

type Field = string | number | null;

/** Flat rows of the API as a table, with a column for each of their fields. */
export function fieldsTable(rows: readonly Readonly<Record<string, Field>>[]): CsvTable {
  const columns = Object.keys(rows[0] ?? {});
  return {
    columns,
    rows: rows.map((row) => columns.map((name) => String(row[name] ?? ''))),
  };
}

const PLAIN = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 12 });

/** @returns a figure for programs: 12345.5 is '12345.5', in every language. */
export const plainNumber = (value: number): string => PLAIN.format(value);
