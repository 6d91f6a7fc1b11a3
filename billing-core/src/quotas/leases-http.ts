import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { unscaled } from '../catalog/quantity.ts';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { quotaWindowState, type QuotaWindowState } from '../contract/lease-state.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { Fault } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { openWindows, type LeaseRow, type WhoseWindows, type WindowRow } from './lease-reading.ts';

const name = () => z.string().regex(/^[\w.:-]{1,100}$/, 'is not the name of a gateway or a boot');
const windowsQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  meter_id: id('mtr').optional(),
  gateway: name().optional(),
  boot: name().optional(),
});

function whoseOf({ customer_id, gateway, boot }: z.infer<typeof windowsQuery>): WhoseWindows {
  if (customer_id !== undefined && gateway === undefined && boot === undefined) {
    return { customerId: customer_id };
  }
  if (customer_id === undefined && gateway !== undefined && boot !== undefined) {
    return { gateway, boot };
  }
  if (customer_id === undefined && gateway === undefined && boot === undefined) return 'all';
  const message = 'comes without a boot; a boot with `gateway`';
  throw new Fault('invalid_request', { errors: [{ path: 'customer_id', message }] });
}

const windows = createRoute({
  method: 'get',
  path: '/quota-windows',
  tags: ['Quotas'],
  summary: 'Open quota windows: of all customers, of one, or of a boot',
  description:
    'With what each boot of each gateway holds of them. Of a boot those are listed of which it ' +
    'holds units that are neither returned nor settled.',
  request: { query: windowsQuery },
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
    customer_name: row.customer_name,
    meter_id: row.meter_id,
    key_id: row.key_id,
    window: row.kind,
    start: isoTime(row.starts_at),
    resets_at: isoTime(row.ends_at),
    limit: row.quota_limit === null ? null : text(row.quota_limit),
    lent: text(row.lent),
    outside: text(row.outside),
    repeated: text(row.repeated),
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
    const query = c.req.valid('query');
    const { limit, cursor, meter_id: meterId } = query;
    const asked = { limit, cursor, meterId, whose: whoseOf(query), now: c.var.now };
    const rows = await openWindows(c.var.query, asked);
    const shape = { limit, key: (row: WindowRow) => row.id, item: shown };
    return c.json(pageFrom(rows, shape), 200);
  });
  return app;
}
