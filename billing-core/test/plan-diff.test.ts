import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { PlanVersionDiff } from '../src/contract/plan-diff.ts';
import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import { newId } from '../src/kit/id.ts';
import { expectRefused, invalid } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

let surface: Surface;
let tokens: Meter;
let count = 0;
beforeAll(async () => {
  surface = await openSurface({ '/v1': plansHttp().route('/', metersHttp()) });
  const meter = { slug: 'tokens', name: 'Tokens', unit: 'token', scale: 0 };
  tokens = (await surface.send<Meter>('POST', '/v1/meters', meter)).body;
});
afterAll(async () => surface.close());

async function plan(): Promise<Plan> {
  count += 1;
  const body = { slug: `plan-${count}`, name: `Plan ${count}` };
  return (await surface.send<Plan>('POST', '/v1/plans', body)).body;
}
async function draft(planId: string, over: object = {}): Promise<PlanVersion> {
  const body = { currency: 'USD', prices: [], entitlements: [], ...over };
  const path = `/v1/plans/${planId}/versions`;
  return (await surface.send<PlanVersion>('POST', path, body)).body;
}
const path = (id: string, from?: string): string =>
  `/v1/plan-versions/${id}/diff${from === undefined ? '' : `?from=${from}`}`;
const diff = async (id: string, from?: string): Promise<PlanVersionDiff> => {
  const { status, body } = await surface.send<PlanVersionDiff>('GET', path(id, from));
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};

const FLAT = { model: 'flat', amount: '2900' };
const SETUP = { model: 'flat', amount: '500', billed: 'in_arrears' };
const unit = (meter_id: string, unit_amount: string) => ({
  model: 'per_unit',
  meter_id,
  unit_amount,
});
const QUOTA = { kind: 'quota', meter_id: 'mtr_requests', window: 'month', limit: '1000' };

describe('a diff', () => {
  test('names each line that was added, removed or changed, and each field', async () => {
    const { id } = await plan();
    const first = await draft(id, {
      trial_days: 14,
      prices: [FLAT, unit('mtr_requests', '0.2')],
      entitlements: [QUOTA, { kind: 'feature', feature: 'sso' }],
    });
    const second = await draft(id, {
      interval_months: 12,
      prices: [SETUP, unit(tokens.id, '1'), unit('mtr_requests', '0.1'), FLAT],
      entitlements: [{ ...QUOTA, limit: '5000', enforcement: 'soft' }],
    });
    const found = await diff(second.id);
    expect(found).toMatchObject({
      from: { id: first.id, number: 1 },
      to: { id: second.id, number: 2 },
      terms: [
        { field: 'trial_days', before: '14', after: '0' },
        { field: 'interval_months', before: '1', after: '12' },
      ],
    });
    const told = (lines: PlanVersionDiff['prices'] | PlanVersionDiff['entitlements']) =>
      lines.map(({ change, fields }) => [change, ...fields]);
    // The flat fee that was only moved has not changed.
    expect(told(found.prices)).toEqual([['added'], ['added'], ['changed', 'unit_amount']]);
    expect(told(found.entitlements)).toEqual([['changed', 'limit', 'enforcement'], ['removed']]);
    expect(found.prices[2]).toMatchObject({
      before: { unit_amount: '0.2' },
      after: { unit_amount: '0.1' },
    });
    expect(await diff(first.id, second.id)).toMatchObject({ from: { number: 2 } });
  });

  test('of add-ons says when they are charged', async () => {
    const body = { slug: 'sold-once', name: 'Sold once', kind: 'add_on' };
    const { id } = (await surface.send<Plan>('POST', '/v1/plans', body)).body;
    const first = await draft(id, { prices: [FLAT] });
    const second = await draft(id, { prices: [FLAT], charged: 'once' });
    const terms = [{ field: 'charged', before: 'recurring', after: 'once' }];
    expect(await diff(second.id)).toMatchObject({ from: { id: first.id }, terms });
  });

  test('of the same content is empty, and of a first version is all of it', async () => {
    const { id } = await plan();
    const content = { prices: [FLAT, FLAT], entitlements: [QUOTA] };
    const first = await draft(id, content);
    const second = await draft(id, content);
    expect(await diff(second.id)).toMatchObject({ terms: [], prices: [], entitlements: [] });
    const whole = await diff(first.id);
    expect(whole).toMatchObject({ from: null, terms: { length: 5 }, entitlements: { length: 1 } });
    expect(whole.prices.map(({ change }) => change)).toEqual(['added', 'added']);
  });

  test('is refused with what is not there, or is of another plan', async () => {
    const one = await draft((await plan()).id);
    const other = await draft((await plan()).id);
    const get = { name: '', method: 'GET' };
    const absent = { status: 404, code: 'not_found' };
    await expectRefused(surface, { ...get, path: path(one.id, other.id), ...absent });
    await expectRefused(surface, { ...get, path: path(newId('plv', 0)), ...absent });
    await expectRefused(surface, { ...get, path: path(one.id, 'plv_x'), ...invalid, at: 'from' });
  });
});
