const NUMBER = /^-?\d+(\.\d+)?$/;
/**
 * What spreadsheets take for the beginning of a formula, full-width forms included: customers and
 * their members name things as they like.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Spreadsheets read UTF-8 as something else unless a file begins with this. */
export const CSV_BEGINS = '\uFEFF';
export const CSV_TYPE = 'text/csv; charset=utf-8';

/** One cell (RFC 4180), as text wherever a program could take it for more. */
function cellOf(value: string): string {
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of a file. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(cellOf).join(',')}\r\n`;

/** What makes an answer a file of this name. */
export const csvHeaders = (name: string): Record<string, string> => ({
  'content-type': CSV_TYPE,
  'content-disposition': `attachment; filename="${name}.csv"`,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});
