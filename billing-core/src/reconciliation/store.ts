import type { JSONValue } from 'postgres';
import type { Reconciliation } from '../contract/reconciliation.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import type { Difference } from './model.ts';
import { insertTotals } from './totals-store.ts';
import type { Totals } from './totals.ts';

type Times = 'since' | 'began_at' | 'ended_at' | 'told_at' | 'pruned_at';
export type ReconciliationRow = Omit<Reconciliation, Times> & {
  since: Date;
  began_at: Date;
  ended_at: Date | null;
  told_at: Date | null;
  pruned_at: Date | null;
};
const columns = (sql: Query) =>
  sql`id, state, requested_by, since, began_at, ended_at, said, stages, told_at, pruned_at`;

export async function beginOne(
  sql: Query,
  row: Pick<ReconciliationRow, 'id' | 'requested_by' | 'since' | 'began_at'>,
): Promise<ReconciliationRow> {
  const [made] = await sql<ReconciliationRow[]>`
    insert into reconciliations ${sql(row)} returning ${columns(sql)}`;
  return made as ReconciliationRow;
}

type End = Pick<ReconciliationRow, 'state' | 'said' | 'stages'> & {
  now: number;
  differences: readonly Difference[];
  totals: readonly Totals[];
};

/** What has been compared so far, for who waits for the rest. */
export async function saveStages(
  sql: Query,
  id: string,
  stages: ReconciliationRow['stages'],
): Promise<void> {
  await sql`update reconciliations set stages = ${sql.json(stages as JSONValue)}
    where id = ${id} and state = 'running'`;
}

/** The result, once: false for who comes second and finds it there. */
export async function endOne(tx: Tx, id: string, end: End): Promise<boolean> {
  const { state, said, stages, now, differences, totals } = end;
  const [mine] = await tx`
    update reconciliations
       set state = ${state}, said = ${said}, stages = ${tx.json(stages as JSONValue)},
           ended_at = ${new Date(now)}
     where id = ${id} and state = 'running' returning id`;
  if (mine === undefined) return false;
  await insertTotals(tx, id, totals);
  if (differences.length === 0) return true;
  const rows = differences.map(
    ({ stage, kind, customerId, period, subjectId, here, there, detail }, at) => ({
      reconciliation_id: id,
      position: at,
      stage,
      kind,
      customer_id: customerId,
      period,
      subject_id: subjectId,
      here,
      there,
      detail: tx.json(detail),
    }),
  );
  await tx`insert into reconciliation_differences ${tx(rows)}`;
  return true;
}

export async function oneById(sql: Query, id: string): Promise<ReconciliationRow | undefined> {
  const [row] = await sql<ReconciliationRow[]>`
    select ${columns(sql)} from reconciliations where id = ${id}`;
  return row;
}

/** The newest first, one more than asked. */
export async function listAll(sql: Query, page: PageQuery): Promise<ReconciliationRow[]> {
  const after = afterCursor(page, 'rcn');
  return sql<ReconciliationRow[]>`
    select ${columns(sql)} from reconciliations
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export type DifferenceRow = Pick<Difference, 'stage' | 'kind' | 'here' | 'there' | 'detail'> & {
  position: number;
  customer_id: string | null;
  customer_name: string | null;
  period: string | null;
  subject_id: string;
  repaired_at: Date | null;
  repairing: boolean;
  repair_said: string;
};

const differenceColumns = (sql: Query) => sql`
  position, stage, kind, customer_id, customers.name as customer_name, period, subject_id, here,
  there, detail, repaired_at, repairing, repair_said`;

const PLACE = /^\d{1,9}$/;

/** Differences in their order, one more than asked. */
export async function differencesOf(
  sql: Query,
  id: string,
  page: PageQuery & { customer_id?: string | undefined },
): Promise<DifferenceRow[]> {
  const after = afterCursor(page, PLACE);
  const { customer_id: customer } = page;
  return sql<DifferenceRow[]>`
    select ${differenceColumns(sql)} from reconciliation_differences
      left join customers on customers.id = customer_id
     where reconciliation_id = ${id}
       and ${after === null ? sql`true` : sql`position > ${Number(after)}`}
       and ${customer === undefined ? sql`true` : sql`customer_id = ${customer}`}
     order by position limit ${page.limit + 1}`;
}

/** All that are named, in their order. */
export async function allDifferencesOf(sql: Query, id: string): Promise<DifferenceRow[]> {
  return sql<DifferenceRow[]>`
    select ${differenceColumns(sql)} from reconciliation_differences
      left join customers on customers.id = customer_id
     where reconciliation_id = ${id} order by position`;
}

export async function differenceAt(
  sql: Query,
  id: string,
  position: number,
): Promise<DifferenceRow | undefined> {
  const [row] = await sql<DifferenceRow[]>`
    select ${differenceColumns(sql)} from reconciliation_differences
      left join customers on customers.id = customer_id
     where reconciliation_id = ${id} and position = ${position}`;
  return row;
}

export async function saveRepaired(
  sql: Query,
  { id, position, now }: { id: string; position: number; now: number },
): Promise<void> {
  await sql`update reconciliation_differences
    set repaired_at = ${new Date(now)}, repairing = false, repair_said = ''
    where reconciliation_id = ${id} and position = ${position}`;
}

/** One was confirmed. */
export async function saveRepairing(
  sql: Query,
  { id, position }: { id: string; position: number },
): Promise<void> {
  await sql`update reconciliation_differences set repairing = true, repair_said = ''
    where reconciliation_id = ${id} and position = ${position} and repaired_at is null`;
}

/** Why a repair did not do away with it. */
export async function saveRepairSaid(
  sql: Query,
  { id, position, said }: { id: string; position: number; said: string },
): Promise<void> {
  await sql`update reconciliation_differences set repairing = false, repair_said = ${said}
    where reconciliation_id = ${id} and position = ${position} and repaired_at is null`;
}
