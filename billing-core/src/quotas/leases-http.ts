import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { unscaled } from '../catalog/quantity.ts';
import { id } from '../contract/field.ts';
import { quotaWindowState, type QuotaWindowState } from '../contract/lease-state.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { openWindows, type LeaseRow, type WindowRow } from './lease-reading.ts';

const windows = createRoute({
  method: 'get',
  path: '/quota-windows',
  tags: ['Quotas'],
  summary: 'Open quota windows of a customer',
  description: 'With what each boot of each gateway holds of them.',
  request: { query: pageQuery.extend({ customer_id: id('cus') }) },
  responses: { 200: json(pageOf(quotaWindowState)), ...PROBLEMS },
});

const isoTime = (ms: bigint): string => new Date(Number(ms)).toISOString();
const heldOf = (lease: LeaseRow): bigint =>
  BigInt(lease.granted) - BigInt(lease.returned) - BigInt(lease.settled);

function shown(row: WindowRow): QuotaWindowState {
  const text = (units: bigint | string): string => unscaled(BigInt(units), row.scale);
  const lost = row.leases.filter(({ boot_state }) => boot_state !== 'live');
  return {
    id: row.id,
    customer_id: row.customer_id,
    meter_id: row.meter_id,
    key_id: row.key_id,
    window: row.kind,
    start: isoTime(row.starts_at),
    resets_at: isoTime(row.ends_at),
    limit: row.quota_limit === null ? null : text(row.quota_limit),
    lent: text(row.lent),
    outside: text(row.outside),
    stranded: text(lost.reduce((sum, lease) => sum + heldOf(lease), 0n)),
    leases: row.leases.map((lease) => ({
      ...lease,
      last_seen_at: new Date(lease.last_seen_at).toISOString(),
      granted: text(lease.granted),
      returned: text(lease.returned),
      settled: text(lease.settled),
      held: text(heldOf(lease)),
    })),
  };
}

/** /v1/quota-windows: who holds what, for admins. */
export function quotaWindowsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(windows, async (c) => {
    const { customer_id: customerId, ...page } = c.req.valid('query');
    const rows = await openWindows(c.var.query, { ...page, customerId, now: c.var.now });
    const shape = { limit: page.limit, key: (row: WindowRow) => row.id, item: shown };
    return c.json(pageFrom(rows, shape), 200);
  });
  return app;
}
