import type { Query } from '../kit/database.ts';
import { Fault, notFound } from '../kit/fault.ts';
import {
  customerExists,
  keyNames,
  metersNamed,
  routeNames,
  type MeterRow,
  type Whose,
} from './reading.ts';

/** The meter with this slug. Throws `invalid_request` that names the field. */
export async function asMeter(sql: Query, slug: string): Promise<MeterRow> {
  const [row] = await metersNamed(sql, { slugs: [slug] });
  if (row) return row;
  throw new Fault('invalid_request', { errors: [{ path: 'meter', message: 'is not a meter' }] });
}

type Filters = { key_id?: string | undefined; route_id?: string | undefined };

/**
 * Throws `not_found` for a customer that does not exist, a key that is not the customer's, and a
 * route that never was: another customer's key is as absent as one that does not exist.
 */
export async function refuseForeign(sql: Query, whose: Whose, filters: Filters): Promise<void> {
  if (whose !== 'everybody' && !(await customerExists(sql, whose.customerId))) {
    throw notFound('customer');
  }
  const { key_id: keyId, route_id: routeId } = filters;
  if (keyId !== undefined && (await keyNames(sql, whose, [keyId])).length === 0) {
    throw notFound('key');
  }
  if (routeId !== undefined && (await routeNames(sql, [routeId])).length === 0) {
    throw notFound('route');
  }
}
