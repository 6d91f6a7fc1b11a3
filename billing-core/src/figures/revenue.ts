import type { RevenueFigures, RevenueQuery, RevenueRow } from '../contract/figures.ts';
import { REVENUE_DAYS_MAX } from '../contract/figures.ts';
import type { Query } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import type { Days } from './document-lines.ts';
import { revenueRows } from './revenue-store.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length);

/** The days asked for; the last thirty and today unless said. Throws `invalid_request`. */
export function daysOf({ from, to }: Pick<RevenueQuery, 'from' | 'to'>, now: number): Days {
  const end = to === undefined ? (Math.floor(now / DAY_MS) + 1) * DAY_MS : Date.parse(to);
  const begin = from === undefined ? end - USUAL_DAYS * DAY_MS : Date.parse(from);
  const refuse = (message: string): never => {
    throw new Fault('invalid_request', { errors: [{ path: 'from', message }] });
  };
  if (begin >= end) refuse('is not before `to`');
  if (end - begin > REVENUE_DAYS_MAX * DAY_MS) {
    refuse(`is over ${REVENUE_DAYS_MAX} days before \`to\``);
  }
  return { from: begin, to: end };
}

type Sums = { invoiced: bigint; credited: bigint };

/** The rows in one for each key, in the order of what they come to. */
function summed<Row extends Pick<RevenueRow, 'currency' | 'invoiced' | 'credited' | 'net'>>(
  rows: readonly RevenueRow[],
  { key, head }: { key: (row: RevenueRow) => string; head: (row: RevenueRow) => object },
): Row[] {
  const sums = new Map<string, Sums & { row: RevenueRow }>();
  for (const row of rows) {
    const sum = sums.get(key(row)) ?? { row, invoiced: 0n, credited: 0n };
    sums.set(key(row), sum);
    sum.invoiced += BigInt(row.invoiced);
    sum.credited += BigInt(row.credited);
  }
  const all = [...sums.values()].toSorted((one, other) => {
    if (one.row.currency !== other.row.currency) {
      return one.row.currency < other.row.currency ? -1 : 1;
    }
    const [a, b] = [one.invoiced - one.credited, other.invoiced - other.credited];
    return a === b ? 0 : a > b ? -1 : 1;
  });
  return all.map(
    ({ row, invoiced, credited }) =>
      ({
        ...head(row),
        currency: row.currency,
        invoiced: invoiced.toString(),
        credited: credited.toString(),
        net: (invoiced - credited).toString(),
      }) as Row,
  );
}

/** Revenue of a range by step and group, with its sums: parts add up to their whole. */
export async function revenueOf(
  { query: sql, now }: { query: Query; now: number },
  asked: RevenueQuery,
): Promise<RevenueFigures> {
  const days = daysOf(asked, now);
  const rows = await revenueRows(sql, { ...asked, ...days });
  return {
    from: dayText(days.from),
    to: dayText(days.to),
    interval: asked.interval,
    group_by: asked.group_by,
    as_of: new Date(now).toISOString(),
    totals: summed(rows, { key: ({ currency }) => currency, head: () => ({}) }),
    groups: summed(rows, {
      key: ({ currency, group }) => `${currency} ${group.id}`,
      head: ({ group }) => ({ group }),
    }),
    rows,
  };
}
