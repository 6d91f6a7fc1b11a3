import type { MOVED_STATES, PlanMove, PlanMovePreview } from '../contract/plan-move.ts';
import type { PageQuery } from '../contract/page.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export const RUNNING = 'A move from this version is running: wait for it, or cancel it';

type Asked = {
  id: string;
  from_version: string;
  to_version: string;
  at: string;
  actor_kind: string;
  actor_id: string;
  created_at: Date;
};
export type MoveRow = Asked & { state: PlanMove['state']; ended_at: Date | null };
type Count = 'total' | 'moved' | 'failed' | 'passed_over' | 'waiting';
export type CountedMove = MoveRow & Record<Count, number>;
export type MovedState = (typeof MOVED_STATES)[number];

const columns = (sql: Query) => sql`
  plan_moves.id, from_version, to_version, plan_moves.at, plan_moves.state, actor_kind, actor_id,
  created_at, ended_at`;

const counted = (sql: Query) => sql`
  select ${columns(sql)}, counts.*
    from plan_moves cross join lateral (
      select count(*)::int as total,
             count(*) filter (where state = 'moved')::int as moved,
             count(*) filter (where state = 'failed')::int as failed,
             count(*) filter (where state = 'passed_over')::int as passed_over,
             count(*) filter (where state = 'waiting')::int as waiting
        from plan_move_subscriptions where move_id = plan_moves.id) counts`;

/** Live subscriptions on this version. */
const onVersion = (sql: Query, id: string) =>
  sql`from subscriptions where plan_version_id = ${id} and canceled_at is null`;

/** How many are on a version, and of how many something is pending. */
export async function countOn(sql: Query, versionId: string): Promise<PlanMovePreview> {
  const [row] = await sql<[PlanMovePreview]>`
    select count(*)::int as total,
           count(*) filter (where pending_kind = 'change')::int as changes_pending,
           count(*) filter (where pending_kind <> 'change')::int as others_pending
      ${onVersion(sql, versionId)}`;
  return row;
}

/** Writes down a move; false when another one from its version is running. */
export async function insertMove(tx: Tx, row: Asked): Promise<boolean> {
  const made = await tx`
    insert into plan_moves ${tx(row)}
    on conflict (from_version) where state = 'running' do nothing returning id`;
  return made.count === 1;
}

/** Everybody on its version waits for it. Out: how many that are. */
export async function enlist(tx: Tx, { id, from_version }: MoveRow | Asked): Promise<number> {
  const listed = await tx`
    insert into plan_move_subscriptions (move_id, subscription_id)
    select ${id}, id ${onVersion(tx, from_version)}`;
  return listed.count;
}

export async function moveById(sql: Query, id: string): Promise<CountedMove | undefined> {
  const [row] = await sql<CountedMove[]>`${counted(sql)} where plan_moves.id = ${id}`;
  return row;
}

/** Moves by page, newest first, one more than asked. */
export async function listMoves(
  sql: Query,
  list: PageQuery & { from_plan_version_id?: string | undefined },
): Promise<CountedMove[]> {
  const after = afterCursor(list, 'pmv');
  const { from_plan_version_id: from } = list;
  return sql<CountedMove[]>`${counted(sql)}
     where ${after === null ? sql`true` : sql`plan_moves.id < ${after}`}
       and ${from === undefined ? sql`true` : sql`from_version = ${from}`}
     order by plan_moves.id desc limit ${list.limit + 1}`;
}

export type MemberRow = {
  subscription_id: string;
  customer_id: string;
  customer_name: string;
  state: MovedState;
  code: string | null;
  detail: string | null;
  at: Date | null;
};

/** What became of each, by page, one more than asked. */
export async function listMembers(
  sql: Query,
  moveId: string,
  list: PageQuery & { state?: MovedState | undefined },
): Promise<MemberRow[]> {
  const after = afterCursor(list, 'sub');
  return sql<MemberRow[]>`
    select subscription_id, customer_id, customers.name as customer_name, member.state, code,
           detail, at
      from plan_move_subscriptions member
      join subscriptions on subscriptions.id = subscription_id
      join customers on customers.id = customer_id
     where move_id = ${moveId}
       and ${after === null ? sql`true` : sql`subscription_id < ${after}`}
       and ${list.state === undefined ? sql`true` : sql`member.state = ${list.state}`}
     order by subscription_id desc limit ${list.limit + 1}`;
}

/** The move, which ends in no other transaction until this one has. */
export async function holdMove(tx: Tx, id: string): Promise<MoveRow | undefined> {
  const [row] = await tx<MoveRow[]>`
    select ${columns(tx)} from plan_moves where id = ${id} for share`;
  return row;
}

/** The move, for whoever changes its state. */
export async function lockMove(tx: Tx, id: string): Promise<MoveRow | undefined> {
  const [row] = await tx<MoveRow[]>`
    select ${columns(tx)} from plan_moves where id = ${id} for update`;
  return row;
}

type Next = { id: string; customer_id: string };

const waitingIn = (tx: Tx, moveId: string) => tx`
  select subscription_id as id, customer_id
    from plan_move_subscriptions member
    join subscriptions on subscriptions.id = subscription_id
   where move_id = ${moveId} and member.state = 'waiting'
   order by subscription_id limit 1 for update of member`;

/**
 * Who comes next, and whose it is: of those whose turn goes on somewhere none before all others,
 * and then when it ended with nothing done. That of a core that is gone may end so.
 */
export async function takeNext(tx: Tx, moveId: string): Promise<Next | undefined> {
  const [free] = await tx<Next[]>`${waitingIn(tx, moveId)} skip locked`;
  if (free !== undefined) return free;
  const [left] = await tx<Next[]>`${waitingIn(tx, moveId)}`;
  return left;
}

type Outcome = { state: MovedState; at: Date; code?: string; detail?: string };

/** What became of one that waited; false when somebody was there before. */
export async function saveOutcome(
  tx: Query,
  { moveId, subscriptionId }: { moveId: string; subscriptionId: string },
  outcome: Outcome,
): Promise<boolean> {
  const saved = await tx`
    update plan_move_subscriptions set ${tx(outcome)}
     where move_id = ${moveId} and subscription_id = ${subscriptionId} and state = 'waiting'`;
  return saved.count === 1;
}

/** A move that runs, and for which nobody waits, is done. */
export async function endIfDone(sql: Query, id: string, at: Date): Promise<void> {
  await sql`
    update plan_moves set state = 'done', ended_at = ${at}
     where id = ${id} and state = 'running'
       and not exists (select from plan_move_subscriptions
                        where move_id = ${id} and state = 'waiting')`;
}

export async function cancelMove(tx: Tx, id: string, at: Date): Promise<void> {
  await tx`update plan_moves set state = 'canceled', ended_at = ${at} where id = ${id}`;
}

/**
 * Those that failed wait again, for a move that runs again. Out: how many that are.
 * @throws Fault already_exists when another one from its version was begun just now.
 */
export async function reopen(
  tx: Tx,
  { id, actor_kind, actor_id }: Pick<MoveRow, 'id' | 'actor_kind' | 'actor_id'>,
): Promise<number> {
  const row = { state: 'running', ended_at: null, actor_kind, actor_id };
  const uniques = { plan_moves_running: RUNNING };
  await unique(uniques, tx`update plan_moves set ${tx(row)} where id = ${id}`);
  const waiting = await tx`
    update plan_move_subscriptions set state = 'waiting', code = null, detail = null, at = null
     where move_id = ${id} and state = 'failed'`;
  return waiting.count;
}

/** Whether a move from this version is running. */
export async function isMoving(sql: Query, versionId: string): Promise<boolean> {
  const [row] = await sql`
    select from plan_moves where from_version = ${versionId} and state = 'running'`;
  return row !== undefined;
}
