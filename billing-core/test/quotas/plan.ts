import type { QuotaScope, WindowKind } from '../../src/contract/facts.ts';
import { newId } from '../../src/kit/id.ts';
import type { Surface } from '../surface.ts';

type Quota = {
  /** Null: unlimited. */
  limit: number | null;
  window: WindowKind;
  scope?: QuotaScope;
  enforcement?: 'hard' | 'soft';
  meterId?: string;
};

/** Puts a customer on a published plan with these quotas, by SQL alone. */
export async function seedPlan(
  { sql, clock }: Surface,
  customer_id: string,
  quotas: Quota[],
): Promise<void> {
  const plan_id = newId('pln', clock.now);
  const plan_version_id = newId('plv', clock.now);
  const slug = plan_id.replace('_', '-');
  await sql`insert into plans ${sql({ id: plan_id, slug, name: 'Free' })}`;
  await sql`insert into plan_versions
    ${sql({ id: plan_version_id, plan_id, number: 1, currency: 'USD' })}`;
  const of = (position: number) => ({ id: newId('ent', clock.now), plan_version_id, position });
  for (const [position, { limit, window, scope = 'customer', ...rest }] of quotas.entries()) {
    const quota = { kind: 'quota', quota_limit: limit, quota_window: window, quota_scope: scope };
    const enforcement = limit === null ? 'unlimited' : (rest.enforcement ?? 'hard');
    const meter_id = rest.meterId ?? 'mtr_requests';
    await sql`insert into entitlements
      ${sql({ ...of(position), ...quota, enforcement, meter_id })}`;
  }
  const rate = { kind: 'rate_limit', rate_per_second: '2.5', burst: 20 };
  await sql`insert into entitlements ${sql({ ...of(quotas.length), ...rate })}`;
  await sql`update plan_versions set state = 'published', published_at = now()
    where id = ${plan_version_id}`;
  const started_at = new Date(clock.now - 86_400_000);
  await sql`insert into subscriptions
    ${sql({
      id: newId('sub', clock.now),
      customer_id,
      plan_version_id,
      started_at,
      time_zone: 'UTC',
    })}`;
}
