import { ALERTS_USUAL } from '../contract/quota-alerts.ts';
import type { Query, Tx } from '../kit/database.ts';

type AlertRow = { customer_id: string; percents: number[] };

/** The shares that these customers chose, the largest first; who chose none is left out. */
export async function alertsOf(
  sql: Query,
  ids: readonly string[],
): Promise<Map<string, readonly number[]>> {
  const rows = await sql<AlertRow[]>`
    select customer_id, percents from quota_alerts where customer_id = any(${[...ids]})`;
  return new Map(
    rows.map(({ customer_id, percents }) => [customer_id, percents.toSorted((a, b) => b - a)]),
  );
}

/** The same of one, in the order in which they are passed. */
export async function alertsFor(sql: Query, customerId: string): Promise<number[]> {
  const chosen = (await alertsOf(sql, [customerId])).get(customerId);
  return [...(chosen ?? ALERTS_USUAL)].toSorted((a, b) => a - b);
}

export async function saveAlerts(tx: Tx, customerId: string, percents: number[]): Promise<void> {
  await tx`
    insert into quota_alerts (customer_id, percents) values (${customerId}, ${percents})
    on conflict (customer_id) do update set percents = excluded.percents`;
}
