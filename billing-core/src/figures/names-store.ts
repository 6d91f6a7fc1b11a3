import type { Query } from '../kit/database.ts';

/** What these customers are called. */
export async function customersNamed(
  sql: Query,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; name: string }[]>`
    select id, name from customers where id = any(${[...ids]})`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function hasCustomers(sql: Query): Promise<boolean> {
  const rows = await sql`select from customers limit 1`;
  return rows.length > 0;
}
