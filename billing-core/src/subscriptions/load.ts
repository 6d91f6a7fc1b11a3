import { shownVersion } from '../catalog/model.ts';
import { versionById } from '../catalog/plan-store.ts';
import { lockCustomer, type CustomerRow } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { debtChange, underDebt } from './debt.ts';
import { happenings, type Happening, type Loaded, type VersionTerms } from './decide.ts';
import { itemsOf, saveItems } from './item-store.ts';
import { shownSubscription, type SubscriptionRow } from './model.ts';
import {
  insertCharges,
  insertPhase,
  phasesOf,
  subscriptionById,
  updateSubscription,
} from './row-store.ts';

async function termsOf(sql: Query, id: string): Promise<VersionTerms> {
  return shownVersion(found(await versionById(sql, id), 'plan version'));
}

/** The subscription with all that decisions about it need. */
export async function loadedOf(sql: Query, row: SubscriptionRow): Promise<Loaded> {
  const phases = await phasesOf(sql, row.id);
  const pending = row.pending_plan_version_id;
  const ids = new Set(phases.map(({ plan_version_id }) => plan_version_id));
  if (pending !== null) ids.add(pending);
  const items = await itemsOf(sql, row.id);
  for (const { plan_version_id } of items) ids.add(plan_version_id);
  const versions = new Map<string, VersionTerms>();
  for (const id of ids) versions.set(id, await termsOf(sql, id));
  return { row, phases, versions, items };
}

/** What an audit entry tells of a subscription, before and after. */
const remembered = ({ row }: Loaded, now: number) => {
  const { id: _, customer_id: __, current_period: ___, ...shown } = shownSubscription(row, now);
  return shown;
};

/** The fields in which two records differ, as they were and as they are. */
function difference<Of extends object>(before: Of, after: Of) {
  const names = Object.keys(after) as (keyof Of)[];
  const changed = names.filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const pick = (of: Of) => Object.fromEntries(changed.map((name) => [name, of[name]]));
  return { before: pick(before), after: pick(after) };
}

/** Writes who did what to a subscription: what it was, and what it is. */
export async function recordStep(
  doing: Doing,
  action: string,
  { before, after }: { before?: Loaded; after: Loaded },
): Promise<void> {
  const { tx, actor, now, requestId, partOf: part_of } = doing;
  const { row } = after;
  const { customer_id, plan_version_id } = row;
  const about = { customer_id, plan_version_id, ...(part_of && { part_of }) };
  const changed = before && difference(remembered(before, now), remembered(after, now));
  const detail = JSON.parse(JSON.stringify({ ...about, ...changed }));
  await audit(tx, { actor, action, subjectId: row.id, now, requestId, detail });
}

/** Keeps what happened: the subscription, its phase, what is owed for it, and who did it. */
export async function keep(doing: Doing, before: Loaded, happening: Happening): Promise<void> {
  const { tx, now } = doing;
  const { after, cause, at, fees } = happening;
  const { row } = after;
  const changed = Object.entries(row).filter(
    ([name, value]) => before.row[name as keyof SubscriptionRow] !== value,
  );
  // An add-on mostly changes nothing of the subscription itself.
  if (changed.length > 0) await updateSubscription(tx, row.id, Object.fromEntries(changed));
  const phase = after.phases.at(-1);
  if (happening.isPhase && phase !== undefined) await insertPhase(tx, row.id, phase);
  await saveItems(tx, row.id, { before: before.items ?? [], after: after.items ?? [] });
  const currency = after.versions.get(row.plan_version_id)?.currency ?? '';
  const due_at = new Date(at);
  await insertCharges(tx, fees, { subscription: row, cause, currency, due_at, now });
  await recordStep(doing, `subscription.${cause}`, { before, after });
}

/** On another plan it is that plan's choice that holds for what the customer owes. */
export async function followingDebt(doing: Doing, before: Loaded, after: Loaded): Promise<Loaded> {
  if (after.row.plan_id === before.row.plan_id) return after;
  const row = await underDebt(doing, after.row);
  const change = debtChange(after.row, row);
  if (change !== undefined) await updateSubscription(doing.tx, row.id, change);
  return { ...after, row };
}

/**
 * The subscription under its customer's lock, with everything written down that has happened by
 * itself until now, and that customer.
 */
export async function settled(
  doing: Doing,
  id: string,
): Promise<{ loaded: Loaded; customer: CustomerRow; happened: number }> {
  const { tx, now } = doing;
  const seen = found(await subscriptionById(tx, id), 'subscription');
  const customer = found(await lockCustomer(tx, seen.customer_id), 'customer');
  const row = found(await subscriptionById(tx, id), 'subscription');
  const before = await loadedOf(tx, row);
  let loaded = before;
  const all = happenings(loaded, now);
  for (const happening of all) {
    await keep(doing, loaded, happening);
    loaded = happening.after;
  }
  loaded = await followingDebt(doing, before, loaded);
  return { loaded, customer, happened: all.length };
}

/** Tells gateways and whoever else follows: last, as its lock is the last one taken. */
export const tell = ({ tx }: Doing, { row }: Loaded): Promise<void> =>
  appendChange(tx, 'customer', row.customer_id);
