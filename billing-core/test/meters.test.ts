import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import { plansHttp } from '../src/catalog/plans-http.ts';
import { scaled, unscaled } from '../src/catalog/quantity.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { Page } from '../src/contract/page.ts';
import type { Plan } from '../src/contract/plan.ts';
import type { Route } from '../src/contract/route.ts';
import { newId } from '../src/kit/id.ts';
import { routesHttp } from '../src/routes/http.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

const PATH = '/v1/meters';
let surface: Surface;
let count = 0;

beforeAll(async () => {
  const routers = metersHttp().route('/', plansHttp()).route('/', routesHttp());
  surface = await openSurface({ '/v1': routers });
});
afterAll(async () => surface.close());

const create = async (over: object = {}): Promise<Meter> => {
  const body = { slug: `meter_${(count += 1)}`, name: 'Meter', unit: 'unit', ...over };
  const answer = await surface.send<Meter>('POST', PATH, body);
  expect(answer.status).toBe(201);
  return answer.body;
};

test('a meter is made, renamed, listed beside the built-in one, and deleted', async () => {
  const made = await create({ name: 'トークン', scale: 9 });
  expect(made).toMatchObject({ id: expect.stringMatching(/^mtr_/), unit: 'unit', scale: 9 });
  const path = `${PATH}/${made.id}`;
  const renamed = await surface.send<Meter>('PATCH', path, { name: 'Tokens' });
  expect(renamed.body).toEqual({ ...made, name: 'Tokens' });
  const { body } = await surface.send<Page<Meter>>('GET', PATH);
  expect(body.data.map(({ slug }) => slug).toSorted()).toEqual([made.slug, 'requests']);
  expect((await surface.send('DELETE', path)).status).toBe(204);
  await expectRefused(surface, {
    name: 'gone',
    method: 'GET',
    path,
    status: 404,
    code: 'not_found',
  });
  // The slug is free again.
  expect((await create({ slug: made.slug })).id).not.toBe(made.id);
});

describe('a meter that something names is not deleted', () => {
  const used = { name: 'used', method: 'DELETE', status: 409, code: 'state_conflict' };

  test('the built-in one', async () => {
    await expectRefused(surface, { ...used, path: `${PATH}/mtr_requests` });
  });

  test('one that a route counted on, also after the route is gone', async () => {
    const { id, slug } = await create();
    const body = { name: slug, path_pattern: `/${slug}`, upstream_url: 'http://upstream.test' };
    const metering = [{ meter: slug, source: 'request' }];
    const route = await surface.send<Route>('POST', '/v1/routes', { ...body, metering });
    await expectRefused(surface, { ...used, path: `${PATH}/${id}` });
    await surface.send('DELETE', `/v1/routes/${route.body.id}`);
    await expectRefused(surface, { ...used, path: `${PATH}/${id}` });
  });

  test.each([
    ['a price', { prices: [{ model: 'per_unit', unit_amount: '1' }], entitlements: [] }],
    ['a quota', { prices: [], entitlements: [{ kind: 'quota', limit: '1', window: 'day' }] }],
  ])('one in %s', async (_, { prices, entitlements }) => {
    const { id, slug } = await create();
    const plan = { slug: slug.replace('_', '-'), name: slug };
    const { body } = await surface.send<Plan>('POST', '/v1/plans', plan);
    const draft = await surface.send('POST', `/v1/plans/${body.id}/versions`, {
      currency: 'USD',
      prices: prices.map((line) => ({ ...line, meter_id: id })),
      entitlements: entitlements.map((line) => ({ ...line, meter_id: id })),
    });
    expect(draft.status).toBe(201);
    await expectRefused(surface, { ...used, path: `${PATH}/${id}` });
  });
});

describe('an archived meter', () => {
  const patch = (id: string, body: object) => surface.send<Meter>('PATCH', `${PATH}/${id}`, body);
  const routeOn = (slug: string) => ({
    name: slug,
    path_pattern: `/${slug}`,
    upstream_url: 'http://upstream.test',
    metering: [{ meter: slug, source: 'request' }],
  });
  const versionOf = (id: string) => ({
    currency: 'USD',
    prices: [
      { model: 'flat', amount: '1' },
      { model: 'per_unit', unit_amount: '1', meter_id: id },
    ],
    entitlements: [{ kind: 'quota', limit: '1', window: 'day', meter_id: id }],
  });

  test('is named by nothing new, and can be taken back', async () => {
    const { id, slug } = await create();
    const archived = await patch(id, { archived: true });
    expect(archived.body).toMatchObject({ id, archived_at: expect.stringMatching(/Z$/) });
    expect((await patch(id, { archived: true })).body).toEqual(archived.body);
    const route = { name: 'route', method: 'POST', path: '/v1/routes', body: routeOn(slug) };
    await expectRefused(surface, { ...route, ...invalid, at: 'metering.0.meter' });
    const plan = { slug: slug.replace('_', '-'), name: slug };
    const { body } = await surface.send<Plan>('POST', '/v1/plans', plan);
    const draft = { name: 'draft', method: 'POST', path: `/v1/plans/${body.id}/versions` };
    const told = await expectRefused(surface, { ...draft, body: versionOf(id), ...invalid });
    expect(told.body.errors?.map(({ path }) => path)).toEqual([
      'prices.1.meter_id',
      'entitlements.0.meter_id',
    ]);
    expect((await patch(id, { archived: false })).body.archived_at).toBeNull();
    expect((await surface.send('POST', '/v1/routes', routeOn(slug))).status).toBe(201);
  });

  test('keeps a draft that names it from being published, until it is taken back', async () => {
    const { id, name } = await create();
    const plan = { slug: `plan-${id.slice(-8).toLowerCase()}`, name: 'Plan' };
    const { body } = await surface.send<Plan>('POST', '/v1/plans', plan);
    const versions = `/v1/plans/${body.id}/versions`;
    const draft = await surface.send<{ id: string }>('POST', versions, versionOf(id));
    expect(draft.status).toBe(201);
    await patch(id, { archived: true });
    const publish = `/v1/plan-versions/${draft.body.id}/publish`;
    const asked = { name: 'publish', method: 'POST', path: publish };
    const refused = await expectRefused(surface, { ...asked, status: 409, code: 'meter_archived' });
    expect(refused.body.detail).toContain(name);
    expect(refused.body.detail).toContain('take the meter back');
    await patch(id, { archived: false });
    expect((await surface.send('POST', publish)).status).toBe(200);
  });

  test('is none that is built in, or that a route counts on', async () => {
    const { id, slug } = await create();
    const conflict = { name: 'used', method: 'PATCH', status: 409, code: 'state_conflict' };
    const body = { archived: true };
    await expectRefused(surface, { ...conflict, path: `${PATH}/mtr_requests`, body });
    const route = await surface.send<Route>('POST', '/v1/routes', routeOn(slug));
    const refused = await expectRefused(surface, { ...conflict, path: `${PATH}/${id}`, body });
    expect(refused.body.detail).toBe(`Routes count on it: ${slug}`);
    await surface.send('DELETE', `/v1/routes/${route.body.id}`);
    expect((await patch(id, body)).status).toBe(200);
  });

  test('and a route that begins to count on it at the same time: one of the two is', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, slug } = await create();
      const [archived, route] = await Promise.all([
        patch(id, { archived: true }),
        surface.send('POST', '/v1/routes', routeOn(slug)),
      ]);
      const both = [archived.status, route.status];
      expect([
        [200, 400],
        [409, 201],
      ]).toContainEqual(both);
    }
  });

  test.each([
    ['nothing', {}],
    ['a word', { archived: 'yes' }],
    ['no name', { name: null }],
  ])('a patch of %s is refused', async (name, body) => {
    const { id } = await create();
    await expectRefused(surface, {
      name,
      method: 'PATCH',
      path: `${PATH}/${id}`,
      body,
      ...invalid,
    });
  });
});

describe('bad input is refused and leaves nothing', () => {
  test.each(NO_BODIES)('create with $name', async ({ name, body, headers, refusal }) => {
    const post = { name, method: 'POST', path: PATH, body, ...(headers && { headers }) };
    await expectRefused(surface, { ...post, ...refusal });
  });

  test.each([
    ['no slug', { name: 'x', unit: 'x' }, 'slug'],
    ['a slug that begins with a digit', { slug: '1a', name: 'x', unit: 'x' }, 'slug'],
    ['a slug of 64 characters', { slug: 'a'.repeat(64), name: 'x', unit: 'x' }, 'slug'],
    ['a slug in another script', { slug: 'мера', name: 'x', unit: 'x' }, 'slug'],
    ['no unit', { slug: 'a', name: 'x' }, 'unit'],
    ['a unit of 51 characters', { slug: 'a', name: 'x', unit: 'x'.repeat(51) }, 'unit'],
    ['a scale of ten', { slug: 'a', name: 'x', unit: 'x', scale: 10 }, 'scale'],
    ['a negative scale', { slug: 'a', name: 'x', unit: 'x', scale: -1 }, 'scale'],
    ['NUL in the name', { slug: 'a', name: '\0', unit: 'x' }, 'name'],
  ])('create with %s', async (name, body, at) => {
    await expectRefused(surface, { name, method: 'POST', path: PATH, body, ...invalid, at });
  });

  test('a slug that is taken', async () => {
    const body = { slug: 'requests', name: 'Again', unit: 'request' };
    const post = { name: 'slug', method: 'POST', path: PATH, body };
    await expectRefused(surface, { ...post, status: 409, code: 'already_exists' });
  });

  test.each([
    ['GET', `${PATH}/x`, 400],
    ['GET', `${PATH}/${newId('mtr', 0)}`, 404],
    ['PATCH', `${PATH}/${newId('mtr', 0)}`, 404],
    ['DELETE', `${PATH}/${newId('mtr', 0)}`, 404],
  ])('%s %s is %i', async (method, path, status) => {
    const code = status === 404 ? 'not_found' : 'invalid_request';
    const body = method === 'PATCH' ? { name: 'x' } : undefined;
    await expectRefused(surface, { name: path, method, path, body, status, code });
  });

  test('its slug and scale never change', async () => {
    const { id } = await create();
    for (const body of [{ slug: 'other' }, { scale: 3 }, { name: 'x', unit: 'y' }]) {
      const patch = { name: 'fixed', method: 'PATCH', path: `${PATH}/${id}`, body };
      await expectRefused(surface, { ...patch, ...invalid });
    }
  });
});

describe('quantities', () => {
  const scale = fc.integer({ min: 0, max: 9 });

  test('come back from the ledger as they went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), scale, (quantity, places) => {
        expect(scaled(unscaled(quantity, places), places)).toBe(quantity);
      }),
    );
  });

  test.each([
    ['1.50', 2, 150n, '1.5'],
    ['1.0', 0, 1n, '1'],
    ['0.001', 3, 1n, '0.001'],
    ['0', 9, 0n, '0'],
    ['100', 0, 100n, '100'],
    ['100', 2, 10_000n, '100'],
  ])('%s at scale %i', (decimal, places, quantity, shortest) => {
    expect(scaled(decimal, places)).toBe(quantity);
    expect(unscaled(quantity, places)).toBe(shortest);
  });

  test.each(['', '-1', '1.', '.5', '1e3', '1,5', ' 1', '0x1', '1.5', '0.01'])(
    '%j is none of a whole meter',
    (decimal) => {
      expect(scaled(decimal, 0)).toBeUndefined();
    },
  );

  test('corrections may be negative', () => {
    expect(unscaled(-1_500n, 3)).toBe('-1.5');
    expect(unscaled(-1n, 0)).toBe('-1');
  });
});
