import type { Query, Tx } from '../kit/database.ts';

/** What a customer owes past its time: since when, and whether the plan's choice holds for it. */
export type Debt = { owedSince: Date | null; acted: boolean };

export async function customerDebt(sql: Query, customerId: string): Promise<Debt> {
  const [row] = await sql<{ owed_since: Date; acted: boolean }[]>`
    select owed_since, acted from customer_debts where customer_id = ${customerId}`;
  return { owedSince: row?.owed_since ?? null, acted: row?.acted ?? false };
}

export async function saveDebt(
  tx: Tx,
  customerId: string,
  { owedSince, acted }: Debt,
): Promise<void> {
  if (owedSince === null) {
    await tx`delete from customer_debts where customer_id = ${customerId}`;
    return;
  }
  await tx`
    insert into customer_debts (customer_id, owed_since, acted)
    values (${customerId}, ${owedSince}, ${acted})
    on conflict (customer_id) do update
      set owed_since = excluded.owed_since, acted = excluded.acted`;
}
