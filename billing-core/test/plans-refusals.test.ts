import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import { newId } from '../src/kit/id.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// Bad input about plans is refused by a stable code and the field's name, and leaves nothing.

let surface: Surface;
let plan: Plan;
let draft: PlanVersion;
let bytes: Meter;

beforeAll(async () => {
  surface = await openSurface({ '/v1': plansHttp().route('/', metersHttp()) });
  const meter = { slug: 'bytes', name: 'Bytes', unit: 'byte', scale: 2 };
  bytes = (await surface.send<Meter>('POST', '/v1/meters', meter)).body;
  const body = { slug: 'taken', name: 'Taken' };
  plan = (await surface.send<Plan>('POST', '/v1/plans', body)).body;
  const content = { currency: 'USD', prices: [], entitlements: [] };
  const versions = `/v1/plans/${plan.id}/versions`;
  draft = (await surface.send<PlanVersion>('POST', versions, content)).body;
});
afterAll(async () => surface.close());

describe('a plan', () => {
  test.each(NO_BODIES)('created with $name', async ({ name, body, headers, refusal }) => {
    const post = { name, method: 'POST', path: '/v1/plans', body, ...(headers && { headers }) };
    await expectRefused(surface, { ...post, ...refusal });
  });

  test.each([
    ['no slug', { name: 'x' }, 'slug'],
    ['an empty slug', { slug: '', name: 'x' }, 'slug'],
    ['capitals in the slug', { slug: 'Pro', name: 'x' }, 'slug'],
    ['a slug of 64 characters', { slug: 'a'.repeat(64), name: 'x' }, 'slug'],
    ['NUL in the slug', { slug: 'a\0', name: 'x' }, 'slug'],
    ['an empty name', { slug: 'a', name: '' }, 'name'],
    ['a long description', { slug: 'a', name: 'x', description: 'x'.repeat(2_001) }, 'description'],
    ['null as description', { slug: 'a', name: 'x', description: null }, 'description'],
    [
      'the mark of the default',
      { slug: 'a', name: 'x', self_serve_default: true },
      'self_serve_default',
    ],
  ])('created with %s', async (name, body, at) => {
    await expectRefused(surface, { name, method: 'POST', path: '/v1/plans', body, ...invalid, at });
  });

  test('created with a slug that is taken', async () => {
    const post = { name: 'slug', method: 'POST', path: '/v1/plans' };
    const body = { slug: 'taken', name: 'Other' };
    await expectRefused(surface, { ...post, body, status: 409, code: 'already_exists' });
  });

  test.each([
    ['nothing', {}, ''],
    ['its slug', { slug: 'other' }, 'slug'],
    ['a mark that is text', { self_serve_default: 'yes' }, 'self_serve_default'],
    [
      'a mark on what is not offered',
      { self_serve: false, self_serve_default: true },
      'self_serve',
    ],
  ])('changed by %s', async (name, body, at) => {
    const path = `/v1/plans/${plan.id}`;
    await expectRefused(surface, { name, method: 'PATCH', path, body, ...invalid, at });
  });

  test.each([
    ['GET', '/v1/plans/x', 400],
    ['GET', `/v1/plans/${newId('pln', 0)}`, 404],
    ['PATCH', `/v1/plans/${newId('pln', 0)}`, 404],
    ['POST', `/v1/plans/${newId('pln', 0)}/versions`, 404],
    ['GET', '/v1/plan-versions/x', 400],
    ['GET', `/v1/plan-versions/${newId('plv', 0)}`, 404],
    ['PUT', `/v1/plan-versions/${newId('plv', 0)}`, 404],
    ['POST', `/v1/plan-versions/${newId('plv', 0)}/publish`, 404],
    ['POST', `/v1/plan-versions/${newId('plv', 0)}/archive`, 404],
    ['GET', '/v1/plans?limit=0', 400],
    ['GET', '/v1/plans?cursor=%00', 400],
  ])('%s %s is %i', async (method, path, status) => {
    const code = status === 404 ? 'not_found' : 'invalid_request';
    const content = { currency: 'USD', prices: [], entitlements: [] };
    const write = method === 'PUT' || path.endsWith('versions');
    const body = method === 'PATCH' ? { name: 'x' } : write ? content : undefined;
    await expectRefused(surface, { name: path, method, path, body, status, code });
  });
});

const QUOTA = { kind: 'quota', meter_id: 'mtr_requests', limit: '1', window: 'month' };
const RATE = { kind: 'rate_limit', rate_per_second: '1', burst: 1 };
const FEATURE = { kind: 'feature', feature: 'sso' };
const PER_UNIT = { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '1' };
const FLAT = { model: 'flat', amount: '1' };
const SAFE = '9007199254740991';
const OVER = '9007199254740992';

const content = (over: object) => ({ currency: 'USD', prices: [], entitlements: [], ...over });
const price = (line: object) => content({ prices: [line] });
const entitlement = (line: object) => content({ entitlements: [line] });

describe('the content of a version, drafted and replaced', () => {
  test.each([
    ['no currency', { prices: [], entitlements: [] }, 'currency'],
    ['a currency in small letters', content({ currency: 'usd' }), 'currency'],
    ['a negative trial', content({ trial_days: -1 }), 'trial_days'],
    ['a trial of over two years', content({ trial_days: 731 }), 'trial_days'],
    ['a trial of half a day', content({ trial_days: 0.5 }), 'trial_days'],
    ['an unknown proration', content({ proration: 'hour' }), 'proration'],
    ['prices that are no list', content({ prices: {} }), 'prices'],
    ['51 prices', content({ prices: Array(51).fill(FLAT) }), 'prices'],
    ['51 features', content({ entitlements: Array(51).fill(FEATURE) }), 'entitlements'],
    ['a state', content({ state: 'published' }), 'state'],
    ['an unknown model', price({ ...FLAT, model: 'tiered' }), 'prices.0.model'],
    ['an amount as number', price({ ...FLAT, amount: 2900 }), 'prices.0.amount'],
    ['a negative amount', price({ ...FLAT, amount: '-1' }), 'prices.0.amount'],
    ['a fraction of a cent', price({ ...FLAT, amount: '1.5' }), 'prices.0.amount'],
    ['an amount in exponents', price({ ...FLAT, amount: '1e3' }), 'prices.0.amount'],
    ['an amount of 19 digits', price({ ...FLAT, amount: '1'.repeat(19) }), 'prices.0.amount'],
    ['an amount with a sign', price({ ...FLAT, amount: '+1' }), 'prices.0.amount'],
    ['an empty amount', price({ ...FLAT, amount: '' }), 'prices.0.amount'],
    ['digits of another script', price({ ...FLAT, amount: '١' }), 'prices.0.amount'],
    ['NUL in an amount', price({ ...FLAT, amount: '1\0' }), 'prices.0.amount'],
    ['a meter on a flat price', price({ ...FLAT, meter_id: 'mtr_requests' }), 'prices.0.meter_id'],
    ['no unit amount', price({ ...PER_UNIT, unit_amount: null }), 'prices.0.unit_amount'],
    ['13 places', price({ ...PER_UNIT, unit_amount: '0.0000000000001' }), 'prices.0.unit_amount'],
    ['an unknown meter', price({ ...PER_UNIT, meter_id: newId('mtr', 0) }), 'prices.0.meter_id'],
    ['a slug as meter', price({ ...PER_UNIT, meter_id: 'requests' }), 'prices.0.meter_id'],
    [
      'half a request included',
      price({ ...PER_UNIT, included_units: '0.5' }),
      'prices.0.included_units',
    ],
    ['a price twice', content({ prices: [PER_UNIT, FLAT, PER_UNIT] }), 'prices.2.meter_id'],
    ['an unknown kind', entitlement({ kind: 'seat' }), 'entitlements.0.kind'],
    ['an unknown window', entitlement({ ...QUOTA, window: 'year' }), 'entitlements.0.window'],
    ['an unknown scope', entitlement({ ...QUOTA, scope: 'user' }), 'entitlements.0.scope'],
    ['no limit', entitlement({ ...QUOTA, limit: undefined }), 'entitlements.0.limit'],
    ['null as hard limit', entitlement({ ...QUOTA, limit: null }), 'entitlements.0.limit'],
    [
      'a limit that is none',
      entitlement({ ...QUOTA, enforcement: 'unlimited' }),
      'entitlements.0.limit',
    ],
    ['a scope on a rate', entitlement({ ...RATE, scope: 'key' }), 'entitlements.0.scope'],
    ['a negative limit', entitlement({ ...QUOTA, limit: '-1' }), 'entitlements.0.limit'],
    ['a limit as number', entitlement({ ...QUOTA, limit: 10 }), 'entitlements.0.limit'],
    ['half a request', entitlement({ ...QUOTA, limit: '0.5' }), 'entitlements.0.limit'],
    [
      'a limit no gateway can count to',
      entitlement({ ...QUOTA, limit: OVER }),
      'entitlements.0.limit',
    ],
    [
      'an enforcement',
      entitlement({ ...QUOTA, enforcement: 'firm' }),
      'entitlements.0.enforcement',
    ],
    ['a rate on a quota', entitlement({ ...QUOTA, burst: 1 }), 'entitlements.0.burst'],
    [
      'a quota twice',
      content({ entitlements: [QUOTA, { ...QUOTA, limit: '2' }] }),
      'entitlements.1.window',
    ],
    ['two rate limits', content({ entitlements: [RATE, RATE] }), 'entitlements.1.kind'],
    ['a feature twice', content({ entitlements: [FEATURE, FEATURE] }), 'entitlements.1.feature'],
    [
      'a rate of zero',
      entitlement({ ...RATE, rate_per_second: '0.0' }),
      'entitlements.0.rate_per_second',
    ],
    [
      'a rate as number',
      entitlement({ ...RATE, rate_per_second: 5 }),
      'entitlements.0.rate_per_second',
    ],
    [
      'a rate over a million',
      entitlement({ ...RATE, rate_per_second: '1000000.1' }),
      'entitlements.0.rate_per_second',
    ],
    ['no burst', entitlement({ ...RATE, burst: 0 }), 'entitlements.0.burst'],
    [
      'a feature with spaces',
      entitlement({ ...FEATURE, feature: 'a b' }),
      'entitlements.0.feature',
    ],
  ])('%s', async (name, body, at) => {
    const post = { name, method: 'POST', path: `/v1/plans/${plan.id}/versions` };
    await expectRefused(surface, { ...post, body, ...invalid, at });
    const put = { name, method: 'PUT', path: `/v1/plan-versions/${draft.id}` };
    await expectRefused(surface, { ...put, body, ...invalid, at });
  });

  test('every wrong line is named at once', async () => {
    const body = content({
      prices: [{ ...PER_UNIT, meter_id: newId('mtr', 0) }],
      entitlements: [QUOTA, { ...QUOTA, window: 'day', limit: '0.1' }],
    });
    const path = `/v1/plans/${plan.id}/versions`;
    const answer = await expectRefused(surface, {
      name: '',
      method: 'POST',
      path,
      body,
      ...invalid,
    });
    expect(answer.body.errors?.map((error) => error.path)).toEqual([
      'prices.0.meter_id',
      'entitlements.1.limit',
    ]);
  });

  test('the same meter in another window, and the largest count there is, are fine', async () => {
    const body = content({
      prices: [FLAT, FLAT, PER_UNIT, { ...PER_UNIT, meter_id: bytes.id, included_units: '0.25' }],
      entitlements: [
        { ...QUOTA, limit: SAFE },
        { ...QUOTA, window: 'day' },
        { ...QUOTA, window: 'day', scope: 'key' },
        { ...QUOTA, meter_id: bytes.id, limit: '90071992547409.91' },
      ],
    });
    const path = `/v1/plan-versions/${draft.id}`;
    const { body: put } = await surface.send<PlanVersion>('PUT', path, body);
    expect(put.entitlements).toMatchObject([
      { limit: SAFE },
      {},
      { scope: 'key' },
      { limit: '90071992547409.91' },
    ]);
    const large = { ...QUOTA, meter_id: bytes.id, limit: '90071992547409.92' };
    const refused = { name: 'one more', method: 'PUT', path, body: entitlement(large), ...invalid };
    await expectRefused(surface, { ...refused, at: 'entitlements.0.limit' });
  });
});
