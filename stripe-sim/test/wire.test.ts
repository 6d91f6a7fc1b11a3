import { connect } from 'node:net';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { API_VERSION } from '../src/world/events.ts';
import { startSim } from './rig.ts';

const { stripe, url, ask } = await startSim();
const errorOf = async (answer: Promise<Response>): Promise<Record<string, unknown>> => {
  const response = await answer;
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, ...error };
};
const thrown = (call: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  call.then(
    () => expect.unreachable(),
    (error: unknown) => error as Stripe.errors.StripeError,
  );

test('speaks the version that the SDK pins', () => {
  expect(Stripe.API_VERSION).toBe(API_VERSION);
});

describe('keys', () => {
  test.each([
    ['none', undefined, 'did not provide an API key'],
    ['an odd one', 'Bearer nonsense', 'Invalid API Key provided'],
    ['a live one', 'Bearer sk_live_1', 'A live key must not be sent'],
    ['an empty user of Basic', `Basic ${btoa(':')}`, 'did not provide an API key'],
  ])('%s is refused', async (_, authorization, message) => {
    const answer = await fetch(`${url}/v1/customers`, {
      headers: { ...(authorization && { authorization }) },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Stripe"');
    const { error } = (await answer.json()) as { error: { type: string; message: string } };
    expect(error.type).toBe('invalid_request_error');
    expect(error.message).toContain(message);
  });

  test('Basic does as well as Bearer', async () => {
    const headers = { authorization: `Basic ${btoa('sk_test_sim:')}` };
    expect((await fetch(`${url}/v1/customers`, { headers })).status).toBe(200);
  });

  test('another version than the pinned one is refused: its shapes are other ones', async () => {
    const headers = { authorization: 'Bearer sk_test_sim', 'stripe-version': '2020-08-27' };
    expect((await fetch(`${url}/v1/customers`, { headers })).status).toBe(400);
  });
});

describe('errors', () => {
  test.each([
    ['GET', '/v1/nothing', undefined, { status: 404, type: 'invalid_request_error' }],
    ['PUT', '/v1/customers', undefined, { status: 404, type: 'invalid_request_error' }],
    [
      'GET',
      '/v1/customers/cus_x',
      undefined,
      { status: 404, code: 'resource_missing', param: 'id' },
    ],
    ['POST', '/v1/products', {}, { code: 'parameter_missing', param: 'name' }],
    ['POST', '/v1/products', { name: '' }, { code: 'parameter_invalid_empty', param: 'name' }],
    ['POST', '/v1/customers', { nme: 'x' }, { code: 'parameter_unknown', param: 'nme' }],
    ['POST', '/v1/customers', { balance: '1.5' }, { code: 'parameter_invalid_integer' }],
    ['POST', '/v1/customers', { balance: '9'.repeat(30) }, { code: 'parameter_invalid_integer' }],
    ['POST', '/v1/customers', { tax_exempt: 'maybe' }, { status: 400, param: 'tax_exempt' }],
    ['POST', '/v1/customers', { metadata: 'x' }, { status: 400, param: 'metadata' }],
    ['POST', '/v1/customers', { 'name[a]': 'x' }, { status: 400, param: 'name' }],
    ['POST', '/v1/customers', { 'invoice_settings[x]': '1' }, { param: 'invoice_settings[x]' }],
    ['POST', '/v1/customers', { '__proto__[x]': '1' }, { code: 'parameter_unknown' }],
    ['POST', '/v1/customers', { name: 'x'.repeat(5001) }, { status: 400, param: 'name' }],
    ['GET', '/v1/customers?limit=0', undefined, { status: 400, param: 'limit' }],
    ['GET', '/v1/customers?limit=101', undefined, { status: 400, param: 'limit' }],
    ['GET', '/v1/customers?starting_after=cus_x', undefined, { code: 'resource_missing' }],
    ['GET', '/v1/customers?created[gte]=x', undefined, { param: 'created[gte]' }],
    ['GET', '/v1/customers?expand[]=nothing', undefined, { status: 400, param: 'expand' }],
    ['GET', '/v1/customers?expand[]=data.a.b.c.d.e', undefined, { param: 'expand[0]' }],
  ])('%s %s %o', async (method, path, form, expected) => {
    expect(await errorOf(ask(method, path, form))).toMatchObject(expected);
  });

  test('a body that is no form', async () => {
    const answer = fetch(`${url}/v1/customers`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_sim', 'content-type': 'application/json' },
      body: '{}',
    });
    expect((await errorOf(answer))['message']).toContain('x-www-form-urlencoded');
  });

  test('come out of the SDK as its own classes, with the request id', async () => {
    const error = await thrown(stripe.customers.retrieve('cus_x'));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing' });
    expect(error.requestId).toMatch(/^req_/);
    const refused = new Stripe('nonsense', {
      host: '127.0.0.1',
      port: new URL(url).port,
      protocol: 'http',
    });
    expect(await thrown(refused.customers.list())).toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
  });

  test('it is reached on the loopback interface only', async () => {
    const port = Number(new URL(url).port);
    const error = await new Promise<Error>((resolve) => {
      connect({ host: '127.0.0.2', port }).once('error', resolve);
    });
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('metadata', () => {
  test('merges by key, unsets a key by an empty value and all by an empty string', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
    const second = await stripe.customers.update(id, { metadata: { b: '', c: '3' } });
    expect(second.metadata).toEqual({ a: '1', c: '3' });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });

  test.each([
    ['51 keys', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']))],
    ['a key of 41 characters', { ['k'.repeat(41)]: 'v' }],
    ['a value of 501 characters', { k: 'v'.repeat(501) }],
  ])('refuses %s', async (_, metadata) => {
    expect(await thrown(stripe.customers.create({ metadata }))).toMatchObject({ statusCode: 400 });
  });

  test('an empty string unsets a field', async () => {
    const { id } = await stripe.customers.create({ name: 'Ä 名', description: 'x' });
    const after = await stripe.customers.update(id, { description: '' });
    expect(after).toMatchObject({ name: 'Ä 名', description: null });
  });
});

describe('lists', () => {
  test('come newest first, in pages, with filters', async () => {
    const made: string[] = [];
    for (let at = 0; at < 25; at += 1) {
      made.push((await stripe.customers.create({ email: 'pages@example.com' })).id);
    }
    const first = await stripe.customers.list({ email: 'pages@example.com' });
    expect(first.data.map(({ id }) => id)).toEqual(made.toReversed().slice(0, 10));
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' });
    const all = await stripe.customers
      .list({ email: 'pages@example.com', limit: 7 })
      .autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(made.toReversed());
    const before = await stripe.customers.list({
      email: 'pages@example.com',
      ending_before: made[20]!,
      limit: 3,
    });
    expect(before.data.map(({ id }) => id)).toEqual([made[23], made[22], made[21]]);
    expect(before.has_more).toBe(true);
    expect((await stripe.customers.list({ created: { lt: 1 } })).data).toEqual([]);
  });
});

describe('expand', () => {
  test('puts lists and objects in the place of ids', async () => {
    const { id } = await stripe.customers.create({
      tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }],
    });
    const plain = await stripe.customers.retrieve(id);
    expect(plain).not.toHaveProperty('tax_ids');
    const full = await stripe.customers.retrieve(id, {
      expand: ['tax_ids', 'tax_ids.data.customer'],
    });
    expect(full).toMatchObject({
      tax_ids: { object: 'list', data: [{ type: 'eu_vat', customer: { id, object: 'customer' } }] },
    });
    const listed = await stripe.customers.list({ limit: 1, expand: ['data.tax_ids'] });
    expect(listed.data[0]?.tax_ids?.data).toHaveLength(1);
  });

  test('refuses what is no object, and says how lists are expanded', async () => {
    const { id } = await stripe.customers.create({ name: 'x' });
    const refused = await thrown(stripe.customers.retrieve(id, { expand: ['name'] }));
    expect(refused.message).toContain('cannot be expanded (name)');
    const hint = await thrown(stripe.customers.list({ expand: ['tax_ids'] }));
    expect(hint.message).toContain("try expanding 'data.tax_ids'");
  });
});
