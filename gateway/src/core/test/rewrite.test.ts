import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTarget } from '@tollgate/billing-core/contract/request-path.ts';
import { compileRewrite, rewritten } from '@tollgate/billing-core/contract/rewrite.ts';
import { askedPath, pathAt, RouteTable } from '../route.ts';
import { route } from './sample.ts';

const rewrite = (pattern: string, template: string, raw: string): string =>
  rewritten(compileRewrite(template, pattern), raw);

describe('a template makes the path', () => {
  test.each([
    ['/v1/users/:id', '/people/:id', '/v1/users/7', '/people/7'],
    ['/v1/:kind/:id', '/:id/of/:kind', '/v1/a/b', '/b/of/a'],
    ['/:id', '/:id/:id', '/a', '/a/a'],
    ['/v1/*', '/api/*', '/v1/a/b/c', '/api/a/b/c'],
    ['/v1/*', '/api/*', '/v1', '/api'],
    ['/v1/*', '/*', '/v1', '/'],
    ['/v1/*', '/*', '/v1/', '/'],
    ['/v1/*', '/fixed', '/v1/a/b', '/fixed'],
    ['/v1/users/:id/*', '/u/:id/files/*', '/v1/users/7/a/b', '/u/7/files/a/b'],
    ['/v1/:id', '/', '/v1/7', '/'],
    // A final slash is the client's, and stays.
    ['/v1/users/:id', '/people/:id', '/v1/users/7/', '/people/7/'],
    ['/v1/*', '/api/*', '/v1/a/', '/api/a/'],
    // Escapes are neither undone nor made.
    ['/v1/:id', '/p/:id', '/v1/a%20b%C3%A9', '/p/a%20b%C3%A9'],
    ['/v1/:id/*', '/p/:id/*', '/v1/a;v=1/b;w', '/p/a;v=1/b;w'],
  ])('%s as %s: %s is %s', (pattern, template, raw, made) => {
    expect(rewrite(pattern, template, raw)).toBe(made);
  });

  test('base path before, query behind', () => {
    const fact = route({
      path_pattern: '/v1/:id',
      rewrite_path: '/people/:id',
      upstream_url: 'http://u.test/base/',
    });
    const table = new RouteTable({ last: '0', routes: [fact] });
    const path = readTarget('/v1/7?a=/b', 'api.test');
    const match = table.find('api.test', path!, 'GET');
    if (match.kind !== 'route') throw new Error(match.kind);
    expect(pathAt(match.route.targets[0], askedPath(match.route, path!))).toBe(
      '/base/people/7?a=/b',
    );
  });

  test('a template that names what the pattern has not makes no route', () => {
    const fact = route({ path_pattern: '/v1/:id', rewrite_path: '/people/:name' });
    expect(new RouteTable({ last: '0', routes: [fact] }).broken).toEqual([fact]);
  });
});

test("the client's bytes stand unchanged in their places, whatever they are", () => {
  const segment = fc
    .stringMatching(/^[A-Za-z0-9\-_~!$&'()*+,;=:@.%]{1,12}$/)
    .filter((text) => readTarget(`/x/${text}`, '') !== undefined);
  fc.assert(
    fc.property(segment, fc.array(segment, { maxLength: 4 }), fc.boolean(), (id, rest, slash) => {
      const tail = rest.map((part) => `/${part}`).join('') + (slash ? '/' : '');
      const made = rewrite('/v1/:id/*', '/a/:id/b/*', `/v1/${id}${tail}`);
      expect(made).toBe(`/a/${id}/b${tail}`);
      expect(readTarget(made, '')?.segments.length).toBe(3 + rest.length);
    }),
  );
});
