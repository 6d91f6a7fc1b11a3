import type { Sql } from '../../src/kit/database.ts';

/** Every table in which a text is, in whatever column of it. */
export async function tablesWith(sql: Sql, text: string): Promise<string[]> {
  const tables = await sql<{ place: string }[]>`
    select format('%I.%I', nspname, relname) as place
      from pg_class join pg_namespace ns on ns.oid = relnamespace
     where relkind in ('r', 'p') and not relispartition
       and nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg_toast%'`;
  const found: string[] = [];
  for (const { place } of tables) {
    const [row] = await sql.unsafe<{ n: number }[]>(
      `select count(*)::int as n from ${place} it where to_jsonb(it)::text ilike $1`,
      [`%${text}%`],
    );
    if (row !== undefined && row.n > 0) found.push(place);
  }
  return found.toSorted();
}

const BOOKS = `
  select (select json_agg(e order by e) from (select * from usage_entries) e) as ledger,
    (select json_agg(e order by e) from usage_rollups e) as minutes,
    (select json_agg(e order by e.id) from (select id, customer_id, state, series, number, total,
       tax, discount, paid, credited, from_balance, to_balance, set_off, period_start, finalized_at
       from invoices) e) as invoices,
    (select json_agg(e order by e.invoice_id, e.position) from (select invoice_id, position, kind,
       amount, gross, tax, quantity from invoice_lines) e) as lines,
    (select json_agg(e order by e.id) from (select id, invoice_id, total, tax from credit_notes) e)
      as notes,
    (select json_agg(e order by e.id) from (select id, invoice_id, kind, amount from payments) e)
      as payments`;
/** What stays as it was, to the last cent, whoever is erased. */
export const booksNow = async (sql: Sql) => JSON.stringify(await sql.unsafe(BOOKS));
