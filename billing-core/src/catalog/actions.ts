import type { MeterPatch } from '../contract/meter.ts';
import type { NewPlan, NewPlanVersion, PlanPatch } from '../contract/plan.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import {
  checkVersion,
  kindFaults,
  OWN_VERSIONS_MAX,
  unbillablePrice,
  VERSIONS_MAX,
  type VersionContent,
  type VersionRow,
} from './model.ts';
import {
  clearDefault,
  countVersions,
  insertPlan,
  insertVersion,
  isCustomer,
  lockPlan,
  lockVersion,
  moveVersion,
  replaceVersion,
  updatePlan,
  versionById,
  type PlanRow,
  type PlanValues,
} from './plan-store.ts';
import {
  archivedOf,
  deleteMeter,
  lockMeter,
  meterById,
  metersById,
  routesCounting,
  updateMeter,
  type MeterRow,
} from './store.ts';

/** The meter that every installation has: routes count by it unless they say otherwise. */
const BUILT_IN_METER = 'mtr_requests';

const record = ({ tx, actor, now, requestId }: Doing, action: string, subjectId: string) =>
  audit(tx, { actor, action, subjectId, now, requestId });

/** Deletes a meter that no route, price or entitlement ever named. */
export async function removeMeter(doing: Doing, id: string): Promise<void> {
  found(await meterById(doing.tx, id), 'meter');
  if (id === BUILT_IN_METER) {
    throw new Fault('state_conflict', { detail: 'The meter is built in' });
  }
  await deleteMeter(doing.tx, id);
  await record(doing, 'meter.delete', id);
}

/** Nothing new may name it from now on. What a route counts on is in use. */
async function refuseArchiving(doing: Doing, id: string): Promise<void> {
  if (id === BUILT_IN_METER) {
    throw new Fault('state_conflict', { detail: 'The meter is built in' });
  }
  const names = await routesCounting(doing.tx, id);
  if (names.length === 0) return;
  const detail = `Routes count on it: ${names.join(', ')}`;
  throw new Fault('state_conflict', { detail });
}

/** Renames a meter, archives it or takes that back. */
export async function changeMeter(
  doing: Doing,
  id: string,
  { name, archived }: MeterPatch,
): Promise<MeterRow> {
  const before = found(await lockMeter(doing.tx, id), 'meter');
  const isArchived = before.archived_at !== null;
  if (archived === true && !isArchived) await refuseArchiving(doing, id);
  const archived_at = archived === true ? new Date(doing.now) : null;
  const row = await updateMeter(doing.tx, id, {
    name: name ?? before.name,
    ...(archived !== undefined && archived !== isArchived && { archived_at }),
  });
  const { tx, actor, now, requestId } = doing;
  const detail = {
    ...(name !== undefined && { name }),
    ...(archived !== undefined && { archived }),
  };
  await audit(tx, { actor, action: 'meter.update', subjectId: id, now, requestId, detail });
  return found(row, 'meter');
}

export async function createPlan(doing: Doing, wanted: NewPlan): Promise<PlanRow> {
  const row = await insertPlan(doing.tx, { id: newId('pln', doing.now), ...wanted });
  await record(doing, 'plan.create', row.id);
  return row;
}

/** What a patch sets: the default is offered, and what is not offered is no default. */
function planValues(patch: PlanPatch): PlanValues {
  const { name, description, self_serve, self_serve_default, unpaid_action, pausable } = patch;
  const unpaid_rate_per_second = patch.unpaid_rate_per_second ?? null;
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(self_serve !== undefined && { self_serve }),
    ...(self_serve === false && { self_serve_default: false }),
    ...(self_serve_default !== undefined && { self_serve_default }),
    ...(self_serve_default === true && { self_serve: true }),
    ...(pausable !== undefined && { pausable }),
    ...(unpaid_action !== undefined && { unpaid_action, unpaid_rate_per_second }),
  };
}

/** Changes a plan's words and whether it is offered. The mark of the default moves to it. */
export async function changePlan(doing: Doing, id: string, patch: PlanPatch): Promise<PlanRow> {
  // The mark before the plan: two that take it from one another must not wait in a circle.
  if (patch.self_serve_default === true) await clearDefault(doing.tx);
  const { kind } = found(await lockPlan(doing.tx, id), 'plan');
  if (kind === 'add_on' && (patch.self_serve === true || patch.self_serve_default === true)) {
    const message = 'is nothing of an add-on';
    const path = patch.self_serve === true ? 'self_serve' : 'self_serve_default';
    throw new Fault('invalid_request', { errors: [{ path, message }] });
  }
  const row = await updatePlan(doing.tx, id, planValues(patch));
  const { tx, actor, now, requestId } = doing;
  await audit(tx, { actor, action: 'plan.update', subjectId: id, now, requestId, detail: patch });
  return row;
}

async function contentOf(
  { tx }: Doing,
  kind: VersionRow['kind'],
  wanted: NewPlanVersion,
): Promise<VersionContent> {
  const named = [...wanted.prices, ...wanted.entitlements].map((line) => line.meter_id ?? '');
  const { content, errors } = checkVersion(wanted, await metersById(tx, named));
  errors.push(...kindFaults(kind, wanted));
  const archived = await archivedOf(tx, named);
  for (const part of ['prices', 'entitlements'] as const) {
    for (const [at, { meter_id: meterId }] of wanted[part].entries()) {
      if (!archived.has(meterId ?? '')) continue;
      errors.push({ path: `${part}.${at}.meter_id`, message: 'is archived' });
    }
  }
  const { customer_id: customerId } = wanted;
  if (customerId !== null && !(await isCustomer(tx, customerId))) {
    errors.push({ path: 'customer_id', message: 'is not a customer' });
  }
  if (errors.length > 0) throw new Fault('invalid_request', { errors });
  return content;
}

const saved = async ({ tx }: Doing, id: string): Promise<VersionRow> =>
  found(await versionById(tx, id), 'plan version');

/** Starts the next version of a plan, as a draft. */
export async function draftVersion(
  doing: Doing,
  planId: string,
  wanted: NewPlanVersion,
): Promise<VersionRow> {
  const { tx, now } = doing;
  const { kind } = found(await lockPlan(tx, planId), 'plan');
  const content = await contentOf(doing, kind, wanted);
  const { shared, own, next } = await countVersions(tx, planId, wanted.customer_id);
  if (wanted.customer_id === null && shared >= VERSIONS_MAX) {
    throw new Fault('state_conflict', { detail: `A plan has at most ${VERSIONS_MAX} versions` });
  }
  if (wanted.customer_id !== null && own >= OWN_VERSIONS_MAX) {
    const detail = `A customer has at most ${OWN_VERSIONS_MAX} versions of its own`;
    throw new Fault('state_conflict', { detail });
  }
  const id = newId('plv', now);
  await insertVersion(tx, { id, planId, number: next, now }, content);
  await record(doing, 'plan_version.create', id);
  return saved(doing, id);
}

async function lockedIn(
  { tx }: Doing,
  id: string,
  state: VersionRow['state'],
): Promise<VersionRow> {
  const version = found(await lockVersion(tx, id), 'plan version');
  if (version.state === state) return version;
  throw new Fault('state_conflict', { detail: `The version is ${version.state}, not ${state}` });
}

/** Replaces all that a draft says. */
export async function rewriteVersion(
  doing: Doing,
  id: string,
  wanted: NewPlanVersion,
): Promise<VersionRow> {
  const { kind } = await lockedIn(doing, id, 'draft');
  await replaceVersion(doing.tx, { id, now: doing.now }, await contentOf(doing, kind, wanted));
  await record(doing, 'plan_version.update', id);
  return saved(doing, id);
}

/** Throws meter_archived where a meter was archived since the draft was written. */
async function refuseArchived({ tx }: Doing, { prices, entitlements }: VersionRow): Promise<void> {
  const named = [...prices, ...entitlements].map((line) => line.meter_id ?? '');
  const archived = await archivedOf(tx, named);
  if (archived.size === 0) return;
  const names = (await metersById(tx, [...archived])).map(({ name }) => name);
  const out = 'take the meter back, or take what names it out of the draft';
  throw new Fault('meter_archived', { detail: `Archived: ${names.join(', ')}. Before: ${out}` });
}

/**
 * From here on the version is what it is, and can be subscribed to. Throws state_conflict for one
 * that could be sold but never billed, meter_archived for one of what is counted no more.
 */
export async function publishVersion(doing: Doing, id: string): Promise<VersionRow> {
  const draft = await lockedIn(doing, id, 'draft');
  const unbillable = unbillablePrice(draft);
  if (unbillable !== undefined) throw new Fault('state_conflict', { detail: unbillable });
  await refuseArchived(doing, draft);
  const published_at = new Date(doing.now);
  await moveVersion(doing.tx, id, { state: 'published', published_at });
  await record(doing, 'plan_version.publish', id);
  return saved(doing, id);
}

/** Nobody new can subscribe to it; who is on it stays. */
export async function archiveVersion(doing: Doing, id: string): Promise<VersionRow> {
  await lockedIn(doing, id, 'published');
  await moveVersion(doing.tx, id, { state: 'archived' });
  await record(doing, 'plan_version.archive', id);
  return saved(doing, id);
}
