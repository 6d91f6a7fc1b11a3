import type { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VIEW_MINUTES } from '../src/contract/customer-view.ts';
import type { Api } from '../src/kit/http.ts';
import { customerWith, openCore, person, type Core, type Person } from '../src/test/core.ts';

const MINUTE = 60_000;

let core: Core;
let admin: Person;
let ann: Person;
let hers: { id: string };
let his: { id: string };
beforeAll(async () => {
  core = await openCore();
  [admin, ann] = [await person(core, 'admin'), await person(core)];
  hers = await customerWith(core, { owner: ann });
  his = await customerWith(core, { owner: await person(core) });
});
afterAll(() => core.close());

const side = (customer: { id: string }): string => `/portal/v1/customers/${customer.id}`;
const begin = (who: Person, body: object = { customer_id: hers.id, reason: 'Ticket 1' }) =>
  who.call('POST', '/v1/customer-views', body);
async function viewing<Result>(work: (id: string) => Promise<Result>): Promise<Result> {
  // The log is in order by the millisecond, and this clock stands still.
  core.clock.now += 1;
  const begun = await begin(admin);
  expect(begun.status, begun.text).toBe(201);
  const id = begun.body['id'] as string;
  try {
    return await work(id);
  } finally {
    await admin.call('POST', `/v1/customer-views/${id}/end`, {});
  }
}

test('an admin reads the customer side of that customer alone, until it is ended', async () => {
  expect((await admin.call('GET', `${side(hers)}/keys`)).status).toBe(404);
  await viewing(async (id) => {
    expect((await admin.call('GET', `${side(hers)}/keys`)).status).toBe(200);
    expect((await admin.call('GET', `${side(his)}/keys`)).status).toBe(404);
    const { body } = await admin.call('GET', '/portal/v1/me');
    expect(body['viewing']).toMatchObject({ id, customer: { id: hers.id, name: 'Acme' } });
  });
  expect((await admin.call('GET', `${side(hers)}/keys`)).status).toBe(404);
  expect((await admin.call('GET', '/portal/v1/me')).body['viewing']).toBeNull();
});

/** It reads, and asks nobody who they are: a secret is not for a URL. */
const READ = '/portal/v1/invitations/look';

/** Every endpoint that writes, whoever registered it. */
const writesOf = (app: OpenAPIHono<Api>): { method: string; path: string }[] =>
  app.routes.filter(
    ({ method, path }) =>
      !['ALL', 'GET', 'HEAD'].includes(method) &&
      /^\/(v1|portal\/v1)\//.test(path) &&
      path !== READ,
  );

test('every write of that session is refused, on either side, and changes nothing', async () => {
  await viewing(async () => {
    const writes = writesOf(core.app);
    expect(writes.length).toBeGreaterThan(100);
    for (const { method, path } of writes) {
      const real = path.replace(':customer_id', hers.id).replaceAll(/:\w+/g, '0'.repeat(24));
      const answer = await admin.call(method, real, {});
      expect([real, answer.status, answer.body?.['code']]).toEqual([real, 403, 'view_only']);
    }
  });
  const [row] = await core.sql<[{ keys: number }]>`select count(*)::int as keys from api_keys`;
  expect(row.keys).toBe(0);
});

test('it ends by itself, and another session of the same admin is none of it', async () => {
  const begun = await begin(admin);
  expect(Date.parse(begun.body['ends_at'])).toBe(core.clock.now + VIEW_MINUTES * MINUTE);
  core.clock.now += VIEW_MINUTES * MINUTE;
  expect((await admin.call('GET', `${side(hers)}/keys`)).status).toBe(404);
  const made = await admin.call('POST', '/v1/customers', { name: 'After' });
  expect(made.status).toBe(201);
  // One that is over does not stand in the way of the next.
  await viewing(async (id) => {
    const elsewhere = await person(core, 'admin');
    expect((await elsewhere.call('GET', `${side(hers)}/keys`)).status).toBe(404);
    const stolen = await elsewhere.call('POST', `/v1/customer-views/${id}/end`, {});
    expect(stolen.status).toBe(404);
    expect((await admin.call('GET', `${side(hers)}/keys`)).status).toBe(200);
  });
});

test('who looked, when and why is in the audit log', async () => {
  await viewing(async () => void (core.clock.now += 1_000));
  const path = `/v1/audit?subject_id=${hers.id}&action=customer`;
  const { body } = await core.admin('GET', path);
  const [last, first] = body['data'] as unknown as {
    action: string;
    actor_id: string;
    detail: object;
  }[];
  expect([last?.action, first?.action]).toEqual(['customer.view_end', 'customer.view']);
  expect(first).toMatchObject({ actor_id: admin.id, detail: { reason: 'Ticket 1' } });
});

test('members and tokens cannot, and what is wrong is refused at its field', async () => {
  expect((await begin(ann)).status).toBe(403);
  const byToken = { customer_id: hers.id, reason: 'x' };
  expect((await core.admin('POST', '/v1/customer-views', byToken)).status).toBe(403);
  const nobody = { customer_id: `cus_${'0'.repeat(24)}`, reason: 'x' };
  expect((await begin(admin, nobody)).status).toBe(404);
  for (const [body, path] of [
    [{ customer_id: hers.id }, 'reason'],
    [{ customer_id: hers.id, reason: ' ' }, 'reason'],
    [{ customer_id: hers.id, reason: 'x\u0000' }, 'reason'],
    [{ customer_id: hers.id, reason: 'x'.repeat(501) }, 'reason'],
    [{ customer_id: 7, reason: 'x' }, 'customer_id'],
    [{ customer_id: hers.id, reason: 'x', minutes: 999 }, 'minutes'],
  ] as const) {
    const answer = await begin(admin, body);
    expect([answer.status, answer.body['errors'][0]?.['path']]).toEqual([400, path]);
  }
});

test('who is no admin any more looks no longer', async () => {
  const former = await person(core, 'admin');
  const begun = await begin(former);
  expect(begun.status).toBe(201);
  expect((await former.call('GET', `${side(hers)}/keys`)).status).toBe(200);
  await core.sql`update users set role = 'user' where id = ${former.id}`;
  expect((await former.call('GET', `${side(hers)}/keys`)).status).toBe(404);
});
