import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import { newId } from '../src/kit/id.ts';
import { expectRefused } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// What is published can be billed, and stays as it is.

let surface: Surface;
let plan: Plan;
let draft: PlanVersion;

beforeAll(async () => {
  surface = await openSurface({ '/v1': plansHttp() });
  plan = (await surface.send<Plan>('POST', '/v1/plans', { slug: 'priced', name: 'Priced' })).body;
});
afterAll(async () => surface.close());

const content = (...prices: object[]) => ({ currency: 'USD', prices, entitlements: [] });
beforeEach(async () => {
  const path = `/v1/plans/${plan.id}/versions`;
  draft = (await surface.send<PlanVersion>('POST', path, content())).body;
});
const put = (...prices: object[]) =>
  surface.send<PlanVersion>('PUT', `/v1/plan-versions/${draft.id}`, content(...prices));
const FLAT = { model: 'flat', amount: '1' };
const share = (over: object) => ({
  model: 'percentage',
  meter_id: 'mtr_requests',
  rate: '1',
  ...over,
});

describe('a price that looks at events', () => {
  const publish = { method: 'POST', status: 409, code: 'state_conflict' };
  test.each([
    ['free events', { free_events: 1 }],
    ['a minimum of an event', { event_minimum: '1' }],
    ['a maximum of an event', { event_maximum: '1' }],
    ['a fee beside a free amount', { fixed_amount: '1', free_amount: '5' }],
    ['a fee beside included units', { fixed_amount: '1', included_units: '5' }],
  ])('is not published with %s: the ledger keeps sums', async (name, over) => {
    await put(FLAT, share(over));
    const path = `/v1/plan-versions/${draft.id}/publish`;
    const { body } = await expectRefused(surface, { name, path, ...publish });
    expect(body.detail).toContain('Price 2');
  });

  test('is published where sums are enough', async () => {
    const { body } = await put(share({ fixed_amount: '30', free_amount: '0' }));
    const answer = await surface.send('POST', `/v1/plan-versions/${body.id}/publish`);
    expect(answer.status).toBe(200);
  });
});

test('the tiers of a published version cannot be changed by SQL either', async () => {
  const { body } = await put({
    model: 'graduated',
    meter_id: 'mtr_requests',
    tiers: [{ up_to: null, unit_amount: '1' }],
  });
  const price = body.prices[0]?.id ?? '';
  await surface.send('POST', `/v1/plan-versions/${draft.id}/publish`);
  const { sql } = surface;
  const tier = { price_id: price, plan_version_id: draft.id, flat_amount: '0', unit_amount: '0' };
  for (const statement of [
    sql`update price_tiers set unit_amount = 0 where price_id = ${price}`,
    sql`delete from price_tiers where price_id = ${price}`,
    sql`insert into price_tiers ${sql({ ...tier, position: 9 })}`,
    sql`truncate price_tiers`,
  ]) {
    await expect(statement).rejects.toMatchObject({ code: '23000' });
  }
  const strange = { ...tier, plan_version_id: newId('plv', 0), position: 9 };
  const elsewhere = sql`insert into price_tiers ${sql(strange)}`;
  await expect(elsewhere).rejects.toMatchObject({ code: '23503' });
});
