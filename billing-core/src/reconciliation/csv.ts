import type { ShownDifference } from '../contract/reconciliation.ts';

const COLUMNS = [
  'position',
  'stage',
  'kind',
  'customer_id',
  'customer',
  'period',
  'subject_id',
  'here',
  'there',
  'currency',
  'repair',
  'repaired_at',
  'detail',
];

const NUMBER = /^-?\d+(\.\d+)?$/;
/** What spreadsheets take for the beginning of a formula: customers name themselves. */
const FORMULA = /^[=+\-@\t\r]/;

/** One cell (RFC 4180), as text wherever a program could take it for more. */
function cellOf(value: string): string {
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Differences as a file, one a line, under the names of their fields. */
export function csvOf(differences: readonly ShownDifference[]): string {
  const lines = differences.map(({ detail: { currency = '', ...detail }, ...one }) => [
    String(one.position),
    one.stage,
    one.kind,
    one.customer?.id ?? '',
    one.customer?.name ?? '',
    one.period ?? '',
    one.subject_id,
    one.here,
    one.there,
    currency,
    one.repair ?? '',
    one.repaired_at ?? '',
    Object.entries(detail)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
  ]);
  return [COLUMNS, ...lines].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}
