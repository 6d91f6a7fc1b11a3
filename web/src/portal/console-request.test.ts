import type { ReferencedOperation } from '@tollgate/billing-core/contract/api-document.ts';
import { describe, expect, test } from 'vitest';
import { parameterKey, requestFor, shellOf } from './console-request.ts';

const gatewayUrl = 'https://api.example.com';
const key = 'tg_live_x';
const parameter = (name: string, where: 'path' | 'query' | 'header', required = false) => ({
  ...{ name, in: where, required, description: '', type: 'string', values: [], example: '' },
});
const operation = (over: Partial<ReferencedOperation> = {}): ReferencedOperation => ({
  method: 'GET',
  path: '/weather/{city}',
  summary: '',
  description: '',
  tag: '',
  deprecated: false,
  parameters: [
    parameter('city', 'path', true),
    parameter('days', 'query'),
    parameter('X-Units', 'header'),
  ],
  body: null,
  responses: [],
  route: { id: 'rte_1', name: 'Weather' },
  url: `${gatewayUrl}/weather/{city}`,
  console: 'open',
  public: false,
  ...over,
});
const values = (typed: Record<string, string>, body = '') => ({ parameters: typed, body });
const city = (name: string) => values({ [parameterKey({ in: 'path', name: 'city' })]: name });
const build = (typed: ReturnType<typeof values>, over: Partial<ReferencedOperation> = {}) =>
  requestFor(operation(over), typed, { key, gatewayUrl });

test('what is typed is where it belongs, and nothing is sent that was left empty', () => {
  const typed = values({ 'path city': 'Zürich', 'query days': '3&4', 'header X-Units': '' });
  expect(build(typed)).toEqual({
    request: {
      method: 'GET',
      url: `${gatewayUrl}/weather/Z%C3%BCrich?days=3%264`,
      headers: { Authorization: 'Bearer tg_live_x' },
      body: undefined,
    },
  });
});

describe('no value leads elsewhere', () => {
  test.each(['../admin', '..%2fadmin', '/evil.example', '\\evil', '@evil.example', '?a=1', '#a'])(
    '%s stays one segment of the path',
    (name) => {
      const built = build(city(name));
      const url = new URL('request' in built ? built.request.url : 'none:');
      expect(url.origin).toBe(gatewayUrl);
      expect(url.pathname.split('/')).toHaveLength(3);
      expect(url.pathname).toMatch(/^\/weather\/./);
    },
  );

  test.each(['.', '..', ' .. '])('%s is refused', (name) => {
    expect(build(city(name))).toEqual({ problem: 'city can’t be dots alone' });
  });

  test.each([
    ['another host', 'https://evil.example/weather/{city}'],
    ['another port', 'https://api.example.com:8443/weather/{city}'],
    ['another scheme', 'http://api.example.com/weather/{city}'],
    ['somebody at the gateway', 'https://api.example.com@evil.example/{city}'],
  ])('an operation at %s gets no key', (_, url) => {
    expect(build(city('Bonn'), { url })).toEqual({
      problem: 'It is not at the gateway’s address: no key is sent there.',
    });
  });
});

test('what is required is asked for', () => {
  expect(build(city(' '))).toEqual({ problem: 'city is missing' });
});

test('a body goes with its type, and not with a GET', () => {
  const body = {
    ...{ content_type: 'application/json', required: true, description: '', example: '' },
  };
  const typed = { ...city('Bonn'), body: '{"a":1}' };
  expect(build(typed, { method: 'POST', body })).toMatchObject({
    request: { body: '{"a":1}', headers: { 'Content-Type': 'application/json' } },
  });
  expect(build(typed, { body })).toMatchObject({ request: { body: undefined } });
});

test('for a shell it has the key by its name alone', () => {
  const built = build({ ...city("O'Hare"), body: '' });
  if (!('request' in built)) throw new Error('nothing was built');
  const text = shellOf(built.request);
  expect(text).toContain('-H "Authorization: Bearer $TOLLGATE_KEY"');
  expect(text).not.toContain(key);
  expect(text).toContain(`'${gatewayUrl}/weather/O'\\''Hare'`);
});
