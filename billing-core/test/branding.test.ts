import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letterFooter } from '../src/customers/branding-store.ts';
import { footprint, openCore, type Core } from '../src/test/core.ts';

// What the business is called and looks like.

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const put = (body: unknown) => core.admin('PUT', '/v1/branding', body);
const BRAND = { name: 'Acme APIs', accent: '#3451b2', support: 'help@acme.example' };
const NONE = { name: null, accent: null, support: null };
const settings = async () => (await core.call('GET', '/portal/v1/settings')).body;

test('is the product’s own before anybody says so; everybody is told what was', async () => {
  expect((await core.admin('GET', '/v1/branding')).body).toEqual(NONE);
  const own = { product_name: 'Tollgate', accent: null, support: null };
  expect(await settings()).toMatchObject(own);
  expect(await letterFooter(core.sql)).toBe('');
  expect((await put(BRAND)).body).toEqual(BRAND);
  const { name: product_name, ...rest } = BRAND;
  expect(await settings()).toMatchObject({ product_name, ...rest });
  expect(await letterFooter(core.sql)).toBe('\n-- \nAcme APIs\nhelp@acme.example\n');
  const [entry] = await core.sql`
    select detail from audit_entries where action = 'branding.update'`;
  expect(entry?.['detail']).toEqual(BRAND);
  await put(NONE);
  expect(await letterFooter(core.sql)).toBe('');
});

describe('support', () => {
  test.each([
    ['https://acme.example/help', 200],
    ['help@acme.example', 200],
    ['http://acme.example', 400],
    ['javascript:alert(1)', 400],
    ['https://user:word@acme.example', 400],
    ['acme.example', 400],
    ['data:text/html,x', 400],
    ['a b@acme.example', 400],
    ['javascript:x@y', 400],
    ['', 400],
  ])('%j is answered %d', async (support, status) => {
    expect((await put({ ...NONE, support })).status).toBe(status);
    await put(NONE);
  });
});

test.each([
  ['no name', { accent: null, support: null }, 'name'],
  ['an empty name', { ...NONE, name: ' ' }, 'name'],
  ['a name of 61', { ...NONE, name: 'x'.repeat(61) }, 'name'],
  ['a line break in the name', { ...NONE, name: 'a\nBcc: b' }, 'name'],
  ['a colour by its name', { ...NONE, accent: 'red' }, 'accent'],
  ['style behind the colour', { ...NONE, accent: '#3451b2;x' }, 'accent'],
  ['a field that is none', { ...NONE, logo: 'x' }, 'logo'],
])('%s is refused, and changes nothing', async (_name, body, at) => {
  const before = await footprint(core.sql);
  const answer = await put(body);
  expect([answer.status, answer.body['errors'][0]?.['path']]).toEqual([400, at]);
  expect(await footprint(core.sql)).toEqual(before);
});
