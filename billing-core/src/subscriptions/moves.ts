import { heldVersion } from '../catalog/plan-store.ts';
import type { NewPlanMove, PlanMove, PlanMovePreview } from '../contract/plan-move.ts';
import { audit, type Doing } from '../kit/audit.ts';
import type { Tx } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { SendJob } from '../kit/jobs.ts';
import { refuse } from './actions.ts';
import { versionConflict } from './model.ts';
import {
  cancelMove,
  countOn,
  enlist,
  insertMove,
  isMoving,
  lockMove,
  moveById,
  reopen,
  RUNNING,
  type CountedMove,
} from './move-store.ts';
import { timeAhead } from './steps.ts';

/** The job that moves everybody of one move. */
export const MOVE = 'subscriptions.move';

/** Asks for a run of it; `run` tells it from the one that may ask. */
export const sendMove = (tx: Tx, send: SendJob, of: { plan_move_id: string; run: string }) =>
  send(tx, MOVE, of);

export const shownMove = ({
  from_version,
  to_version,
  actor_kind: _,
  actor_id: __,
  ...row
}: CountedMove): PlanMove => ({
  ...row,
  from_plan_version_id: from_version,
  to_plan_version_id: to_version,
  created_at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
});

/** Throws what a move of anybody would be refused with. */
async function check(doing: Doing, asked: NewPlanMove): Promise<void> {
  const { from_plan_version_id: from, to_plan_version_id: to, at } = asked;
  const before = found(await heldVersion(doing.tx, from), 'plan version');
  const after = found(await heldVersion(doing.tx, to), 'plan version');
  refuse(from === to ? 'They are on it already' : undefined);
  // As for a customer who has nothing of its own and pays as those do who are on it.
  const anybody = { id: '', state: 'active' as const, currency: before.currency };
  refuse(versionConflict(anybody, after));
  if (at !== 'now' && at !== 'period_end') timeAhead(at, 'at', doing.now);
}

/** What a move would be about. Throws what starting it would, but for another one that runs. */
export async function previewMove(doing: Doing, asked: NewPlanMove): Promise<PlanMovePreview> {
  await check(doing, asked);
  return countOn(doing.tx, asked.from_plan_version_id);
}

async function told(
  { tx, actor, now, requestId }: Doing,
  id: string,
  deed: 'start' | 'cancel' | 'retry',
): Promise<CountedMove> {
  const row = found(await moveById(tx, id), 'plan move');
  const { from_version, to_version, at, total, moved, failed, waiting } = row;
  const detail = { from_version, to_version, at, total, moved, failed, waiting };
  await audit(tx, { actor, action: `plan_move.${deed}`, subjectId: id, now, requestId, detail });
  return row;
}

/** Has everybody moved who is on a version now: by a job, each by itself. */
export async function startMove(
  doing: Doing,
  asked: NewPlanMove,
  send: SendJob,
): Promise<CountedMove> {
  const { tx, actor, now } = doing;
  await check(doing, asked);
  const row = {
    id: newId('pmv', now),
    from_version: asked.from_plan_version_id,
    to_version: asked.to_plan_version_id,
    at: asked.at,
    actor_kind: actor.kind,
    actor_id: actor.id,
    created_at: new Date(now),
  };
  refuse((await insertMove(tx, row)) ? undefined : RUNNING);
  refuse((await enlist(tx, row)) > 0 ? undefined : 'Nobody is on it');
  await sendMove(tx, send, { plan_move_id: row.id, run: 'first' });
  return told(doing, row.id, 'start');
}

/** Nobody is moved any more, whoever was is; returns when that is so. */
export async function stopMove(doing: Doing, id: string): Promise<CountedMove> {
  const row = found(await lockMove(doing.tx, id), 'plan move');
  refuse(row.state === 'running' ? undefined : `It is ${row.state}`);
  await cancelMove(doing.tx, id, new Date(doing.now));
  return told(doing, id, 'cancel');
}

/** Those that failed have another turn. */
export async function retryMove(doing: Doing, id: string, send: SendJob): Promise<CountedMove> {
  const { tx, actor } = doing;
  const row = found(await lockMove(tx, id), 'plan move');
  refuse(row.state === 'done' ? undefined : `It is ${row.state}`);
  refuse((await isMoving(tx, row.from_version)) ? RUNNING : undefined);
  const again = await reopen(tx, { id, actor_kind: actor.kind, actor_id: actor.id });
  refuse(again > 0 ? undefined : 'None of them failed');
  await sendMove(tx, send, { plan_move_id: id, run: doing.requestId });
  return told(doing, id, 'retry');
}
