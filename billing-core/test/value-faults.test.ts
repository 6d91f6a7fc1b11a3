import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCore, type Core } from '../src/test/core.ts';
import { addValueFaults } from '../src/usage/value-faults.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const routeOf = async (name: string): Promise<string> => {
  const body = { name, path_pattern: `/${name}`, upstream_url: 'http://upstream.test' };
  return (await core.admin('POST', '/v1/routes', body)).body['id'] as string;
};

test("an admin sees which values a route's upstream did not say, and when", async () => {
  const route = await routeOf('chat');
  const other = await routeOf('other');
  const minute = Math.floor(core.clock.now / 60_000);
  const of = { route, meter: 'mtr_requests', fault: 'missing', minute, requests: 2 };
  const faults = [
    { ...of, customer: 'cus_a' },
    { ...of, customer: 'cus_b', minute: minute - 120 },
    { ...of, customer: 'cus_b', fault: 'negative', requests: 1 },
    // Longer ago than a week.
    { ...of, customer: 'cus_c', minute: minute - 8 * 24 * 60 },
    { ...of, customer: 'cus_d', route: other },
  ];
  await core.sql.begin((tx) => addValueFaults(tx, faults));
  const hour = (at: number) => new Date(Math.floor(at / 60) * 3_600_000).toISOString();
  const { body } = await core.admin('GET', `/v1/routes/${route}/value-faults`);
  expect(body['data']).toEqual([
    {
      ...{ meter: 'requests', fault: 'missing', requests: 4, customers: 2 },
      ...{ first_hour: hour(minute - 120), last_hour: hour(minute) },
    },
    {
      ...{ meter: 'requests', fault: 'negative', requests: 1, customers: 1 },
      ...{ first_hour: hour(minute), last_hour: hour(minute) },
    },
  ]);
  const longer = await core.admin('GET', `/v1/routes/${route}/value-faults?days=9`);
  expect(longer.body['data'][0]).toMatchObject({ requests: 6 });
});

test.each([
  ['rte_nope', 400],
  ['rte_000000000000000000000000', 404],
  ['rte_000000000000000000000000?days=0', 400],
  ['rte_000000000000000000000000?days=91', 400],
  ['rte_000000000000000000000000?days=x', 400],
])('/v1/routes/%s is %i', async (rest, status) => {
  const [id, query] = rest.split('?');
  const path = `/v1/routes/${id}/value-faults${query ? `?${query}` : ''}`;
  expect((await core.admin('GET', path)).status).toBe(status);
});
