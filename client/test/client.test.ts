import { serve, type ServerType } from '@hono/node-server';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCore, type Core } from '../../billing-core/src/test/core.ts';
import { dataOf, openTollgate, Refusal, type Tollgate } from '../src/client.ts';

const urlOf = (server: ServerType | Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let core: Core;
let server: ServerType;
let tollgate: Tollgate;
beforeAll(async () => {
  core = await openCore();
  server = serve({ fetch: core.app.fetch, hostname: '127.0.0.1', port: 0 });
  if (!server.listening) await once(server, 'listening');
  tollgate = openTollgate({ url: urlOf(server), token: await core.mint(['admin']) });
});
afterAll(async () => {
  server.close();
  await core.close();
});

test('plans are listed, page by page', async () => {
  const first = dataOf(await tollgate.GET('/v1/plans', { params: { query: { limit: 1 } } }));
  expect(first).toMatchObject({ data: expect.any(Array), has_more: expect.any(Boolean) });
});

test('a customer is made once, and gets a key', async () => {
  const making = {
    body: { name: 'Client Ltd' },
    params: { header: { 'Idempotency-Key': 'once' } },
  };
  const customer = dataOf(await tollgate.POST('/v1/customers', making));
  const again = dataOf(await tollgate.POST('/v1/customers', making));
  expect(again.id).toBe(customer.id);
  const params = { path: { customer_id: customer.id } };
  const key = dataOf(
    await tollgate.POST('/v1/customers/{customer_id}/keys', { params, body: { name: 'first' } }),
  );
  expect(key.secret.slice(-4)).toBe(key.last4);
  const keys = dataOf(await tollgate.GET('/v1/customers/{customer_id}/keys', { params }));
  expect(keys.data.map(({ id }) => id)).toEqual([key.id]);
});

test.each([
  ['an empty name', { name: '' }, 400, 'invalid_request', 'name'],
  ['no currency', { name: 'A', currency: 'XYZ' }, 400, 'invalid_request', 'currency'],
])(
  'what is wrong with a customer is told as a problem: %s',
  async (...[, body, status, code, at]) => {
    const { data, error, response } = await tollgate.POST('/v1/customers', { body });
    expect([data, response.status]).toEqual([undefined, status]);
    expect(error).toMatchObject({ status, code });
    expect(error?.errors?.[0]?.path).toContain(at);
    expect(error?.request_id).toMatch(/^req_/);
  },
);

test('a token that is none is refused, and the refusal can be thrown', async () => {
  const stranger = openTollgate({ url: urlOf(server), token: 'tga_none' });
  const answer = await stranger.GET('/v1/plans');
  expect(() => dataOf(answer)).toThrow(Refusal);
  expect(answer.error).toMatchObject({ status: 401, code: 'unauthenticated' });
});

test.each<[string, RequestListener]>([
  ['HTML', (_, to) => to.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad</h1>')],
  ['nothing', (_, to) => to.writeHead(502, { 'content-length': '0' }).end()],
])('a proxy that fails with %s is a problem too, and no answer that went well', async (_, fail) => {
  const proxy = createServer(fail).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { data, error } = await openTollgate({ url: urlOf(proxy), token: 'any' }).GET('/v1/plans');
  proxy.close();
  expect(data).toBeUndefined();
  expect(error).toMatchObject({ status: 502, code: 'unexpected_answer' });
});
