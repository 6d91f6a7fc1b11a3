import type { ShownDifference } from '../contract/reconciliation.ts';
import { CSV_BEGINS, csvLine } from '../kit/csv.ts';

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
  'repair_said',
  'detail',
];

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
    one.repair_said,
    Object.entries(detail)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
  ]);
  return CSV_BEGINS + [COLUMNS, ...lines].map(csvLine).join('');
}
