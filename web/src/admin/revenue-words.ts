import type { RevenueFigures, RevenueRow } from '@tollgate/billing-core/contract/figures.ts';
import type { Point, Series } from '../kit/chart.tsx';
import { formatBucket, formatMoney, minorToMajor } from '../kit/format.ts';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';

export type GroupBy = RevenueFigures['group_by'];
type Group = RevenueRow['group'];

const DAY_MS = 86_400_000;
const SERIES_MAX = 5;
const OTHERS = 'others';

/** Groups that have no name of their own: what they are. */
const APART: Readonly<Record<string, string>> = {
  usage: t('Usage'),
  fees: t('Fees'),
  manual: t('By hand'),
  none: t('No route'),
};

/** @returns a group's name; what people called it, or what it is. */
export const groupName = ({ id, name }: Group): string => APART[id] ?? name;

/** @returns where a group has a page of its own. */
export function groupHref(by: GroupBy, { id }: Group): string | undefined {
  if (id in APART) return undefined;
  if (by === 'customer') return paths.adminCustomer(id, { tab: 'money' });
  if (by === 'plan') return paths.adminPlan(id);
  if (by === 'route') return paths.adminRoute(id);
  return by === 'meter' ? paths.adminMeter(id) : undefined;
}

interface ChartData {
  series: Series[];
  points: Point[];
  summary: string;
}

/** Net revenue in one currency as stacked bars, in its major units. */
export function revenueChart(report: RevenueFigures, currency: string): ChartData {
  const groups = report.groups.filter((one) => one.currency === currency);
  const shown = groups.length > SERIES_MAX + 1 ? groups.slice(0, SERIES_MAX) : groups;
  const known = new Set(shown.map(({ group }) => group.id));
  const series = shown.map(({ group }, at): Series => {
    return { id: group.id, label: groupName(group), colour: at + 1 };
  });
  if (known.size < groups.length) series.push({ id: OTHERS, label: t('Others'), colour: 6 });
  const byStart = new Map<string, Record<string, number>>();
  for (const row of report.rows.filter((one) => one.currency === currency)) {
    const values = byStart.get(row.start) ?? {};
    const id = known.has(row.group.id) ? row.group.id : OTHERS;
    values[id] = (values[id] ?? 0) + Number(minorToMajor(row.net, currency));
    byStart.set(row.start, values);
  }
  const points = startsOf(report).map((start) => {
    const iso = `${start}T00:00:00.000Z`;
    return { start: iso, label: formatBucket(iso, 'day'), values: byStart.get(start) ?? {} };
  });
  const total = report.totals.find((one) => one.currency === currency)?.net ?? '0';
  const summary = t('{total} between {from} and {to}, without tax.', {
    total: formatMoney(total, currency),
    from: report.from,
    to: report.to,
  });
  return { series, points, summary };
}

/** The beginnings of all steps of a range, those without revenue too. */
function startsOf({ from, to, interval }: RevenueFigures): string[] {
  const starts: string[] = [];
  let at = Date.parse(interval === 'month' ? `${from.slice(0, 7)}-01` : from);
  while (at < Date.parse(to)) {
    starts.push(new Date(at).toISOString().slice(0, 10));
    const day = new Date(at);
    at = interval === 'day' ? at + DAY_MS : day.setUTCMonth(day.getUTCMonth() + 1);
  }
  return starts;
}
