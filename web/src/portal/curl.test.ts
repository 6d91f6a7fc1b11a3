import { expect, test } from 'vitest';
import { requestOf } from './curl.ts';

const HOST = 'http://localhost:4002';
const of = (path: string, methods = ['*']) => {
  const url = `${HOST}${path}`;
  return requestOf({ route_id: 'rte_1', name: 'Route', methods, url, missing_features: [] });
};

test('an address without variables can be sent as it is', () => {
  const { code, places } = of('/v1/items', ['POST']);
  expect(code).toBe(
    `curl -X POST '${HOST}/v1/items' \\\n  -H "Authorization: Bearer $TOLLGATE_KEY"`,
  );
  expect(places).toEqual([]);
});

test.each([
  ['/demo/*', '/demo/<path>', ['<path>']],
  ['/*', '/<path>', ['<path>']],
  ['/v1/users/:id', '/v1/users/<id>', ['<id>']],
  ['/v1/:org/x/:id/*', '/v1/<org>/x/<id>/<path>', ['<org>', '<id>', '<path>']],
])('the variables of %s are places to fill', (pattern, shown, places) => {
  const request = of(pattern);
  expect(request.code).toContain(`'${HOST}${shown}'`);
  expect(request.places).toEqual(places);
});

test('a quote in an address does not end its quotes', () => {
  expect(of(`/it's`).code).toContain(String.raw`/it'\''s'`);
});
