import type { JSONValue } from 'postgres';
import type { CustomerTotals } from '../contract/reconciliation.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import type { Totals } from './totals.ts';

const ROWS_A_STATEMENT = 5_000;

/** Keeps what each book has of each customer and month, in this order. */
export async function insertTotals(tx: Tx, id: string, totals: readonly Totals[]): Promise<void> {
  const rows = totals.map(({ customerId, ...row }, position) => ({
    ...row,
    position,
    customer_id: customerId,
  }));
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const some = tx.json(rows.slice(at, at + ROWS_A_STATEMENT) as unknown as JSONValue);
    await tx`
      insert into reconciliation_totals
             (reconciliation_id, position, customer_id, period, currency, differing, stages)
      select ${id}, position, customer_id, period, currency, differing, stages
        from jsonb_to_recordset(${some}) as row
             (position integer, customer_id text, period text, currency text, differing integer,
              stages jsonb)`;
  }
}

export type TotalsRow = Omit<CustomerTotals, 'customer'> & {
  position: number;
  customer_id: string;
  customer_name: string;
};

const PLACE = /^\d{1,9}$/;

type TotalsQuery = PageQuery & { customer_id?: string | undefined; only?: 'differing' | undefined };

/** What each book has, customer by customer; one more than asked. */
export async function totalsOf(sql: Query, id: string, page: TotalsQuery): Promise<TotalsRow[]> {
  const after = afterCursor(page, PLACE);
  const { customer_id: customer, only } = page;
  return sql<TotalsRow[]>`
    select position, customer_id, customers.name as customer_name, period, totals.currency,
           differing, stages
      from reconciliation_totals totals join customers on customers.id = customer_id
     where reconciliation_id = ${id}
       and ${after === null ? sql`true` : sql`position > ${Number(after)}`}
       and ${customer === undefined ? sql`true` : sql`customer_id = ${customer}`}
       and ${only === undefined ? sql`true` : sql`differing > 0`}
     order by position limit ${page.limit + 1}`;
}
