import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { describe, expect, it } from 'vitest';
import { readTarget } from '@tollgate/billing-core/contract/request-path.ts';
import { askedPath, pathAt, RouteTable } from '../src/core/route.ts';
import { routeFact } from './rig.ts';

const of = (id: string, host: string, path_pattern: string, methods = ['*']): RouteFact =>
  routeFact({ id, host, path_pattern, methods, upstream_url: 'http://up.test/base/' });

const tableOf = (...routes: RouteFact[]): RouteTable => new RouteTable({ last: '1', routes });

function found(table: RouteTable, host: string, target: string, method = 'GET'): string {
  const match = table.find(host, readTarget(target, '')!, method);
  return match.kind === 'route' ? match.route.fact.id : match.kind;
}

describe('the winner', () => {
  const table = tableOf(
    of('rest', '*', '/*'),
    of('literal', '*', '/a/b'),
    of('param', '*', '/a/:id'),
    of('deep', '*', '/a/:id/c'),
    of('under', '*', '/a/*'),
    of('suffix', '*.test', '/a/b'),
    of('longer', '*.x.test', '/a/b'),
    of('exact', 'y.x.test', '/a/b'),
  );
  it.each([
    ['h', '/', 'rest'],
    ['h', '/z/y/x', 'rest'],
    ['h', '/a/b', 'literal'],
    ['h', '/a/b/', 'literal'],
    ['h', '/a/q', 'param'],
    ['h', '/a/b/c', 'deep'],
    ['h', '/a/b/d/e', 'under'],
    ['h', '/a/b/d', 'under'],
    ['h', '/a', 'under'],
    ['h', '/a/', 'under'],
    ['h', '/A/b', 'rest'],
    ['h', '/%61/b', 'literal'],
    ['test', '/a/b', 'literal'],
    ['q.test', '/a/b', 'suffix'],
    ['q.x.test', '/a/b', 'longer'],
    ['y.x.test', '/a/b', 'exact'],
    ['y.x.test', '/a/q', 'param'],
    ['', '/a/b', 'literal'],
  ])('%s%s is %s', (host, target, id) => expect(found(table, host, target)).toBe(id));

  it('does not depend on the order of the snapshot', () => {
    const two = [of('rte_b', '*', '/a'), of('rte_a', '*', '/a'), of('rte_c', '*', '/a', ['GET'])];
    for (const routes of [two, two.toReversed()]) {
      const same = tableOf(...routes);
      expect(found(same, 'h', '/a', 'GET')).toBe('rte_c');
      expect(found(same, 'h', '/a', 'POST')).toBe('rte_a');
    }
  });

  it('refuses a path that leads to another route once parameters are taken away', () => {
    const guarded = tableOf(of('open', '*', '/*'), of('admin', '*', '/admin/*'));
    expect(found(guarded, 'h', '/admin;x/users')).toBe('ambiguous');
    expect(found(guarded, 'h', '/users;x/admin')).toBe('open');
    expect(found(guarded, 'h', '/admin/users;x')).toBe('admin');
  });
});

describe('methods', () => {
  const table = tableOf(of('get', '*', '/a', ['GET']), of('put', '*', '/a', ['PUT']));
  it('tell what is allowed', () => {
    expect(table.find('h', readTarget('/a', '')!, 'DELETE')).toEqual({
      kind: 'method',
      allow: ['GET', 'HEAD', 'PUT'],
    });
  });
  it('HEAD goes where GET goes', () => expect(found(table, 'h', '/a', 'HEAD')).toBe('get'));
  it('a wider route takes what a narrower one does not', () => {
    const wide = tableOf(of('get', '*', '/a/b', ['GET']), of('any', '*', '/a/*', ['POST']));
    expect(found(wide, 'h', '/a/b', 'POST')).toBe('any');
  });
  it.each(['TRACE', 'CONNECT'])('%s goes nowhere', (method) => {
    expect(found(tableOf(of('all', '*', '/*')), 'h', '/', method)).toBe('method');
  });
});

it('an upstream that is no URL takes its own route out, and no other', () => {
  const table = tableOf(routeFact({ id: 'bad', upstream_url: 'nonsense' }), of('good', '*', '/a'));
  expect(table.broken.map((route) => route.id)).toEqual(['bad']);
  expect(found(table, 'h', '/a')).toBe('good');
});

describe('the path for the upstream', () => {
  it.each([
    ['http://up', null, '/demo/x?y', '/demo/x?y'],
    ['http://up', '/demo', '/demo/x?y', '/x?y'],
    ['http://up', '/demo', '/demo', '/'],
    ['http://up', '/demo', '/demo/', '/'],
    ['http://up', '/demo', '/demo?y', '/?y'],
    ['http://up/v2/', '/demo', '/demo', '/v2'],
    ['http://up/v2', '/demo/', '/demo/%20;x/', '/v2/%20;x/'],
    ['http://up', '/a/b', '/a/b/c', '/c'],
    ['http://up', '/demo', '/demonstration', '/demonstration'],
    ['http://up', '/demo', '/d%65mo/x', '/x'],
  ])('%s strip %s: %s is %s', (upstream_url, strip_prefix, target, expected) => {
    const table = tableOf(routeFact({ upstream_url, strip_prefix }));
    const path = readTarget(target, '')!;
    const match = table.find('h', path, 'GET');
    if (match.kind !== 'route') throw new Error(match.kind);
    expect(pathAt(match.route.targets[0], askedPath(match.route, path))).toBe(expected);
  });
});
