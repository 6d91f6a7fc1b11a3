import { expect, test } from 'vitest';
import { withoutTls } from '../without-tls.ts';
import { route } from './sample.ts';

test('of certificates and private keys for upstreams only that there are some stays', () => {
  const [url, other] = ['https://u.test', 'https://v.test'];
  const tls = { ca: 'CA', certificate: 'OWN', key: 'PRIVATE', server_name: 'api.internal' };
  const upstreams = [
    { url, weight: 1, tls },
    { url: other, weight: 2 },
  ];
  const snapshot = { last: '7', routes: [route({ upstreams }), route()] };
  const { last, routes } = withoutTls(snapshot);
  expect(last).toBe('7');
  const left = [{ url, weight: 1, tls: {} }, upstreams[1]];
  expect(routes[0]).toEqual({ ...snapshot.routes[0], upstreams: left });
  expect(routes[1]).toEqual(snapshot.routes[1]);
  expect(JSON.stringify(routes)).not.toMatch(/CA|OWN|PRIVATE/);
});
