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
const UNMARKED = { ...NONE, logo: null };
const settings = async () => (await core.call('GET', '/portal/v1/settings')).body;

test('is the product’s own before anybody says so; everybody is told what was', async () => {
  expect((await core.admin('GET', '/v1/branding')).body).toEqual(UNMARKED);
  const own = { product_name: 'Tollgate', accent: null, support: null };
  expect(await settings()).toMatchObject(own);
  expect(await letterFooter(core.sql)).toBe('');
  expect((await put(BRAND)).body).toEqual({ ...BRAND, logo: null });
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

describe('a logo', () => {
  // The smallest PNG there is: one pixel.
  const PNG =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA' +
    'WjR9awAAAABJRU5ErkJggg==';
  const logo = (image: unknown) => core.admin('PUT', '/v1/branding/logo', { image });
  const bytes = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

  test('is shown to everybody as what it is, by its mark for ever, until it is gone', async () => {
    const made = await logo(PNG);
    expect(made.status).toBe(200);
    const path = (await settings())['logo'] as string;
    expect(path).toMatch(/^\/portal\/v1\/logo\?v=[0-9a-f]{16}$/);
    const shown = await core.app.request(path);
    expect(Buffer.from(await shown.arrayBuffer()).toString('base64')).toBe(PNG);
    const header = (name: string): string | null => shown.headers.get(name);
    expect(header('content-type')).toBe('image/png');
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('cache-control')).toContain('immutable');
    const unmarked = await core.app.request('/portal/v1/logo');
    expect(unmarked.headers.get('cache-control')).toBe('no-cache');
    await put(BRAND);
    expect((await settings())['logo']).toBe(path);
    await core.admin('DELETE', '/v1/branding/logo');
    expect((await settings())['logo']).toBe(null);
    expect((await core.call('GET', path)).status).toBe(404);
    await put(NONE);
  });

  test.each([
    ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
    ['image/webp', 'RIFF\x1a\0\0\0WEBPVP8L'],
  ])('that is %s is shown as that', async (type, beginning) => {
    expect((await logo(bytes(beginning))).status).toBe(200);
    const shown = await core.app.request('/portal/v1/logo');
    expect(shown.headers.get('content-type')).toBe(type);
    await core.admin('DELETE', '/v1/branding/logo');
  });

  test.each<[string, unknown]>([
    ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
    ['a page', bytes('<!doctype html><script>1</script>')],
    ['a GIF', bytes('GIF89a')],
    ['a RIFF of another kind', bytes('RIFF1234WAVE')],
    ['the beginning of a PNG behind a page', bytes('<b>\x89PNG\r\n\x1a\n')],
    ['nothing', ''],
    ['no base64', 'not an image!'],
    [
      'too much',
      Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(32_768)]).toString('base64'),
    ],
    ['a number', 7],
  ])('that is %s is refused, and changes nothing', async (_name, image) => {
    const before = await footprint(core.sql);
    const answer = await logo(image);
    expect([answer.status, answer.body['errors'][0]?.['path']]).toEqual([400, 'image']);
    expect(await footprint(core.sql)).toEqual(before);
  });
});
