import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { portalAlertsHttp } from '../../src/notices/alerts-http.ts';
import { expectRefused, invalid, NO_BODIES } from '../refused.ts';
import { openSurface, seedCustomer, type Surface } from '../surface.ts';

// Customers choose at which shares of their quotas they are told.

let surface: Surface;
let path: string;
beforeAll(async () => {
  surface = await openSurface({ '/portal/v1/customers/:customer_id': portalAlertsHttp() });
});
afterAll(() => surface.close());
beforeEach(async () => {
  const { id } = await seedCustomer(surface);
  surface.caller.customer = { id, role: 'developer' };
  path = `/portal/v1/customers/${id}/quota-alerts`;
});

const get = () => surface.send<{ percents: number[] }>('GET', path);
const put = (percents: unknown) => surface.send<object>('PUT', path, { percents });

test('80 and 100 unless they do; what they chose then, or none', async () => {
  expect((await get()).body).toEqual({ percents: [80, 100] });
  expect((await put([90, 50])).body).toEqual({ percents: [50, 90] });
  expect((await get()).body).toEqual({ percents: [50, 90] });
  await put([]);
  expect((await get()).body).toEqual({ percents: [] });
});

describe('refused is', () => {
  test.each([
    ['nothing of one', [0]],
    ['more than all', [101]],
    ['less than nothing', [-1]],
    ['a part of a percent', [0.5]],
    ['a text', ['80']],
    ['one twice', [80, 80]],
    ['more than one can follow', [1, 2, 3, 4, 5, 6]],
    ['what is no list', 80],
  ])('%s', async (name, percents) => {
    await expectRefused(surface, { name, method: 'PUT', path, body: { percents }, ...invalid });
  });

  test.each(NO_BODIES)('$name', async ({ name, body, headers, refusal }) => {
    const asked = { name, method: 'PUT', path, body, ...(headers && { headers }) };
    await expectRefused(surface, { ...asked, ...refusal });
  });

  test('a viewer', async () => {
    surface.caller.customer.role = 'viewer';
    const forbidden = { status: 403, code: 'forbidden' };
    const asked = { name: 'viewer', method: 'PUT', path, body: { percents: [50] } };
    await expectRefused(surface, { ...asked, ...forbidden });
    expect((await get()).status).toBe(200);
  });
});
