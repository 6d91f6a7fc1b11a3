import { expect } from 'vitest';
import { randomUUID } from 'node:crypto';
import type { Core } from '../src/test/core.ts';

/** Many customers on a version, for moves of everybody. */

async function made(core: Core, path: string, body: object): Promise<string> {
  const answer = await core.admin('POST', `/v1${path}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body['id'] as string;
}

/** The published versions of a new plan, each with a flat price of so many cents. */
export async function planWith<Amounts extends readonly string[]>(
  core: Core,
  amounts: readonly [...Amounts],
  currency = 'USD',
): Promise<{ [At in keyof Amounts]: string }> {
  const slug = `p${randomUUID().slice(0, 8)}`;
  const plan = await made(core, '/plans', { slug, name: slug });
  const versions: string[] = [];
  for (const amount of amounts) {
    const prices = [{ model: 'flat', amount }];
    const id = await made(core, `/plans/${plan}/versions`, { currency, prices, entitlements: [] });
    await core.admin('POST', `/v1/plan-versions/${id}/publish`);
    versions.push(id);
  }
  return versions as { [At in keyof Amounts]: string };
}

/** Subscriptions of so many new customers on this version, in the order of their turns. */
export async function crowdOn(core: Core, version: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) {
    const customer_id = await made(core, '/customers', { name: 'Acme' });
    ids.push(await made(core, '/subscriptions', { customer_id, plan_version_id: version }));
  }
  return ids.toSorted();
}

type Taken = {
  version: string;
  phases: number;
  charges: number;
  entries: number;
  changes: number;
  /** The moves that audit entries name. */
  parts: string[];
};

/** What was done to these subscriptions since they began. */
export async function stepsOf({ sql }: Pick<Core, 'sql'>, ids: string[]): Promise<Taken[]> {
  return sql<Taken[]>`
    select plan_version_id as version,
           (select count(*)::int from subscription_phases where subscription_id = sub.id) as phases,
           (select count(*)::int from subscription_charges where subscription_id = sub.id
               and cause = 'change') as charges,
           (select count(*)::int from audit_entries where subject_id = sub.id
               and action in ('subscription.change', 'subscription.schedule_change')) as entries,
           (select count(*)::int from changes where kind = 'customer'
               and subject_id = customer_id) as changes,
           (select coalesce(array_agg(detail ->> 'part_of'), '{}') from audit_entries
             where subject_id = sub.id and detail ? 'part_of') as parts
      from subscriptions sub where id = any(${ids}) order by id`;
}
