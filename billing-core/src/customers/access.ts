import type { MiddlewareHandler } from 'hono';
import { idPattern } from '../contract/field.ts';
import type { Sql } from '../kit/database.ts';
import { notFound } from '../kit/fault.ts';
import type { Api } from '../kit/http.ts';
import { accessOf } from './store.ts';

const CUSTOMER_ID = idPattern('cus');

/**
 * The one place that binds the customer side: under /portal/v1/customers/{customer_id} a handler
 * finds `c.var.customer`, read from the caller's own membership, and never reads the id from the
 * path. Whoever is no member is told what everyone is told about a customer that does not exist.
 */
export function bindCustomer(sql: Sql): MiddlewareHandler<Api> {
  return async (c, next) => {
    const id = c.req.param('customer_id') ?? '';
    const access = CUSTOMER_ID.test(id) ? await accessOf(sql, id, c.var.user.id) : undefined;
    if (access === undefined) throw notFound('customer');
    c.set('customer', access);
    await next();
  };
}
