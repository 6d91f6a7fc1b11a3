import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UsageSeries } from '../../src/contract/usage.ts';
import { newId } from '../../src/kit/id.ts';
import { seriesStatement } from '../../src/usage/reading.ts';
import { NOON } from './ledger.ts';
import { at, openScene, type Cast, type Scene } from './scene.ts';

let scene: Scene;
let mine: Cast['mine'];
let theirs: Cast['theirs'];
let route: string;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(async () => {
  ({ mine, theirs, route } = await scene.cast());
});
afterAll(() => scene.surface.close());

const get = (path: string) => scene.portal<UsageSeries>(path);
const admin = (path: string) => scene.admin<UsageSeries>(path);
const day = `from=${at(NOON - 720)}&to=${at(NOON + 720)}`;

test('usage comes by step, oldest first, with totals; steps without any are left out', async () => {
  const customer_id = mine.id;
  await scene.use([
    { customer_id, minute: NOON, requests: 2 },
    { customer_id, minute: NOON + 1, requests: 3, outcome: 'server_error' },
    { customer_id, minute: NOON - 120, requests: 4 },
  ]);
  const { status, body } = await get('/usage');
  expect(status).toBe(200);
  expect(body).toEqual({
    data: [
      { start: at(NOON - 120), group: null, requests: 4, quantity: '4', billable_quantity: '4' },
      { start: at(NOON), group: null, requests: 5, quantity: '5', billable_quantity: '2' },
    ],
    totals: { requests: 9, quantity: '9', billable_quantity: '6' },
    meter: { id: 'mtr_requests', slug: 'requests', name: 'Requests', unit: 'request' },
    interval: 'hour',
    zone: 'UTC',
    from: at(NOON + 31 - 1440),
    to: at(NOON + 31),
    as_of: at(NOON + 30),
    roll: expect.stringMatching(/^\d+$/),
  });
});

test('any interval gives the same totals, also when the range cuts hours', async () => {
  const customer_id = mine.id;
  const minutes = [-700, -61, -60, -59, -1, 0, 1, 29, 59, 60, 61, 700];
  await scene.use(minutes.map((m) => ({ customer_id, minute: NOON + m, requests: 1 })));
  const ranges = [
    [-720, 720],
    [-61, 61],
    [-59, 59],
    [0, 1],
    [10, 50],
    [-60, 60],
    [29, 90],
  ];
  for (const [from = 0, to = 0] of ranges) {
    const inside = minutes.filter((minute) => minute >= from && minute < to).length;
    for (const interval of ['minute', 'hour', 'day']) {
      const range = `from=${at(NOON + from)}&to=${at(NOON + to)}`;
      const { body } = await get(`/usage?${range}&interval=${interval}`);
      expect([from, to, interval, body.totals.requests]).toEqual([from, to, interval, inside]);
      const sum = body.data.reduce((all, row) => all + row.requests, 0);
      expect(sum).toBe(inside);
    }
  }
});

test('groups carry the names of keys, routes, meters and outcomes', async () => {
  const { use } = scene;
  await use([
    { customer_id: mine.id, key_id: mine.key, route_id: route, requests: 2 },
    { customer_id: mine.id, key_id: mine.key, route_id: route, outcome: 'client_abort' },
    { customer_id: mine.id, key_id: 'key_gone', route_id: 'rte_gone', requests: 5 },
  ]);
  const groups = async (by: string) => {
    const { body } = await get(`/usage?${day}&group_by=${by}`);
    const rows = body.data.toSorted((a, b) => b.requests - a.requests);
    return rows.map(({ group, requests }) => [group?.id, group?.label, requests]);
  };
  expect(await groups('key')).toEqual([
    ['key_gone', 'key_gone', 5],
    [mine.key, 'My key', 3],
  ]);
  expect(await groups('route')).toEqual([
    ['rte_gone', 'rte_gone', 5],
    [route, `Weather ${route}`, 3],
  ]);
  expect(await groups('outcome')).toEqual([
    ['ok', 'ok', 7],
    ['client_abort', 'client_abort', 1],
  ]);
  expect(await groups('meter')).toEqual([['mtr_requests', 'Requests', 8]]);
});

test('groups beyond the twenty largest become one, and the totals are whole', async () => {
  const customer_id = mine.id;
  await scene.use(
    Array.from({ length: 25 }, (_, n) => ({ customer_id, key_id: `key_${n}`, requests: n + 1 })),
  );
  const { body } = await get(`/usage?${day}&group_by=key`);
  expect(body.data).toHaveLength(21);
  const other = body.data.find((row) => row.group?.id === 'other');
  expect(other).toMatchObject({ group: { label: 'Other' }, requests: 1 + 2 + 3 + 4 + 5 });
  expect(body.totals.requests).toBe((25 * 26) / 2);
});

test('quantities are exact decimals in units of their own meter', async () => {
  const { surface, use } = scene;
  const id = newId('mtr', surface.clock.now);
  const meter = { id, slug: 'traffic', name: 'Traffic', unit: 'GB', scale: 9 };
  await surface.sql`insert into meters ${surface.sql(meter)}`;
  await use([
    { customer_id: mine.id, meter_id: id, requests: 1, quantity: 9_007_199_254_740_993n },
    { customer_id: mine.id, meter_id: id, requests: 1, quantity: 7, outcome: 'server_error' },
    { customer_id: mine.id, requests: 2 },
  ]);
  const { body } = await get(`/usage?${day}&meter=traffic`);
  expect(body.totals).toEqual({
    requests: 2,
    quantity: '9007199.254741',
    billable_quantity: '9007199.254740993',
  });
  const { body: both } = await get(`/usage?${day}&meter=traffic&group_by=meter`);
  expect(both.totals).toEqual(body.totals);
  expect(both.data.map((row) => [row.group?.label, row.quantity])).toEqual(
    expect.arrayContaining([
      ['Requests', '2'],
      ['Traffic', '9007199.254741'],
    ]),
  );
});

test('an admin sees one customer, or all together', async () => {
  const { use } = scene;
  const minute = NOON - 100_000;
  await use([
    { customer_id: mine.id, minute, requests: 2 },
    { customer_id: theirs.id, minute, requests: 5 },
  ]);
  const range = `from=${at(minute - 60)}&to=${at(minute + 60)}`;
  const requests = async (query: string) =>
    (await admin(`/usage?${range}${query}`)).body.totals.requests;
  expect(await requests('')).toBe(7);
  expect(await requests(`&customer_id=${theirs.id}`)).toBe(5);
  expect(await requests(`&key_id=${mine.key}`)).toBe(0);
});

describe('another customer', () => {
  test('never shows: not by default, by group, by key, by route, nor by id', async () => {
    const { use } = scene;
    await use([
      { customer_id: mine.id, key_id: mine.key, route_id: route, requests: 1 },
      { customer_id: theirs.id, key_id: theirs.key, route_id: route, requests: 10 },
    ]);
    for (const query of [
      '',
      `&route_id=${route}`,
      `&key_id=${mine.key}`,
      '&group_by=route',
      '&group_by=key',
    ]) {
      const { status, body } = await get(`/usage?${day}${query}`);
      expect([query, status, body.totals?.requests]).toEqual([query, 200, 1]);
      expect(JSON.stringify(body)).not.toMatch(new RegExp(`${theirs.id}|${theirs.key}|Their key`));
    }
    expect((await get(`/usage?${day}&customer_id=${theirs.id}`)).status).toBe(400);
  });

  test('has keys that are as absent as keys that never were', async () => {
    const { surface } = scene;
    const never = newId('key', surface.clock.now);
    for (const path of ['/usage', '/usage/entries']) {
      const [foreign, absent] = [
        await get(`${path}?key_id=${theirs.key}`),
        await get(`${path}?key_id=${never}`),
      ];
      expect(foreign.status).toBe(404);
      expect({ ...foreign.body, request_id: '' }).toEqual({ ...absent.body, request_id: '' });
    }
  });

  test('lends no name to a key id that stands in my ledger', async () => {
    const { use } = scene;
    await use([{ customer_id: mine.id, key_id: theirs.key }]);
    const { body } = await get(`/usage?${day}&group_by=key`);
    expect(body.data[0]?.group?.label).toBe(theirs.key);
  });
});

describe('a request that cannot be answered names the field', () => {
  const gone = `rte_${'0'.repeat(24)}`;
  test.each([
    ['from after to', `from=${at(NOON)}&to=${at(NOON - 1)}`, 400, 'from'],
    ['from equal to to', `from=${at(NOON)}&to=${at(NOON)}`, 400, 'from'],
    ['from in the future', `from=${at(NOON + 60)}`, 400, 'from'],
    [
      'over 48 hours of minutes',
      `interval=minute&from=${at(NOON - 2881)}&to=${at(NOON)}`,
      400,
      'from',
    ],
    [
      'over 45 days of hours',
      `interval=hour&from=${at(NOON - 64_801)}&to=${at(NOON)}`,
      400,
      'from',
    ],
    ['over 800 days', `interval=day&from=${at(NOON - 1_152_001)}&to=${at(NOON)}`, 400, 'from'],
    ['no time', 'from=yesterday', 400, 'from'],
    ['a time without offset', 'from=2026-03-10T00:00:00', 400, 'from'],
    ['an unknown interval', 'interval=week', 400, 'interval'],
    ['a zone that is none', 'interval=day&zone=Europe/Nowhere', 400, 'zone'],
    ['an offset for a zone', 'interval=day&zone=%2B01:00', 400, 'zone'],
    ['an unknown group', 'group_by=customer', 400, 'group_by'],
    ['an unknown meter', 'meter=tokens', 400, 'meter'],
    ['a meter that is none', 'meter=A%00', 400, 'meter'],
    ['a key id that is none', 'key_id=key_1', 400, 'key_id'],
    ['an unknown route', `route_id=${gone}`, 404, undefined],
  ])('%s', async (_, query, status, field) => {
    const { status: got, body } = await get(`/usage?${query}`);
    expect([got, body.errors?.[0]?.path]).toEqual([status, field]);
    expect(body.code).toBe(status === 400 ? 'invalid_request' : 'not_found');
  });

  test('an admin asking about a customer who does not exist', async () => {
    const never = newId('cus', scene.surface.clock.now);
    expect((await admin(`/usage?customer_id=${never}`)).status).toBe(404);
    expect((await admin(`/usage/entries?customer_id=${never}`)).status).toBe(404);
    expect((await admin('/usage/entries')).body.errors?.[0]?.path).toBe('customer_id');
  });
});

test('the longest ranges are allowed', async () => {
  for (const [interval, minutes] of [
    ['minute', 2880],
    ['hour', 64_800],
    ['day', 1_152_000],
  ] as const) {
    const range = `from=${at(NOON - minutes)}&to=${at(NOON)}`;
    expect((await get(`/usage?${range}&interval=${interval}`)).status).toBe(200);
  }
});

test('a customer among many is read by the keys of the totals, not by a scan', async () => {
  const { sql } = scene.surface;
  await sql`
    insert into usage_rollups
    select 'cus_' || c, ${NOON - 5000} + m, 'mtr_requests', 'key', 'rte', 'ok', true, 1, 1, 1
      from generate_series(1, 100) c, generate_series(1, 300) m`;
  await sql`
    insert into usage_hours
    select 'cus_' || c, ${NOON / 60 - 100} + h, 'mtr_requests', 'key', 'rte', 'ok', true, 1, 1, 1
      from generate_series(1, 100) c, generate_series(1, 300) h`;
  await sql`
    insert into usage_totals
    select customer_id, hour, meter_id, outcome, billable, requests, quantity from usage_hours
     where key_id = 'key'`;
  await sql`analyze usage_rollups, usage_hours, usage_totals`;
  const planOf = async (
    interval: 'minute' | 'day',
    customerId?: string,
    group: 'none' | 'key' = 'none',
  ): Promise<string> => {
    const to = interval === 'day' ? NOON : NOON - 4850;
    const ask = { from: NOON - 5000, to, group, interval } as const;
    const rest = { meterId: 'mtr_requests', keyId: undefined, routeId: undefined };
    const whose = customerId === undefined ? ('everybody' as const) : { customerId };
    const rows = await sql`explain ${seriesStatement(sql, { ...ask, ...rest, whose })}`;
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const minutes = await planOf('minute', 'cus_7');
  expect(minutes).toMatch(/usage_rollups_pkey[^]*customer_id = .*minute >= /);
  const totals = await planOf('day', 'cus_7');
  expect(totals).toMatch(/usage_totals_pkey[^]*customer_id = .*hour >= /);
  const hours = await planOf('day', 'cus_7', 'key');
  expect(hours).toMatch(/usage_hours_pkey[^]*customer_id = .*hour >= /);
  const everybody = await planOf('minute');
  for (const plan of [minutes, totals, hours, everybody]) {
    expect(plan).not.toMatch(/Seq Scan on usage_/);
  }
});
