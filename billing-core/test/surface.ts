import { pino } from 'pino';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { testDatabase } from '../../scripts/test/database.ts';
import type { Problem } from '../src/contract/problem.ts';
import type { SessionUser } from '../src/contract/session.ts';
import type { Actor } from '../src/kit/audit.ts';
import { limitBody, strictJson } from '../src/kit/body.ts';
import { openDatabase, type Sql } from '../src/kit/database.ts';
import {
  api,
  errorResponse,
  requestIdentity,
  transactional,
  type Api,
  type CustomerAccess,
} from '../src/kit/http.ts';
import { idempotent } from '../src/kit/idempotency.ts';
import { newId } from '../src/kit/id.ts';

type Send = <Body = Problem>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<Body>>;

/** Routers of modules behind the kit's own chain, on a database of their own. */
export type Surface = {
  sql: Sql;
  /** What core's clock says, in ms; tests move it. */
  clock: { now: number };
  /** Who calls, and what the portal's access check found; tests set both. */
  caller: { actor: Actor; user: SessionUser; customer: CustomerAccess };
  send: Send;
  close(): Promise<void>;
};

/** An answer whose body a test says to be of this type; of a refused request, a problem. */
export type Answer<Body = Problem> = { status: number; headers: Headers; body: Body };

export type Mounts = Record<string, OpenAPIHono<Api>>;

const CONNECTIONS = 8;

/** Mounts routers by base path. Out: how to call them, and how to end. */
export async function openSurface(mounts: Mounts): Promise<Surface> {
  const database = await testDatabase();
  const sql = openDatabase(database.url, CONNECTIONS);
  // Parallel requests race only when none has to wait for its connection first.
  await Promise.all(Array.from({ length: CONNECTIONS }, () => sql`select pg_sleep(0.02)`));
  const clock = { now: Date.now() };
  const caller: Surface['caller'] = {
    actor: { kind: 'token', id: newId('tok', clock.now), scopes: ['admin'] },
    user: { id: '', name: 'Nobody', email: 'nobody@example.com', role: 'user' },
    customer: { id: '', role: 'owner' },
  };
  const app = api();
  app.onError((error, c) => errorResponse(pino({ level: 'silent' }))(error, c));
  app.use(
    requestIdentity(() => clock.now),
    limitBody(),
    strictJson,
  );
  app.use(async (c, next) => {
    c.set('actor', caller.actor);
    c.set('user', caller.user);
    c.set('customer', caller.customer);
    await next();
  });
  app.use(transactional(sql), idempotent);
  for (const [path, router] of Object.entries(mounts)) app.route(path, router);

  const send: Send = async (method, path, body, headers) => {
    const raw = body === undefined || body instanceof Uint8Array || typeof body === 'string';
    const response = await app.request(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  const close = async (): Promise<void> => {
    await sql.end();
    await database.drop();
  };
  return { sql, clock, caller, send, close };
}

let customers = 0;

/** A customer straight in the table: how customers come to be is told by their own tests. */
export async function seedCustomer(
  { sql, clock }: Surface,
  values: Partial<{ currency: string; billing_zone: string; state: string }> = {},
): Promise<{ id: string; key_ref: string }> {
  customers += 1;
  const id = newId('cus', clock.now);
  const key_ref = String(customers).padStart(10, '0');
  const row = { id, key_ref, name: `Customer ${customers}`, ...values };
  await sql`insert into customers ${sql(row)}`;
  return { id, key_ref };
}

/** What nothing half-written means: the rows that any write leaves. */
export async function footprint({ sql }: Surface): Promise<Record<string, number>> {
  const tables = [
    'changes',
    'audit_entries',
    'meters',
    'plans',
    'plan_versions',
    'prices',
    'price_tiers',
    'entitlements',
    'coupons',
    'tax_rates',
    'customer_coupons',
    'customer_tax_rates',
    'subscription_charges',
    'routes',
    'route_versions',
    'route_meterings',
    'customers',
    'memberships',
    'subscriptions',
    'subscription_phases',
    'api_keys',
    'idempotency_keys',
  ];
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await sql`select count(*)::int as rows from ${sql(table)}`;
    counts[table] = row?.['rows'] as number;
  }
  return counts;
}
