import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import { newId } from '../src/kit/id.ts';
import type { Surface } from './surface.ts';

/** A published version of a plan of its own: a flat fee (cents) and a rate, unless given. */
export async function publishedOn(
  surface: Surface,
  amount: string,
  over: object = {},
): Promise<PlanVersion> {
  const slug = `plan-${newId('pln', surface.clock.now).slice(-8)}`;
  const plan = await surface.send<Plan>('POST', '/v1/plans', { slug, name: slug });
  const body = {
    currency: 'USD',
    prices: [{ model: 'flat', amount }],
    entitlements: [{ kind: 'rate_limit', rate_per_second: amount, burst: 5 }],
    ...over,
  };
  const path = `/v1/plans/${plan.body.id}/versions`;
  const { id } = (await surface.send<PlanVersion>('POST', path, body)).body;
  return (await surface.send<PlanVersion>('POST', `/v1/plan-versions/${id}/publish`)).body;
}
