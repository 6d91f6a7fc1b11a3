import type { Query } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';

/**
 * Throws state_conflict for a customer that was erased: what it was told now would stay, since it
 * is erased only once.
 */
export async function refuseErased(sql: Query, customerId: string): Promise<void> {
  const rows = await sql`select from erasures where customer_id = ${customerId}`;
  if (rows.length === 0) return;
  throw new Fault('state_conflict', {
    detail: 'The customer was erased: it takes no data any more',
  });
}
