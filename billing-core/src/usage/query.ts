import { unscaled } from '../catalog/quantity.ts';
import type { UsageQuery, UsageSeries } from '../contract/usage.ts';
import type { Query } from '../kit/database.ts';
import { asMeter, refuseForeign } from './named.ts';
import { minuteRange, minuteText } from './range.ts';
import {
  keyNames,
  metersNamed,
  OTHER_GROUP,
  readSeries,
  routeNames,
  type FigureRow,
  type Group,
  type MeterRow,
  type Whose,
} from './reading.ts';

/** What a read runs on, and the time it is asked at in ms. */
export type Reading = { query: Query; now: number };
type Figures = UsageSeries['totals'];
type Labels = Map<string, string>;

/** What group ids are called: names where there are any, else the id speaks for itself. */
async function labelsOf(sql: Query, whose: Whose, { group, rows }: Grouped): Promise<Labels> {
  const ids = [...new Set(rows.flatMap((row) => row.group_id ?? []))];
  const named = async () => {
    if (group === 'route') return routeNames(sql, ids);
    if (group === 'key') return keyNames(sql, whose, ids);
    return group === 'meter' ? metersNamed(sql, { ids }) : [];
  };
  const labels: Labels = new Map((await named()).map((row) => [row.id, row.name]));
  if (group !== 'none') labels.set(OTHER_GROUP, 'Other');
  return labels;
}
type Grouped = { group: Group; rows: FigureRow[] };

function figures(row: Omit<FigureRow, 'start' | 'group_id'>, scale: number): Figures {
  return {
    requests: Number(row.requests),
    quantity: unscaled(BigInt(row.quantity), scale),
    billable_quantity: unscaled(BigInt(row.billable_quantity), scale),
  };
}

function totalsOf(rows: FigureRow[], scale: number): Figures {
  const sum = (column: 'requests' | 'quantity' | 'billable_quantity'): string =>
    rows.reduce((total, row) => total + BigInt(row[column]), 0n).toString();
  const sums = {
    requests: sum('requests'),
    quantity: sum('quantity'),
    billable_quantity: sum('billable_quantity'),
  };
  return figures(sums, scale);
}

async function series(whose: Whose, at: Reading, asked: UsageQuery): Promise<UsageSeries> {
  const { query: sql, now } = at;
  const range = minuteRange(asked, now);
  const meter = await asMeter(sql, asked.meter);
  await refuseForeign(sql, whose, asked);
  const group = asked.group_by;
  const { roll, rows } = await readSeries(sql, {
    ...range,
    whose,
    group,
    interval: asked.interval,
    zone: asked.zone,
    meterId: group === 'meter' ? undefined : meter.id,
    keyId: asked.key_id,
    routeId: asked.route_id,
  });
  const labels = await labelsOf(sql, whose, { group, rows });
  const scales = await scalesOf(sql, meter, { group, rows });
  const scaleOf = (id: string | null): number => scales.get(id ?? meter.id) ?? meter.scale;
  const { id, slug, name, unit } = meter;
  return {
    data: rows.map(({ start, group_id, ...row }) => ({
      start: minuteText(start),
      group: group_id === null ? null : { id: group_id, label: labels.get(group_id) ?? group_id },
      ...figures(row, scaleOf(group_id)),
    })),
    totals: totalsOf(group === 'meter' ? rows.filter((r) => r.group_id === id) : rows, meter.scale),
    meter: { id, slug, name, unit },
    interval: asked.interval,
    zone: asked.zone,
    from: minuteText(range.from),
    to: minuteText(range.to),
    as_of: new Date(now).toISOString(),
    roll,
  };
}

async function scalesOf(sql: Query, meter: MeterRow, of: Grouped): Promise<Map<string, number>> {
  if (of.group !== 'meter') return new Map();
  const ids = of.rows.flatMap((row) => row.group_id ?? []);
  const meters = await metersNamed(sql, { ids: [...new Set([...ids, meter.id])] });
  return new Map(meters.map((row) => [row.id, row.scale]));
}

/**
 * The usage of one customer over time; steps without usage are left out, those at the ends may be
 * partial. Grouped by meter it shows every meter, each in its own unit, and the totals are those
 * of the meter asked for. Throws `invalid_request` for a bad range or meter, `not_found` for a
 * key or route that is not the customer's.
 */
export const usageSeries = (
  customerId: string,
  at: Reading,
  asked: UsageQuery,
): Promise<UsageSeries> => series({ customerId }, at, asked);

/** The same of all customers together: for admins only. */
export const usageSeriesOfAll = (at: Reading, asked: UsageQuery): Promise<UsageSeries> =>
  series('everybody', at, asked);
