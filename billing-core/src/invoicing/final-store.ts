import type { Query, Tx } from '../kit/database.ts';
import type { BalanceKind } from '../contract/balance.ts';
import type { LogoType } from '../contract/branding.ts';
import type { InvoiceState } from '../contract/invoice.ts';

/**
 * The first of `count` numbers that follow one another. The series is locked until the transaction
 * ends: whoever comes next waits to see whether they are used, so none is left out.
 */
export async function takeNumbers(tx: Tx, series: string, count: number): Promise<bigint> {
  const [row] = await tx<{ last_number: bigint }[]>`
    update document_series set last_number = last_number + ${count} where id = ${series}
    returning last_number`;
  if (row === undefined) throw new Error(`no series ${series}`);
  return row.last_number - BigInt(count) + 1n;
}

/** Locks customers in one order: what is to their credit then stays. */
export async function lockBalances(tx: Tx, customerIds: readonly string[]): Promise<void> {
  await tx`select from customers where id = any(${[...customerIds]}) order by id
    for no key update`;
}

export type Balance = { customer_id: string; currency: string; amount: bigint };

/** What these customers have to their credit, where it is anything. */
export async function balancesOf(sql: Query, customerIds: readonly string[]): Promise<Balance[]> {
  const rows = await sql<{ customer_id: string; currency: string; amount: string }[]>`
    select customer_id, currency, sum(amount)::text as amount from customer_balance_entries
     where customer_id = any(${[...customerIds]}) group by 1, 2`;
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}

/** What a customer has to its credit in a currency. Lock the customer first. */
export async function balanceIn(sql: Query, customerId: string, currency: string): Promise<bigint> {
  const all = await balancesOf(sql, [customerId]);
  return all.find((one) => one.currency === currency)?.amount ?? 0n;
}

/** What was paid out of it by hand, and did not come back. */
export async function paidOutOf(sql: Query, customerId: string, currency: string): Promise<bigint> {
  const [row] = await sql<{ amount: string }[]>`
    select coalesce(-sum(amount), 0)::text as amount from customer_balance_entries
     where customer_id = ${customerId} and currency = ${currency}
       and kind in ('payout', 'payout_return')`;
  return BigInt(row?.amount ?? '0');
}

export type BalanceEntry = {
  id: string;
  customer_id: string;
  currency: string;
  /** A negative invoice gave it, one used it, a credit note or a void gave it back, and so on. */
  kind: BalanceKind;
  /** Of all but payouts. */
  invoice_id?: string;
  credit_note_id?: string;
  /** How a payout went to the customer, or came back. */
  method?: string;
  reference?: string;
  amount: bigint;
};

export async function insertBalanceEntries(
  tx: Tx,
  entries: readonly BalanceEntry[],
  now: number,
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ amount, ...entry }) => ({
    ...entry,
    invoice_id: entry.invoice_id ?? null,
    credit_note_id: entry.credit_note_id ?? null,
    method: entry.method ?? null,
    reference: entry.reference ?? null,
    amount: amount.toString(),
    created_at: new Date(now),
  }));
  await tx`insert into customer_balance_entries ${tx(rows)}`;
}

export type DocumentLogo = { bytes: Buffer; type: LogoType };

export type Final = {
  id: string;
  number: bigint;
  state: InvoiceState;
  fromBalance: bigint;
  /** Why it is not collected; null: it is. */
  notCollected: string | null;
};

/** Keeps the logo of the business as it is now, for good. @returns what names it; null: none. */
async function keepLogo(tx: Tx): Promise<string | null> {
  const [logo] = await tx<{ digest: string; bytes: Buffer; type: string }[]>`
    select encode(sha256(logo), 'hex') as digest, logo as bytes, logo_type as type
      from branding where logo is not null`;
  if (logo === undefined) return null;
  await tx`insert into document_logos ${tx(logo)} on conflict do nothing`;
  return logo.digest;
}

/** The logo that an invoice was sent with, for its documents; undefined: with none. */
export async function logoOf(sql: Query, invoiceId: string): Promise<DocumentLogo | undefined> {
  const [logo] = await sql<DocumentLogo[]>`
    select logos.bytes, logos.type from invoices
      join document_logos logos on logos.digest = invoices.logo
     where invoices.id = ${invoiceId}`;
  return logo;
}

/**
 * Turns drafts into invoices that stay as they are, with a copy of what all invoices say and of
 * who their customers are by now.
 */
export async function finalizeRows(
  tx: Tx,
  series: string,
  { finals, now }: { finals: readonly Final[]; now: number },
): Promise<void> {
  const at = new Date(now);
  const logo = await keepLogo(tx);
  await tx`
    update invoices
       set state = final.state, series = ${series}, number = final.number,
           from_balance = final.from_balance, not_collected = final.not_collected,
           finalized_at = ${at},
           due_at = ${at}::timestamptz + make_interval(days => settings.due_days),
           paid_at = case when final.state = 'paid' then ${at}::timestamptz end,
           issuer = coalesce(nullif(settings.issuer, ''), branding.name, ''),
           footer = settings.footer, logo = ${logo},
           customer = jsonb_build_object(
             'id', customers.id, 'name', customers.name, 'external_id', customers.external_id,
             'billing_address', customers.billing_address, 'tax_number', customers.tax_number)
      from billing_settings settings, branding, customers,
           unnest(${finals.map(({ id }) => id)}::text[],
                  ${finals.map(({ number }) => number.toString())}::bigint[],
                  ${finals.map(({ state }) => state)}::text[],
                  ${finals.map(({ fromBalance }) => fromBalance.toString())}::numeric[],
                  ${finals.map(({ notCollected }) => notCollected)}::text[])
             final (id, number, state, from_balance, not_collected)
     where invoices.id = final.id and customers.id = invoices.customer_id`;
}
