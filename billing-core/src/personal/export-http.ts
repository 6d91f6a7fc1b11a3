import type { ServerResponse } from 'node:http';
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { requireMay } from '../customers/model.ts';
import { customerById } from '../customers/store.ts';
import type { Press } from '../documents/press.ts';
import { audit } from '../kit/audit.ts';
import type { Sql } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import type { Log } from '../kit/log.ts';
import { retentionHttp } from '../retention/http.ts';
import { archiveOf, type Wanted } from './archive.ts';
import { erasuresHttp } from './erase-http.ts';

/** Each holds a connection of the pool for as long as its reader takes. */
export const ARCHIVES_MAX = 2;
const RETRY_AFTER_S = 30;

const exportQuery = z.object({
  /** Each row of the usage ledger, too: it can be long. */
  ledger: z.enum(['true', 'false']).default('false'),
  /** Invoices and credit notes as PDF, too: it takes longer. */
  pdf: z.enum(['true', 'false']).default('false'),
});
const ZIP = 'application/zip';
const responses = {
  200: { description: 'The archive', content: { [ZIP]: { schema: z.string() } } },
  ...PROBLEMS,
};
const what =
  'A zip that is made as it is read, from one state of the database: CSV and JSON of what is ' +
  'stored about the customer, its invoices as pages, and a README. Never a secret of a key. ' +
  '`ledger=true` adds each row of the usage ledger, `pdf=true` the documents as PDF. ' +
  'An answer that breaks off is asked for again.';

/** Whose are being read, of a pool. */
const open = new WeakMap<Sql, Set<string>>();

/** Takes a slot, or throws; out: gives it back. A customer has one: others need theirs. */
function slotFor(sql: Sql, customer: string): () => void {
  const taken = open.get(sql) ?? new Set();
  open.set(sql, taken);
  const isOwn = taken.has(customer);
  if (isOwn || taken.size >= ARCHIVES_MAX) {
    const detail = isOwn
      ? 'An archive of this customer is being read already'
      : `${ARCHIVES_MAX} archives are being read already`;
    throw new Fault('unavailable', { detail, retryAfter: RETRY_AFTER_S });
  }
  taken.add(customer);
  return () => void taken.delete(customer);
}

async function noted(c: ApiContext, sql: Sql, { customer, ledger, press }: Wanted): Promise<void> {
  const { actor, now, requestId } = c.var;
  const deed = { actor, action: 'customer.export', subjectId: customer.id, now, requestId };
  await sql.begin((tx) => audit(tx, { ...deed, detail: { ledger, pdf: press !== undefined } }));
}

type Room = { sql: Sql; log: Log; press: Press };

const extras = ({ ledger, pdf }: z.output<typeof exportQuery>, { press }: Room) => ({
  ledger: ledger === 'true',
  press: pdf === 'true' ? press : undefined,
});

async function give(c: ApiContext, { sql, log }: Room, wanted: Wanted): Promise<Response> {
  const day = new Date(wanted.now).toISOString().slice(0, 10);
  const headers = {
    'content-type': ZIP,
    'content-disposition': `attachment; filename="${wanted.customer.id}-${day}.zip"`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const leave = slotFor(sql, wanted.customer.id);
  try {
    await noted(c, sql, wanted);
  } catch (error) {
    leave();
    throw error;
  }
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse };
  const { stream, ended } = archiveOf(sql, wanted, outgoing);
  const about = { request_id: c.var.requestId, customer_id: wanted.customer.id };
  void ended
    .catch((error: Error) => log.warn({ ...about, reason: error.message }, 'an export broke off'))
    .finally(leave);
  return c.body(stream, 200, headers);
}

const get = createRoute({
  method: 'get',
  path: '/customers/{id}/export',
  tags: ['Customers'],
  summary: 'Export everything of a customer',
  description: `${what} It leaves an audit entry.`,
  request: { params: z.object({ id: id('cus') }), query: exportQuery },
  responses,
});

type Kept = Room & {
  requestLogHours: number;
  /** What collects, if Stripe does. */
  stripe?: object | undefined;
};

/** /v1: what is stored about a customer, its erasure, and how long things are kept. */
export function personalHttp({ requestLogHours, stripe, ...room }: Kept): OpenAPIHono<Api> {
  const app = api();
  app.route('/', erasuresHttp(stripe !== undefined));
  app.route('/', retentionHttp(requestLogHours));
  app.openapi(get, async (c) => {
    const customer = found(await customerById(c.var.query, c.req.valid('param').id), 'customer');
    return give(c, room, { customer, ...extras(c.req.valid('query'), room), now: c.var.now });
  });
  return app;
}

const own = createRoute({
  method: 'get',
  path: '/export',
  tags: ['Portal'],
  summary: 'Export everything',
  description: `For owners. ${what}`,
  request: { query: exportQuery },
  responses,
});

/** The same under /portal/v1/customers/{customer_id}. */
export function portalExportHttp(room: Room): OpenAPIHono<Api> {
  const app = api();
  app.openapi(own, async (c) => {
    requireMay(c.var.customer.role, 'customer.export');
    const customer = found(await customerById(c.var.query, c.var.customer.id), 'customer');
    return give(c, room, { customer, ...extras(c.req.valid('query'), room), now: c.var.now });
  });
  return app;
}
