import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { mayDo } from '../customers/model.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Api } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { recordNotice } from '../notices/record.ts';
import {
  customerWith,
  openCore,
  person,
  PORTAL,
  type Answer,
  type Core,
  type Person,
} from './core.ts';

const CUSTOMER_SIDE = '/portal/v1/customers/:customer_id';
/** What anybody may call; every other endpoint asks who is there. */
const PUBLIC = [
  /^\/auth\//,
  /^\/portal\/v1\/settings$/,
  /^\/portal\/v1\/logo$/,
  /^\/portal\/v1\/invitations\/look$/,
  /^\/webhooks\/stripe$/,
  /^\/openapi\.json$/,
  /^\/docs(\/[\w.]+)?$/,
];
const UNKNOWN = '0'.repeat(24);

type Endpoint = { method: string; path: string };

/** Every endpoint that is registered, whoever registered it: a new one is covered by itself. */
function endpointsOf(app: OpenAPIHono<Api>): Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const { method, path } of app.routes) {
    if (method !== 'ALL') seen.set(`${method} ${path}`, { method, path });
  }
  return [...seen.values()];
}

let core: Core;
let endpoints: Endpoint[];
let ann: Person;
let bob: Person;
let hers: { id: string };
let his: { id: string };
/** By the name of a path or query parameter: the id of a thing of Ann's customer. */
let things: Record<string, string>;

beforeAll(async () => {
  core = await openCore();
  endpoints = endpointsOf(core.app);
  [ann, bob] = [await person(core), await person(core)];
  [hers, his] = [
    await customerWith(core, { owner: ann }),
    await customerWith(core, { owner: bob }),
  ];
  const key = await core.admin('POST', `/v1/customers/${hers.id}/keys`, { name: 'hers' });
  const lines = [{ description: 'Hers', amount: '100' }];
  const invoice = await core.admin('POST', '/v1/invoices', { customer_id: hers.id, lines });
  const invoice_id = invoice.body['id'] as string;
  await core.admin('POST', `/v1/invoices/${invoice_id}/finalize`);
  await core.admin('POST', `/v1/invoices/${invoice_id}/credit-notes`, { reason: 'hers' });
  const [note] = await core.sql<{ id: string }[]>`select id from credit_notes`;
  const notice_id = await core.sql.begin((tx) =>
    recordNotice(tx, {
      ...{ customerId: hers.id, kind: 'quota', subject: 'hers', title: 'Hers', body: '', path: '' },
      ...{ detail: {}, at: core.clock.now },
    }),
  );
  const quota_request_id = newId('qrq', core.clock.now);
  const limits = { limit_then: 1, limit_asked: 2, reason: 'hers', created_at: new Date() };
  const quota = { meter_id: 'mtr_requests', quota_window: 'day', quota_scope: 'customer' };
  const asked = { id: quota_request_id, customer_id: hers.id, ...quota, ...limits };
  await core.sql`insert into quota_requests ${core.sql(asked)}`;
  const request_id = newId('req', core.clock.now);
  const seen = { method: 'GET', path: '/', duration_ms: 1, request_bytes: 0, response_bytes: 0 };
  const logged = { customer_id: hers.id, request_id, at: new Date(), billable: true, ...seen };
  await core.sql`insert into logged_requests ${core.sql({ ...logged, units: core.sql.json([]) })}`;
  const [member] = await core.sql<{ id: string }[]>`
    select id from memberships where customer_id = ${hers.id}`;
  const invitation_id = newId('ivt', core.clock.now);
  const times = { created_at: new Date(), expires_at: new Date(core.clock.now + DAY_MS) };
  const invited = { email: 'x@example.test', role: 'viewer', invited_by: ann.id, ...times };
  const token_hash = Buffer.alloc(32);
  const invitation = { id: invitation_id, customer_id: hers.id, token_hash, ...invited };
  await core.sql`insert into invitations ${core.sql(invitation)}`;
  things = {
    membership_id: member?.id ?? '',
    invitation_id,
    request_id,
    quota_request_id,
    notice_id: notice_id as string,
    key_id: key.body['id'] as string,
    route_id: `rte_${UNKNOWN}`,
    invoice_id,
    credit_note_id: note?.id ?? '',
    position: '0',
  };
});
afterAll(() => core.close());

const onCustomerSide = (): Endpoint[] =>
  endpoints.filter(({ path }) => path === CUSTOMER_SIDE || path.startsWith(`${CUSTOMER_SIDE}/`));

/** The path with this customer and with things of Ann's. Fails for a parameter it cannot fill. */
function filled(path: string, customerId: string, unknown = false): string {
  return path.replace(':customer_id', customerId).replaceAll(/:(\w+)/g, (_all, name: string) => {
    const id = things[name];
    if (id === undefined) throw new Error(`teach access.test.ts to make a ${name} of a customer`);
    return unknown ? `${id.slice(0, 4)}${UNKNOWN}` : id;
  });
}

/** What would do something, where a body is looked at before the id. */
function bodyFor(method: string, path: string): object {
  if (path.endsWith('/rotate')) return { grace_s: 0 };
  return method === 'PATCH' && path.includes('/memberships/') ? { role: 'viewer' } : { name: 'x' };
}
const send = (method: string, path: string, headers: Record<string, string>): Promise<Answer> =>
  core.call(method, path, { headers, ...(method !== 'GET' && { body: bodyFor(method, path) }) });
const asBob = (method: string, path: string): Promise<Answer> =>
  send(method, path, { cookie: bob.cookie, origin: PORTAL });
const told = ({ status, body }: Answer) => [
  status,
  { ...(body as object), request_id: null, as_of: null },
];

describe('the customer side', () => {
  test('has the endpoints that this walk is about', () => {
    const paths = onCustomerSide().map(({ method, path }) => `${method} ${path}`);
    expect(paths).toContain(`GET ${CUSTOMER_SIDE}`);
    expect(paths).toContain(`POST ${CUSTOMER_SIDE}/keys/:key_id/revoke`);
    expect(paths).toContain(`GET ${CUSTOMER_SIDE}/usage/live`);
  });

  test('answers 401 to nobody in particular', async () => {
    for (const { method, path } of onCustomerSide()) {
      const answer = await send(method, filled(path, hers.id), {});
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  test('answers 404 to a member of another customer, as for a customer nobody has', async () => {
    for (const { method, path } of onCustomerSide()) {
      const answer = await asBob(method, filled(path, hers.id));
      expect([method, path, answer.status, answer.body['code']]).toEqual([
        method,
        path,
        404,
        'not_found',
      ]);
      const nobodys = await asBob(method, filled(path, `cus_${UNKNOWN}`));
      expect(told(answer)).toEqual(told(nobodys));
    }
  });

  test('answers 404 to another customer’s ids within one’s own', async () => {
    const deeper = onCustomerSide().filter(({ path }) => path.split(':').length > 2);
    expect(deeper.length).toBeGreaterThan(0);
    for (const { method, path } of deeper) {
      const answer = await asBob(method, filled(path, his.id));
      expect([method, path, answer.status, answer.body['code']]).toEqual([
        method,
        path,
        404,
        'not_found',
      ]);
    }
    const [key] = await core.sql`select name, revoked_at from api_keys`;
    expect(key).toEqual({ name: 'hers', revoked_at: null });
  });

  test('tells of another customer’s id in a query what it tells of an id nobody has', async () => {
    const document = (await core.call('GET', '/openapi.json')).body;
    let walked = 0;
    for (const { method, path } of onCustomerSide()) {
      const named = path.replaceAll(/:(\w+)/g, '{$1}');
      const { parameters } = document['paths'][named][method.toLowerCase()] as never as {
        parameters?: { name: string; in: string }[];
      };
      for (const { name } of parameters?.filter((one) => one.in === 'query') ?? []) {
        if (!name.endsWith('_id')) continue;
        const own = filled(path, his.id);
        const foreign = await asBob(method, `${own}?${name}=${filled(`:${name}`, '')}`);
        const unknown = await asBob(method, `${own}?${name}=${filled(`:${name}`, '', true)}`);
        expect(told(foreign)).toEqual(told(unknown));
        walked += 1;
      }
    }
    expect(walked).toBeGreaterThan(0);
  });

  test('is there for its own members, so that the refusals above are no accident', async () => {
    for (const { method, path } of onCustomerSide()) {
      if (method !== 'GET') continue;
      const answer = await core.app.request(filled(path, hers.id), {
        headers: { cookie: ann.cookie },
      });
      await answer.body?.cancel();
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  test('takes no id that only looks like one', async () => {
    for (const id of ['x', '%00', `cus_${UNKNOWN}%20`, `${his.id}'--`, `CUS_${UNKNOWN}`]) {
      expect((await asBob('GET', `/portal/v1/customers/${id}`)).status).toBe(404);
    }
  });
});

test('every other endpoint of the core asks who is there, before anything else', async () => {
  for (const { method, path } of endpoints) {
    if (PUBLIC.some((open) => open.test(path))) continue;
    const answer = await send(method, path.replaceAll(/:\w+/g, 'x'), {});
    expect([method, path, answer.status]).toEqual([method, path, 401]);
  }
});

test('every endpoint of /v1 is for admins', async () => {
  for (const { method, path } of endpoints.filter((one) => one.path.startsWith('/v1/'))) {
    const answer = await asBob(method, path.replaceAll(/:\w+/g, 'x'));
    expect([method, path, answer.status]).toEqual([method, path, 403]);
  }
});

test.each([
  ['keys.write', ['owner', 'developer']],
  ['members.write', ['owner']],
  ['customer.write', ['owner']],
  ['subscription.write', ['owner', 'billing']],
  ['payment.write', ['owner', 'billing']],
  ['notices.write', ['owner', 'billing']],
  ['quotas.ask', ['owner', 'billing', 'developer']],
] as const)('%s is for %j', (deed, roles: readonly string[]) => {
  for (const role of ['owner', 'billing', 'developer', 'viewer'] as const) {
    expect([role, mayDo(role, deed)]).toEqual([role, roles.includes(role)]);
  }
});

test.each([
  ['owner', 201],
  ['developer', 201],
  ['billing', 403],
  ['viewer', 403],
] as const)('a %s who creates a key is answered %i', async (role, status) => {
  const member = await person(core);
  const customer = await customerWith(core, { [role]: member });
  const answer = await member.call('POST', `/portal/v1/customers/${customer.id}/keys`, {
    name: 'k',
  });
  expect(answer.status).toBe(status);
  expect((await member.call('GET', `/portal/v1/customers/${customer.id}/keys`)).status).toBe(200);
});
