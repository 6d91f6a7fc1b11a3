import type { MiddlewareHandler } from 'hono';
import { idPattern } from '../contract/field.ts';
import type { Sql } from '../kit/database.ts';
import { notFound } from '../kit/fault.ts';
import type { Api, CustomerAccess } from '../kit/http.ts';
import { accessOf } from './store.ts';

const CUSTOMER_ID = idPattern('cus');

type Caller = Pick<Api['Variables'], 'user' | 'view'>;

/** What the caller is there: a member, or an admin who looks at it as a customer for a while. */
async function accessTo(
  sql: Sql,
  id: string,
  { user, view }: Caller,
): Promise<CustomerAccess | undefined> {
  if (user.role === 'admin' && view?.customerId === id) return { id, role: 'viewer' };
  return accessOf(sql, id, user.id);
}

/**
 * The one place that binds the customer side: under /portal/v1/customers/{customer_id} a handler
 * finds `c.var.customer`, read from the caller's own membership or view, and never reads the id
 * from the
 * path. Whoever is no member is told what everyone is told about a customer that does not exist.
 */
export function bindCustomer(sql: Sql): MiddlewareHandler<Api> {
  return async (c, next) => {
    const id = c.req.param('customer_id') ?? '';
    const access = CUSTOMER_ID.test(id) ? await accessTo(sql, id, c.var) : undefined;
    if (access === undefined) throw notFound('customer');
    c.set('customer', access);
    await next();
  };
}
