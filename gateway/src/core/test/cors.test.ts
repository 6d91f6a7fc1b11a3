import { describe, expect, test } from 'vitest';
import { corsFields, type CorsRule, preflightFields, preflightOf } from '../cors.ts';

const rule = (more: Partial<CorsRule> = {}): CorsRule => ({
  ...{ origins: ['https://app.test'], headers: ['*'], expose: [], credentials: false },
  max_age_s: 600,
  ...more,
});
const asked = ['Origin', 'https://app.test', 'Access-Control-Request-Method', 'PUT'];

/** Fields by lower-case name; lines of one name are joined. */
function named(fields: readonly string[] | undefined): Record<string, string> | undefined {
  if (!fields) return undefined;
  const all: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i]!.toLowerCase();
    all[name] = name in all ? `${all[name]}, ${fields[i + 1]}` : fields[i + 1]!;
  }
  return all;
}

describe('a preflight', () => {
  test.each([
    ['another method', 'GET', asked],
    ['no origin', 'OPTIONS', asked.slice(2)],
    ['no method asked for', 'OPTIONS', asked.slice(0, 2)],
    ['two origins', 'OPTIONS', [...asked, 'origin', 'https://b.test']],
    ['two methods', 'OPTIONS', [...asked, 'access-control-request-method', 'GET']],
    ['a method that is none', 'OPTIONS', [...asked.slice(0, 3), 'P UT']],
    ['a field that is none', 'OPTIONS', [...asked, 'Access-Control-Request-Headers', 'a b']],
    [
      'fields without end',
      'OPTIONS',
      [...asked, 'Access-Control-Request-Headers', 'a,'.repeat(101)],
    ],
  ])('is none with %s', (_name, method, raw) => {
    expect(preflightOf(method, raw)).toBeUndefined();
  });

  test('says who asks, for what', () => {
    const raw = [...asked, 'access-control-request-headers', 'X-A, content-type,'];
    expect(preflightOf('OPTIONS', raw)).toEqual({
      origin: 'https://app.test',
      method: 'PUT',
      headers: ['x-a', 'content-type'],
    });
  });

  const preflight = { origin: 'https://app.test', method: 'PUT', headers: ['x-a'] };
  const VARY = 'Access-Control-Request-Method, Access-Control-Request-Headers';

  test('is answered with what was asked for', () => {
    expect(named(preflightFields(rule(), preflight))).toEqual({
      'access-control-allow-origin': 'https://app.test',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-a',
      'access-control-max-age': '600',
      vary: `Origin, ${VARY}`,
    });
  });

  test('of any origin, with a list of fields', () => {
    const any = rule({ origins: ['*'], headers: ['X-B', 'X-C'], max_age_s: 0 });
    expect(named(preflightFields(any, preflight))).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'X-B, X-C',
      'access-control-max-age': '0',
      vary: VARY,
    });
  });

  test('with credentials names the origin', () => {
    const fields = named(preflightFields(rule({ credentials: true }), preflight));
    expect(fields).toMatchObject({
      'access-control-allow-origin': 'https://app.test',
      'access-control-allow-credentials': 'true',
    });
  });

  test('of a strange origin has no answer', () => {
    const stranger = { ...preflight, origin: 'https://evil.test' };
    expect(preflightFields(rule(), stranger)).toBeUndefined();
  });
});

describe('origins', () => {
  test.each([
    ['https://app.test', 'https://app.test', true],
    ['https://app.test', 'http://app.test', false],
    ['https://app.test', 'https://app.test:8443', false],
    ['https://app.test', 'https://app.test.evil.test', false],
    ['https://*.app.test', 'https://a.app.test', true],
    ['https://*.app.test', 'https://a.b.app.test', true],
    ['https://*.app.test', 'https://app.test', false],
    ['https://*.app.test', 'https://evilapp.test', false],
    ['https://*.app.test', 'https://evil.test/.app.test', false],
    ['https://*.app.test', 'https://evil.test#.app.test', false],
    ['https://*.app.test', 'https://user@evil.test:.app.test', false],
    ['https://*.app.test:8443', 'https://a.app.test:8443', true],
    ['https://*.app.test:8443', 'https://a.app.test', false],
    ['*', 'null', true],
    ['https://app.test', 'null', false],
  ])('%s and %s: %s', (pattern, origin, allowed) => {
    const fields = named(corsFields(rule({ origins: [pattern] }), origin));
    expect('access-control-allow-origin' in fields!).toBe(allowed);
  });
});

describe('an answer', () => {
  test('says which fields a script may read', () => {
    expect(named(corsFields(rule({ expose: ['X-Total'] }), 'https://app.test'))).toEqual({
      'access-control-allow-origin': 'https://app.test',
      'access-control-expose-headers':
        'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, X-Tollgate-Cost, X-Total',
      vary: 'Origin',
    });
  });

  test('is kept apart by caches also for origins that are not allowed, and for none', () => {
    expect(corsFields(rule(), 'https://evil.test')).toEqual(['Vary', 'Origin']);
    expect(corsFields(rule(), undefined)).toEqual(['Vary', 'Origin']);
    expect(corsFields(rule({ origins: ['*'] }), undefined)).toEqual([]);
  });
});
