import type { Query, Tx } from '../kit/database.ts';
import {
  creditedLines,
  dividedLines,
  finalIn,
  invoicedLines,
  isCounted,
  madeIn,
  type Days,
} from './document-lines.ts';

/**
 * Invoices into whose time usage was rolled that was late, after all shares were made: what is kept
 * of these is not what the ledger has. Mostly none.
 */
const staleInvoices = (sql: Query) => sql`
  select distinct invoice.id
    from route_shares_mark mark
    join usage_late_hours late on late.last_roll > mark.roll
    join invoices invoice on invoice.customer_id = late.customer_id
    join invoice_lines line on line.invoice_id = invoice.id
   where line.from_minute < (late.hour + 1) * 60 and line.to_minute > late.hour * 60`;

/**
 * What documents of these days come to by routes, as if each line were divided by the ledger as it
 * is now: what is kept of them, and what is not, or not right any more, divided.
 */
export const sharesIn = (sql: Query, days: Days) => sql`
  with stale as materialized (${staleInvoices(sql)}),
  documents as materialized (
    select document.*, share.groups, share.amounts
      from (select invoice.id as document_id, invoice.id as invoice_id, invoice.currency,
                   invoice.finalized_at as at, false as is_credit
              from invoices invoice where ${isCounted(sql)} and ${finalIn(sql, days)}
             union all
            select note.id, invoice.id, invoice.currency, note.created_at, true
              from credit_notes note join invoices invoice on invoice.id = note.invoice_id
             where ${isCounted(sql)} and ${madeIn(sql, days)}) document
      left join route_shares share on share.document_id = document.document_id
       and share.invoice_id not in (select id from stale)),
  others as materialized (select document_id from documents where groups is null),
  lines as (${invoicedLines(sql, sql`invoice.id in (select document_id from others)`)}
            union all
            ${creditedLines(sql, sql`note.id in (select document_id from others)`)})
  select at, currency, group_id, case when is_credit then 0 else amount end as invoiced,
         case when is_credit then amount else 0 end as credited
    from documents, unnest(groups, amounts) parts (group_id, amount)
   union all
  select at, currency, group_id, invoiced, credited
    from (${dividedLines(sql, sql`select * from lines`)}) divided`;

export type SharesMark = { roll: bigint; whole_at: Date | null };

/** How far shares are, which nobody else may move until the transaction ends. */
export async function lockMark(tx: Tx): Promise<SharesMark> {
  const [row] = await tx<[SharesMark]>`
    select roll, whole_at from route_shares_mark for update`;
  return row;
}

/** Takes away shares that are not what the ledger has. Out: the documents. */
export async function dropStale(tx: Tx): Promise<string[]> {
  const gone = await tx<{ document_id: string }[]>`
    delete from route_shares where invoice_id in (${staleInvoices(tx)}) returning document_id`;
  return gone.map(({ document_id }) => document_id);
}

/** The newest roll that this transaction sees; all before it are seen too. */
export async function newestRoll(tx: Tx): Promise<bigint> {
  const [row] = await tx<[{ roll: bigint }]>`
    select coalesce(max(roll_number), 0)::bigint as roll from usage_batches`;
  return row.roll;
}

type Stretch = { since: Date; after: string; limit: number };

/**
 * Documents behind this id, in their order, that have no shares and are of since then; not before
 * all of their time is in the hours: what comes for it from then on is noted as late.
 */
export async function documentsWithout(
  tx: Tx,
  { since, after, limit }: Stretch,
): Promise<string[]> {
  const isKnown = tx`exists (select from route_shares where document_id = document.id)`;
  const isUnfolded = tx`exists (select from invoice_lines line, hour_folds folds
    where line.invoice_id = document.invoice_id and line.to_minute > folds.minute)`;
  const rows = await tx<{ id: string }[]>`
    select id from (
      select invoice.id, invoice.id as invoice_id from invoices invoice
       where ${isCounted(tx)} and invoice.finalized_at >= ${since}
       union all
      select note.id, note.invoice_id
        from credit_notes note join invoices invoice on invoice.id = note.invoice_id
       where ${isCounted(tx)} and note.created_at >= ${since}) document
     where id > ${after} and not ${isKnown} and not ${isUnfolded}
     order by id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Keeps the shares of these documents. */
export async function keepShares(tx: Tx, ids: readonly string[]): Promise<void> {
  const these = [...ids];
  const lines = tx`${invoicedLines(tx, tx`invoice.id = any(${these})`)}
    union all ${creditedLines(tx, tx`note.id = any(${these})`)}`;
  await tx`
    insert into route_shares (document_id, invoice_id, groups, amounts)
    select document_id, invoice_id, array_agg(group_id), array_agg(amount)
      from (select document_id, invoice_id, group_id, sum(invoiced + credited) as amount
              from (${dividedLines(tx, lines)}) divided group by 1, 2, 3) summed
     group by 1, 2`;
}

/** All shares have what this roll and those before it brought. */
export async function moveMark(tx: Tx, roll: bigint): Promise<void> {
  await tx`update route_shares_mark set roll = greatest(roll, ${roll})`;
}

/** All documents there are were gone through. */
export async function sayWhole(sql: Query, at: Date): Promise<void> {
  await sql`update route_shares_mark set whole_at = ${at}`;
}
