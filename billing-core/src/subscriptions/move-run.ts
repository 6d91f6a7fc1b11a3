import { setTimeout as pause } from 'node:timers/promises';
import { atTimeOf } from '../customers/clock.ts';
import { nameRequest, type Actor, type Doing } from '../kit/audit.ts';
import type { Tx } from '../kit/database.ts';
import type { Fault } from '../kit/fault.ts';
import { faultOf, type Kit } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { openSending, type Job, type SendJob } from '../kit/jobs.ts';
import { settled, tell } from './load.ts';
import {
  endIfDone,
  holdMove,
  saveOutcome,
  takeNext,
  type MovedState,
  type MoveRow,
} from './move-store.ts';
import { MOVE, sendMove } from './moves.ts';
import { keepPlan, planOf, type Plan } from './steps.ts';

/** Then another run goes on: what is asked for anew is not what died. */
const RUN_MS = 60_000;
const HEARTBEAT_S = 10;
const SECONDS_MAX = 300;
/** With pauses up to a quarter of an hour: about five hours. */
const RETRIES = 25;
/** Who is in the way of one step is gone soon: the run waits for that, so often. */
const TRIES = 3;
const TRY_AGAIN_MS = 500;

type MovingKit = Pick<Kit, 'sql' | 'clock' | 'log'> & { send: SendJob };

/** Who asked, as each step of theirs by itself would have it. */
const actorOf = ({ actor_kind: kind, actor_id: id }: MoveRow): Actor =>
  kind === 'token'
    ? { kind, id, scopes: ['admin'] }
    : kind === 'user'
      ? { kind, id, role: 'admin' }
      : { kind: 'system', id };

/** Whether it is to be there, just then, already. */
function isSet(plan: Plan): boolean {
  const { row } = plan.before;
  if (plan.isNow) return false;
  const { pending_plan_version_id: to, pending_at } = plan.after.row;
  return row.pending_plan_version_id === to && row.pending_at?.getTime() === pending_at?.getTime();
}

/** Takes the step of one subscription. Throws what its own request would be answered. */
async function moveOne(doing: Doing, id: string, move: MoveRow): Promise<MovedState> {
  const all = await settled(doing, id);
  const { row } = all.loaded;
  const isElsewhere = row.canceled_at !== null || row.plan_version_id !== move.from_version;
  const asked = { plan_version_id: move.to_version, at: move.at, credit_unused: false };
  const plan = isElsewhere
    ? undefined
    : await planOf(doing, all, { step: 'change' as const, ...asked });
  if (plan !== undefined && !isSet(plan)) {
    await keepPlan(doing, plan);
    return 'moved';
  }
  if (all.happened > 0) await tell(doing, all.loaded);
  return 'passed_over';
}

/** What a person reads of a refusal. */
const reasonOf = ({ detail, errors }: Fault): string =>
  errors === undefined
    ? detail
    : errors.map(({ path, message }) => `${path} ${message}`).join(', ');

/** Whose turn it is; undefined when nobody waits for it, or it ended. */
type Turn = { id: string; failure?: unknown } | undefined;

/** The turn of one: its step and that it is taken commit together. */
async function turn({ sql, clock }: MovingKit, moveId: string): Promise<Turn> {
  let next: { id: string; customer_id: string } | undefined;
  const work = async (tx: Tx): Promise<void> => {
    const move = await holdMove(tx, moveId);
    if (move?.state !== 'running') return;
    next = await takeNext(tx, moveId);
    if (next === undefined) return;
    const now = clock();
    const requestId = newId('req', now);
    await nameRequest(tx, { requestId });
    const doing = { tx, actor: actorOf(move), now, requestId, partOf: moveId };
    const there = await atTimeOf({ ...doing, query: tx }, next.customer_id);
    const state = await moveOne(there, next.id, move);
    await saveOutcome(tx, { moveId, subscriptionId: next.id }, { state, at: new Date(now) });
  };
  try {
    await sql.begin(work);
    return next && { id: next.id };
  } catch (failure) {
    // Nothing of the step is left; without a turn it is not one subscription that failed.
    if (next === undefined) throw failure;
    return { id: next.id, failure };
  }
}

/** The turn of one, to its end: what is in its way soon is not. */
async function wholeTurn(kit: MovingKit, moveId: string): Promise<Turn> {
  for (let tries = 1; ; tries++) {
    const taken = await turn(kit, moveId);
    if (taken?.failure === undefined) return taken;
    const fault = faultOf(taken.failure);
    if (fault.code !== 'unavailable') {
      if (fault.code === 'internal') {
        const about = { err: taken.failure, subscription: taken.id, plan_move: moveId };
        kit.log.error(about, 'a subscription could not be moved');
      }
      const place = { moveId, subscriptionId: taken.id };
      const told = { code: fault.code, detail: reasonOf(fault), at: new Date(kit.clock()) };
      await saveOutcome(kit.sql, place, { state: 'failed', ...told });
      return taken;
    }
    if (tries === TRIES) throw taken.failure;
    await pause(TRY_AGAIN_MS);
  }
}

/**
 * Moves one after the other, as if each had been moved by hand, until nobody waits: exactly once
 * each, however often it is begun, beside itself too. One that is refused holds up no other.
 */
export async function moveEverybody(
  kit: MovingKit,
  { id, signal, until }: { id: string; signal: AbortSignal; until: number },
): Promise<void> {
  for (;;) {
    if ((await wholeTurn(kit, id)) === undefined) break;
    signal.throwIfAborted();
    if (kit.clock() >= until) {
      const next = { plan_move_id: id, run: newId('req', kit.clock()) };
      await kit.sql.begin((tx) => sendMove(tx, kit.send, next));
      return;
    }
  }
  await endIfDone(kit.sql, id, new Date(kit.clock()));
}

/** The job that does so, and is gone on with soon after its core died. */
export function moveJob(opened: Omit<MovingKit, 'send'>): Job {
  const kit = { ...opened, send: openSending(opened.sql) };
  return {
    name: MOVE,
    retries: RETRIES,
    secondsMax: SECONDS_MAX,
    heartbeatS: HEARTBEAT_S,
    inSteps: ({ data, now, signal }) =>
      moveEverybody(kit, { id: data['plan_move_id'] ?? '', signal, until: now + RUN_MS }),
  };
}
