import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { unscaled } from '../catalog/quantity.ts';
import {
  usageCounts,
  usageCountsQuery,
  type CountsDifference,
  type UsageCountsQuery,
} from '../contract/usage-counts.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import {
  readBootDifferences,
  readDifferences,
  type BootDifferenceRow,
  type DayRange,
  type DifferenceRow,
} from './count-reading.ts';

const DIFFERENCES_SHOWN_MAX = 100;
const DAYS_MAX = 92;
const DAYS_USUAL = 7;

const counts = createRoute({
  method: 'get',
  path: '/usage/counts',
  tags: ['Usage'],
  summary: "Gateways' own counts against the ledger",
  description:
    'Every gateway carries running counts beside its batches. Where they differ from the ledger, ' +
    'usage was lost or added on the way: each difference is named, by boot.',
  request: { query: usageCountsQuery },
  responses: { 200: json(usageCounts), ...PROBLEMS },
});

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

function rangeOf({ from, to }: UsageCountsQuery, now: number): DayRange {
  const last = to === undefined ? dayOf(now) : dayOf(Date.parse(to));
  const first = from === undefined ? last - DAYS_USUAL + 1 : dayOf(Date.parse(from));
  const refuse = (message: string): never => {
    throw new Fault('invalid_request', { errors: [{ path: 'from', message }] });
  };
  if (first > last) refuse('is after `to`');
  if (last - first >= DAYS_MAX) refuse(`is ${DAYS_MAX} days before \`to\`, or more`);
  return { from: first, to: last };
}

function figuresOf(row: DifferenceRow | BootDifferenceRow, scale: number) {
  const figures = (side: 'counted' | 'ledger') => ({
    requests: row[`${side}_requests`],
    quantity: unscaled(BigInt(row[`${side}_quantity`]), scale),
    billable_quantity: unscaled(BigInt(row[`${side}_billable`]), scale),
  });
  return { counted: figures('counted'), ledger: figures('ledger') };
}

async function shown(sql: Query, row: DifferenceRow): Promise<CountsDifference> {
  const boots = await readBootDifferences(sql, row);
  return {
    customer_id: row.customer_id,
    meter_id: row.meter_id,
    day: dayText(row.day),
    ...figuresOf(row, row.scale),
    boots: boots.map((boot) => ({
      gateway: boot.gateway,
      boot: boot.boot,
      ...figuresOf(boot, row.scale),
    })),
  };
}

/** /v1/usage/counts: the books of gateways and of core side by side, for admins. */
export function countsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(counts, async (c) => {
    const { query: sql, now } = c.var;
    const asked = c.req.valid('query');
    const range = rangeOf(asked, now);
    const of = { range, customerId: asked.customer_id, limit: DIFFERENCES_SHOWN_MAX };
    const rows = await readDifferences(sql, of);
    const differences: CountsDifference[] = [];
    for (const row of rows) if (row.differing > 0) differences.push(await shown(sql, row));
    const { compared = 0, differing = 0 } = rows[0] ?? {};
    const [from, to] = [dayText(range.from), dayText(range.to)];
    const as_of = new Date(now).toISOString();
    return c.json({ from, to, as_of, compared, differing, differences }, 200);
  });
  return app;
}
