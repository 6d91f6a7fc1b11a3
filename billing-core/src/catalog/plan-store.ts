import type { NewPlan, Plan } from '../contract/plan.ts';
import type { PageQuery } from '../contract/page.ts';
import { referenced, unique, type Query, type Tx } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { LOCKS } from '../kit/locks.ts';
import { afterCursor } from '../kit/page.ts';
import type { VersionContent, VersionRow } from './model.ts';
import { insertPrices, pricesOf } from './price-store.ts';

export type PlanRow = Omit<Plan, 'versions' | 'created_at'> & { created_at: Date };

const planColumns = (sql: Query) =>
  sql`id, slug, name, description, kind, self_serve, self_serve_default, pausable, unpaid_action,
      trim_scale(unpaid_rate_per_second)::text as unpaid_rate_per_second, created_at`;

// Amounts as text: JSON would make floats of them.
const versions = (sql: Query) => sql`
  select id, plan_id, number, state, currency, trial_days, interval_months,
    proration, charged, for_customer as customer_id, threshold_amount::text, published_at,
    (select kind from plans where plans.id = plan_id) as kind,
    (${pricesOf(sql)}) as prices,
    (select coalesce(json_agg(json_build_object('id', entitlements.id, 'kind', kind,
              'feature', feature, 'meter_id', meter_id, 'quota_limit', quota_limit::text,
              'scale', scale, 'quota_window', quota_window, 'quota_scope', quota_scope,
              'enforcement', enforcement,
              'on_unreachable', on_unreachable,
              'rate_per_second', trim_scale(rate_per_second)::text, 'burst', burst,
              'included_units', included_units::text)
              order by position), '[]')
       from entitlements left join meters on meters.id = meter_id
      where plan_version_id = plan_versions.id) as entitlements
    from plan_versions`;

/** Plans by page, newest first, one row more than asked. */
export async function listPlans(sql: Query, page: PageQuery): Promise<PlanRow[]> {
  const after = afterCursor(page, 'pln');
  return sql<PlanRow[]>`
    select ${planColumns(sql)} from plans
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export async function planById(sql: Query, id: string): Promise<PlanRow | undefined> {
  const [row] = await sql<PlanRow[]>`select ${planColumns(sql)} from plans where id = ${id}`;
  return row;
}

/** Waits for other writers of this plan, so that its versions are numbered one after another. */
export async function lockPlan(tx: Tx, id: string): Promise<PlanRow | undefined> {
  const [row] = await tx<PlanRow[]>`
    select ${planColumns(tx)} from plans where id = ${id} for no key update`;
  return row;
}

export async function insertPlan(tx: Tx, plan: NewPlan & { id: string }): Promise<PlanRow> {
  const [row] = await unique(
    { plans_slug_key: `A plan with slug ${plan.slug} exists already` },
    tx<[PlanRow]>`insert into plans ${tx(plan)} returning ${planColumns(tx)}`,
  );
  return row;
}

export type PlanValues = Partial<Omit<PlanRow, 'id' | 'slug' | 'created_at'>>;

export async function updatePlan(tx: Tx, id: string, values: PlanValues): Promise<PlanRow> {
  const [row] = await tx<[PlanRow]>`
    update plans set ${tx(values)} where id = ${id} returning ${planColumns(tx)}`;
  return row;
}

/** Takes the mark from whichever plan has it; one at a time, so that two marks cannot meet. */
export async function clearDefault(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCKS.defaultPlan})`;
  await tx`update plans set self_serve_default = false where self_serve_default`;
}

/** The versions of these plans that are for all customers, newest first. */
export async function versionsOf(sql: Query, planIds: string[]): Promise<VersionRow[]> {
  return sql<VersionRow[]>`
    ${versions(sql)} where plan_id = any(${planIds}) and for_customer is null
     order by number desc`;
}

/** Those that are this customer's own, of whatever plan, newest first. */
export async function versionsOfCustomer(sql: Query, customerId: string): Promise<VersionRow[]> {
  return sql<VersionRow[]>`${versions(sql)} where for_customer = ${customerId} order by id desc`;
}

/** How many versions a plan has that are for all, how many this customer's own, and the next. */
export async function countVersions(
  sql: Query,
  planId: string,
  customerId: string | null,
): Promise<{ shared: number; own: number; next: number }> {
  const [row] = await sql<[{ shared: number; own: number; next: number }]>`
    select count(*) filter (where for_customer is null)::int as shared,
           (select count(*)::int from plan_versions where for_customer = ${customerId}) as own,
           (coalesce(max(number), 0) + 1)::int as next
      from plan_versions where plan_id = ${planId}`;
  return row;
}

/** Whether there is this customer. */
export async function isCustomer(sql: Query, id: string): Promise<boolean> {
  return (await sql`select from customers where id = ${id}`).length === 1;
}

export async function versionById(sql: Query, id: string): Promise<VersionRow | undefined> {
  const [row] = await sql<VersionRow[]>`${versions(sql)} where id = ${id}`;
  return row;
}

/** Waits for other writers of the version: publishing and replacing come one after another. */
export async function lockVersion(tx: Tx, id: string): Promise<VersionRow | undefined> {
  await tx`select from plan_versions where id = ${id} for update`;
  return versionById(tx, id);
}

/** The version as it stays until the transaction ends: nobody archives it meanwhile. */
export async function heldVersion(tx: Tx, id: string): Promise<VersionRow | undefined> {
  await tx`select from plan_versions where id = ${id} for share`;
  return versionById(tx, id);
}

/** The newest published version of each of these plans that has one. */
export async function offeredVersions(sql: Query, planIds: string[]): Promise<VersionRow[]> {
  return sql<VersionRow[]>`
    ${versions(sql)} where id in (
      select distinct on (plan_id) id from plan_versions
       where plan_id = any(${planIds}) and state = 'published' and for_customer is null
       order by plan_id, number desc)`;
}

/** Self-serve plans that have a published version, by page, newest first. */
export async function listOffered(sql: Query, page: PageQuery): Promise<PlanRow[]> {
  const after = afterCursor(page, 'pln');
  return sql<PlanRow[]>`
    select ${planColumns(sql)} from plans
     where self_serve and ${after === null ? sql`true` : sql`id < ${after}`}
       and exists (select from plan_versions
                    where plan_id = plans.id and state = 'published' and for_customer is null)
     order by id desc limit ${page.limit + 1}`;
}

/** The version a self-serve sign-up starts on, if a plan is marked and has one published. */
export async function defaultVersion(sql: Query): Promise<VersionRow | undefined> {
  const [plan] = await sql<{ id: string }[]>`select id from plans where self_serve_default`;
  if (!plan) return undefined;
  const [version] = await offeredVersions(sql, [plan.id]);
  return version;
}

/** What a version says beside its lines. */
const termsOf = ({ prices: _, entitlements: __, customer_id, ...terms }: VersionContent) => ({
  ...terms,
  for_customer: customer_id,
});

type Draft = { id: string; planId: string; number: number; now: number };

export async function insertVersion(tx: Tx, draft: Draft, content: VersionContent): Promise<void> {
  const { id, planId: plan_id, number } = draft;
  const values = { id, plan_id, number, ...termsOf(content), created_at: new Date(draft.now) };
  await tx`insert into plan_versions ${tx(values)}`;
  await insertLines(tx, draft, content);
}

/** Replaces all that a draft says. */
export async function replaceVersion(
  tx: Tx,
  draft: { id: string; now: number },
  content: VersionContent,
): Promise<void> {
  await tx`delete from prices where plan_version_id = ${draft.id}`;
  await tx`delete from entitlements where plan_version_id = ${draft.id}`;
  await tx`update plan_versions set ${tx(termsOf(content))} where id = ${draft.id}`;
  await insertLines(tx, draft, content);
}

async function insertLines(
  tx: Tx,
  { id: plan_version_id, now }: { id: string; now: number },
  { prices, entitlements }: VersionContent,
): Promise<void> {
  const goneMeter = new Fault('state_conflict', { detail: 'A meter was deleted meanwhile' });
  const priced = prices.map((values, position) => ({
    id: newId('prc', now),
    plan_version_id,
    position,
    ...values,
  }));
  await referenced(goneMeter, insertPrices(tx, priced));
  const entitled = entitlements.map((values, position) => ({
    id: newId('ent', now),
    plan_version_id,
    position,
    ...values,
  }));
  if (entitled.length === 0) return;
  await referenced(goneMeter, tx`insert into entitlements ${tx(entitled)}`);
}

/** Moves a version on. Times are given when it is published and kept when it is archived. */
export async function moveVersion(
  tx: Tx,
  id: string,
  to: { state: 'published'; published_at: Date } | { state: 'archived' },
): Promise<void> {
  await tx`update plan_versions set ${tx(to)} where id = ${id}`;
}
