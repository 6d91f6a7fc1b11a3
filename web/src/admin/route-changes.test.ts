import { expect, test } from 'vitest';
import { routeChanges } from './route-changes.ts';

const ROUTE = {
  name: 'Weather',
  methods: ['GET', 'POST'],
  retries: null,
  upstreams: [{ url: 'http://a', weight: 1 }],
  request_headers: [{ op: 'set', name: 'Authorization', secret: 'key' }],
};

test.each<[string, object, object, object]>([
  ['nothing', {}, {}, {}],
  ['a text', { name: 'Rain' }, { name: 'Weather' }, { name: 'Rain' }],
  ['a list', { methods: ['GET'] }, { methods: 'GET, POST' }, { methods: 'GET' }],
  [
    'what was off, all of it',
    { retries: { attempts: 2, statuses: [503] } },
    { 'retries.attempts': undefined, 'retries.statuses': undefined },
    { 'retries.attempts': 2, 'retries.statuses': '503' },
  ],
  [
    'one more of several',
    { upstreams: [...ROUTE.upstreams, { url: 'http://b', weight: 3 }] },
    { 'upstreams.1.url': undefined, 'upstreams.1.weight': undefined },
    { 'upstreams.1.url': 'http://b', 'upstreams.1.weight': 3 },
  ],
  [
    'one taken out',
    { request_headers: [] },
    {
      'request_headers.0.op': 'set',
      'request_headers.0.name': 'Authorization',
      'request_headers.0.secret': 'key',
    },
    {
      'request_headers.0.op': undefined,
      'request_headers.0.name': undefined,
      'request_headers.0.secret': undefined,
    },
  ],
])('%s is told, before and after, and what stays is not', (_name, patch, before, after) => {
  expect(routeChanges(ROUTE, { ...ROUTE, ...patch })).toEqual({ before, after });
});

test('what is left out of a save is not told: it stays', () => {
  const { name: _, ...rest } = ROUTE;
  expect(routeChanges(ROUTE, rest)).toEqual({ before: {}, after: {} });
});
