import { afterAll, beforeAll, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { Page } from '../src/contract/page.ts';
import type { Route, RouteVersion } from '../src/contract/route.ts';
import { routesHttp } from '../src/routes/http.ts';
import { activeRoutes } from '../src/routes/secrets.ts';
import { expectRefused, invalid } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// Metering rules: what they may say, and what gateways are told of them.

let surface: Surface;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': routesHttp().route('/', metersHttp()) });
});
afterAll(async () => surface.close());

const valid = (over: object = {}) => {
  count += 1;
  const upstream_url = 'http://upstream.test';
  return { name: `Route ${count}`, path_pattern: `/r${count}/*`, upstream_url, ...over };
};
const create = async (over: object = {}) => {
  const { status, body } = await surface.send<Route>('POST', '/v1/routes', valid(over));
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
};
const versions = async (id: string) =>
  (await surface.send<Page<RouteVersion>>('GET', `/v1/routes/${id}/versions`)).body;
const createMeter = async (scale: number) => {
  count += 1;
  const body = { slug: `meter_${count}`, name: 'Meter', unit: 'unit', scale };
  return (await surface.send<Meter>('POST', '/v1/meters', body)).body;
};
const fact = async (id: string) =>
  (await activeRoutes(surface.sql, undefined)).find((route) => route.id === id);

test('gateways are told what a rule about the response says, in scaled units', async () => {
  const { slug, id: meter_id } = await createMeter(2);
  const told = { meter: slug, units: 2, max_cost: 900.5, fallback: 12.25, max_value: 5_000 };
  const metering = [
    { source: 'duration', meter: slug, units: 0.01, max_cost: null },
    { source: 'response_bytes', meter: slug, units: 1, max_cost: 1_000_000_000 },
    { source: 'response_header', header: 'x-cost', ...told },
    { source: 'response_json', pointer: '/usage/a~1b', ...told },
    { source: 'response_sse', pointer: '', ...told },
    { source: 'response_json', pointer: '/usage/c', ...told, max_cost: null },
  ];
  const sent = metering.map((rule) => ('header' in rule ? { ...rule, header: 'X-Cost' } : rule));
  const { id, metering: shown } = await create({ metering: sent });
  expect(shown).toEqual(metering);
  const { body } = await surface.send<Route>('PATCH', `/v1/routes/${id}`, { timeout_ms: 7 });
  expect(body.metering).toEqual(metering);
  expect((await versions(id)).data.map((version) => version.metering)).toEqual([
    metering,
    metering,
  ]);
  const meter = { meter_id, meter_slug: slug, meter_scale: 2 };
  const scaled = { ...meter, units: 200, max_cost: 90_050, fallback: 1_225, max_value: 5_000 };
  const { max_cost: _, ...unlimited } = scaled;
  expect((await fact(id))?.metering).toEqual([
    { ...meter, source: 'duration', units: 1 },
    { ...meter, source: 'response_bytes', units: 100, max_cost: 100_000_000_000 },
    { source: 'response_header', selector: 'x-cost', ...scaled },
    { source: 'response_json', selector: '/usage/a~1b', ...scaled },
    { source: 'response_sse', selector: '', ...scaled },
    { source: 'response_json', selector: '/usage/c', ...unlimited },
  ]);
});

test('a rule about the response says its defaults', async () => {
  const { metering } = await create({
    metering: [{ meter: 'requests', source: 'response_json', pointer: '/n' }],
  });
  const defaults = { units: 1, max_cost: null, max_value: 1_000_000_000, fallback: 0 };
  expect(metering).toEqual([
    { meter: 'requests', source: 'response_json', pointer: '/n', ...defaults },
  ]);
});

const header = { meter: 'requests', source: 'response_header', header: 'x-cost' };
const json = { meter: 'requests', source: 'response_json', pointer: '/usage/tokens' };
test.each([
  ['no such meter', { meter: 'nothing', source: 'request' }, 'metering.0.meter'],
  ['a slug that is none', { meter: 'Requests', source: 'request' }, 'metering.0.meter'],
  ['an unknown source', { meter: 'requests', source: 'tokens' }, 'metering.0.source'],
  ['units of zero', { meter: 'requests', source: 'request', units: 0 }, 'metering.0.units'],
  ['negative units', { meter: 'requests', source: 'request', units: -1 }, 'metering.0.units'],
  ['units as text', { meter: 'requests', source: 'request', units: '1' }, 'metering.0.units'],
  [
    'a fraction of a whole',
    { meter: 'requests', source: 'request', units: 0.5 },
    'metering.0.units',
  ],
  ['ten places', { meter: 'requests', source: 'request', units: 1e-10 }, 'metering.0.units'],
  ['too many', { meter: 'requests', source: 'request', units: 1e9 }, 'metering.0.units'],
  [
    'too many a byte',
    { meter: 'requests', source: 'request_bytes', units: 1_001 },
    'metering.0.units',
  ],
  ['a header that is none', { ...header, header: 'x cost' }, 'metering.0.header'],
  ['no header', { meter: 'requests', source: 'response_header' }, 'metering.0.header'],
  ['a pointer without its slash', { ...json, pointer: 'usage' }, 'metering.0.pointer'],
  ['a pointer with a bad escape', { ...json, pointer: '/a~2' }, 'metering.0.pointer'],
  ['a pointer that is too long', { ...json, pointer: `/${'a'.repeat(500)}` }, 'metering.0.pointer'],
  ['a pointer with NUL', { ...json, pointer: '/a\0' }, 'metering.0.pointer'],
  ['no pointer', { meter: 'requests', source: 'response_sse' }, 'metering.0.pointer'],
  ['a header beside a pointer', { ...json, header: 'x-cost' }, 'metering.0.header'],
  ['a negative fallback', { ...json, fallback: -1 }, 'metering.0.fallback'],
  ['a fallback that is null', { ...json, fallback: null }, 'metering.0.fallback'],
  ['a part of a request as fallback', { ...json, fallback: 0.5 }, 'metering.0.fallback'],
  ['a maximum of zero', { ...json, max_value: 0 }, 'metering.0.max_value'],
  ['a maximum that is no whole number', { ...json, max_value: 1.5 }, 'metering.0.max_value'],
  ['a maximum beyond all', { ...json, max_value: 1e13 }, 'metering.0.max_value'],
  [
    'a maximum that the units make too large',
    { ...json, units: 1_000_000, max_value: 1e12 },
    'metering.0.max_value',
  ],
  ['a negative cost', { ...json, max_cost: -1 }, 'metering.0.max_cost'],
  ['a cost that does not fit', { ...json, max_cost: 0.1 }, 'metering.0.max_cost'],
  ['a cost beyond all', { ...json, max_cost: 1e16 }, 'metering.0.max_cost'],
  [
    'a cost of what is known before',
    { meter: 'requests', source: 'request', max_cost: 1 },
    'metering.0.max_cost',
  ],
  [
    'a fallback for bytes',
    { meter: 'requests', source: 'response_bytes', fallback: 1 },
    'metering.0.fallback',
  ],
])('metering by %s', async (name, rule, at) => {
  const body = valid({ metering: [rule] });
  const post = { name, method: 'POST', path: '/v1/routes', body };
  await expectRefused(surface, { ...post, ...invalid, at });
});

test('what a meter of a fine scale cannot count is refused, with what it can', async () => {
  const { slug: meter } = await createMeter(9);
  const { slug: six } = await createMeter(6);
  const refusal = async (metering: object[]) => {
    const { status, body } = await surface.send<{ errors: { path: string; message: string }[] }>(
      'POST',
      '/v1/routes',
      valid({ metering }),
    );
    expect(status).toBe(400);
    return body.errors.map(({ path, message }) => `${path} ${message}`);
  };
  expect(await refusal([{ ...json, meter }])).toEqual([
    'metering.0.units is not a multiple of 0.000000001, or more than 0.001: ' +
      'the scale of the meter is 9',
  ]);
  expect(await refusal([{ ...json, meter: six, max_value: 1_000_000_001 }])).toEqual([
    "metering.0.max_value is over 1000000000, the most with these units at the meter's scale 6",
  ]);
  const rules = Array.from({ length: 10 }, (_, at) => ({ ...json, meter: six, pointer: `/${at}` }));
  expect(await refusal(rules)).toEqual([
    'metering.9 with the rules before it lets one request count ' +
      'over 9007199254.740991 of the meter',
  ]);
  const { metering } = await create({ metering: rules.slice(0, 9) });
  expect(metering).toHaveLength(9);
});
