import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { balance as schema, type Balance, type BalanceEntry } from '../contract/balance.ts';
import { id } from '../contract/field.ts';
import { pageQuery, type PageQuery } from '../contract/page.ts';
import { customerById } from '../customers/store.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { afterCursor, pageFrom } from '../kit/page.ts';
import { balancesOf } from './final-store.ts';

const summary = 'Get what a customer has to its credit';
const description = 'With the entries that it is the sum of, newest first.';
const responses = { 200: json(schema), ...PROBLEMS };
const get = createRoute({
  method: 'get',
  path: '/customers/{id}/balance',
  tags: ['Customers'],
  summary,
  description,
  request: { params: z.object({ id: id('cus') }), query: pageQuery },
  responses,
});
const portalGet = createRoute({
  method: 'get',
  path: '/balance',
  tags: ['Portal'],
  summary,
  description,
  request: { query: pageQuery },
  responses,
});

type EntryRow = Omit<BalanceEntry, 'created_at'> & { created_at: Date };

const entryColumns = (sql: Query) => sql`
  id, kind, invoice_id, credit_note_id, currency, amount, method, reference, created_at`;
const shownEntry = (row: EntryRow): BalanceEntry => ({
  ...row,
  created_at: row.created_at.toISOString(),
});

/** One entry, as the API shows it. */
export async function balanceEntry(sql: Query, entryId: string): Promise<BalanceEntry> {
  const [row] = await sql<EntryRow[]>`
    select ${entryColumns(sql)} from customer_balance_entries where id = ${entryId}`;
  return shownEntry(found(row, 'balance entry'));
}

async function balanceOf(sql: Query, customerId: string, page: PageQuery): Promise<Balance> {
  const { currency } = found(await customerById(sql, customerId), 'customer');
  const after = afterCursor(page, 'bal');
  const rows = await sql<EntryRow[]>`
    select ${entryColumns(sql)} from customer_balance_entries
     where customer_id = ${customerId} and ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
  const sums = await balancesOf(sql, [customerId]);
  const amount = sums.find((one) => one.currency === currency)?.amount ?? 0n;
  const entries = pageFrom(rows, {
    limit: page.limit,
    key: (row) => row.id,
    item: shownEntry,
  });
  return { currency, amount: amount.toString(), ...entries };
}

/** /v1/customers/{id}/balance. */
export function balanceHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => {
    const { id: customerId } = c.req.valid('param');
    return c.json(await balanceOf(c.var.query, customerId, c.req.valid('query')), 200);
  });
  return app;
}

/** The same under /portal/v1/customers/{customer_id}. */
export function portalBalanceHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(portalGet, async (c) =>
    c.json(await balanceOf(c.var.query, c.var.customer.id, c.req.valid('query')), 200),
  );
  return app;
}
