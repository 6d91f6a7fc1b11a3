import type { Dunning, DunningStep, TimedStep } from '../contract/dunning.ts';
import type { InvoiceState } from '../contract/invoice.ts';
import { inRound, type Round } from '../customers/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { Debt } from '../subscriptions/debt-store.ts';

import type { Owed } from './model.ts';

export type DunningRow = {
  invoice_id: string;
  customer_id: string;
  round: number;
  owed_since: Date;
  clock_from: Date;
  next_kind: TimedStep | null;
  next_at: Date | null;
  acted_at: Date | null;
  paused_at: Date | null;
  ended_at: Date | null;
};

const columns = (sql: Query) => sql`
  invoice_id, customer_id, round, owed_since, clock_from, next_kind, next_at, acted_at, paused_at,
  ended_at`;

/** An invoice that is owed past its time, or was until now, with what is known of it. */
export type Owing = {
  invoice_id: string;
  customer_id: string;
  state: InvoiceState;
  due_at: Date;
  /** Whether it is owed past its time now. */
  owed: boolean;
};

/** What a customer owes past its time, and what it owed that is being dunned for. */
export async function owingOf(tx: Tx, customerId: string, now: number): Promise<Owing[]> {
  return tx<Owing[]>`
    select id as invoice_id, customer_id, state, due_at,
           state in ('open', 'uncollectible') and due_at <= ${new Date(now)} as owed
      from invoices
     where customer_id = ${customerId}
       and ((state in ('open', 'uncollectible') and due_at <= ${new Date(now)})
         or id in (select invoice_id from invoice_dunning
                    where customer_id = ${customerId} and ended_at is null))
     order by id`;
}

export async function dunningOf(sql: Query, invoiceId: string): Promise<DunningRow | undefined> {
  const [row] = await sql<DunningRow[]>`
    select ${columns(sql)} from invoice_dunning where invoice_id = ${invoiceId}`;
  return row;
}

export async function saveDunning(tx: Tx, row: DunningRow): Promise<void> {
  const { invoice_id: _, customer_id: __, ...values } = row;
  await tx`
    insert into invoice_dunning ${tx(row)}
    on conflict (invoice_id) do update set ${tx(values)}`;
}

export type StepRow = DunningStep & { id: string; round: number; taken_by: string };
type StoredStep = Omit<StepRow, 'taken_at'> & { taken_at: Date };
export type NewStep = StoredStep & { invoice_id: string; customer_id: string };

export async function insertStep(tx: Tx, step: NewStep): Promise<void> {
  await tx`insert into dunning_steps ${tx(step)}`;
}

/** What was done about an invoice, in its order. */
export async function stepsOf(sql: Query, invoiceId: string): Promise<StoredStep[]> {
  return sql<StoredStep[]>`
    select id, round, kind, after_days, action, tells, taken_at, taken_by from dunning_steps
     where invoice_id = ${invoiceId} order by number`;
}

/** What the customer's debts come to: since when, and whether the plan's choice holds. */
export async function debtOf(sql: Query, customerId: string): Promise<Debt> {
  const [row] = await sql<[{ owed_since: Date | null; acted: boolean }]>`
    select min(owed_since) as owed_since,
           coalesce(bool_or(acted_at is not null and paused_at is null), false) as acted
      from invoice_dunning where customer_id = ${customerId} and ended_at is null`;
  return { owedSince: row.owed_since, acted: row.acted };
}

/**
 * Customers of a round about whom something is to be done by now: an invoice became past due, a
 * step's time has come, or a subscription is not as its customer's debts and its plan have it.
 */
export async function customersToDun(
  sql: Query,
  { round, but, limit }: { round: Round; but: readonly string[]; limit: number },
): Promise<string[]> {
  const at = new Date(round.now);
  const among = (column = sql`customer_id`) =>
    sql`${column} <> all(${[...but]}::text[]) and ${inRound(sql, round, column)}`;
  const rows = await sql<{ customer_id: string }[]>`
    (select distinct customer_id from invoices unpaid
      where state = 'open' and due_at <= ${at} and ${among()}
        and not exists (select from invoice_dunning
                         where invoice_id = unpaid.id and ended_at is null) limit ${limit})
    union
    (select customer_id from invoice_dunning
      where ended_at is null and paused_at is null and next_at <= ${at} and ${among()}
      limit ${limit})
    union
    (select live.customer_id
       from (select customer_id from invoice_dunning where ended_at is null
             union
             select customer_id from subscriptions
              where past_due_since is not null and canceled_at is null) owing
       join subscriptions live using (customer_id)
       join plan_versions on plan_versions.id = plan_version_id
       join plans on plans.id = plan_id,
       lateral (select min(owed_since) as since,
                       coalesce(bool_or(acted_at is not null and paused_at is null), false) as acted
                  from invoice_dunning debt
                 where debt.customer_id = live.customer_id and ended_at is null) debt
      where live.canceled_at is null and ${among(sql`live.customer_id`)}
        and (past_due_since is distinct from debt.since
          or (blocked_at is not null) <> (acted and unpaid_action = 'block')
          or (limited_at is not null) <> (acted and unpaid_action = 'limit')) limit ${limit})
    limit ${limit}`;
  return rows.map((row) => row.customer_id);
}

/** All that is counted by the settings is counted anew with the next run. */
export async function recountDunning(tx: Tx, now: number): Promise<void> {
  await tx`update invoice_dunning set next_at = ${new Date(now)}, next_kind = 'reminder'
    where ended_at is null and acted_at is null`;
}

export function shownDunning(
  row: DunningRow | undefined,
  steps: readonly StoredStep[],
): Dunning | null {
  if (row === undefined) return null;
  const { ended_at, paused_at, next_kind, next_at } = row;
  const isRunning = ended_at === null && paused_at === null;
  const next = isRunning && next_kind && next_at ? { kind: next_kind, at: next_at } : null;
  return {
    state: ended_at !== null ? 'ended' : paused_at !== null ? 'paused' : 'running',
    owed_since: row.owed_since.toISOString(),
    next: next && { ...next, at: next.at.toISOString() },
    acted: ended_at === null && paused_at === null && row.acted_at !== null,
    steps: steps.map(({ kind, after_days, action, tells, taken_at }) => ({
      kind,
      after_days,
      action,
      tells,
      taken_at: taken_at.toISOString(),
    })),
  };
}

export type OverdueRow = Owed & {
  id: string;
  series: string;
  number: bigint;
  state: 'open' | 'uncollectible';
  due_at: Date;
} & Pick<DunningRow, 'next_kind' | 'next_at' | 'paused_at'>;

const OVERDUE_MAX = 100;

/** Invoices that a customer owes past their time, the oldest first, at most 100. */
export async function overdueOf(
  sql: Query,
  customerId: string,
  now: number,
): Promise<OverdueRow[]> {
  const rows = await sql<(Omit<OverdueRow, keyof Owed> & Record<keyof Owed, string>)[]>`
    select id, series, number, state, due_at, total, from_balance, set_off, to_balance, credited,
           paid, next_kind, next_at, paused_at
      from invoices
      left join invoice_dunning on invoice_id = id and invoice_dunning.ended_at is null
     where invoices.customer_id = ${customerId} and state in ('open', 'uncollectible')
       and due_at <= ${new Date(now)}
     order by due_at, id limit ${OVERDUE_MAX}`;
  return rows.map((row) => ({
    ...row,
    total: BigInt(row.total),
    from_balance: BigInt(row.from_balance),
    set_off: BigInt(row.set_off),
    to_balance: BigInt(row.to_balance),
    credited: BigInt(row.credited),
    paid: BigInt(row.paid),
  }));
}
