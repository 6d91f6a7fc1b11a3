import { expect, test } from 'vitest';
import { readStartConfig, ROOT } from '../config.ts';

test('without settings it is the documented ports and folder', () => {
  const { ports, dataDir, databaseUrl, reset } = readStartConfig([], {});
  expect(ports).toEqual({
    portal: 4000,
    billingCore: 4001,
    gateway: 4002,
    upstream: 4003,
    postgres: 4004,
    stripe: 4006,
    billingCorePrivate: 4011,
    gatewayPrivate: 4012,
  });
  expect({ dataDir, databaseUrl, reset }).toEqual({
    dataDir: `${ROOT}.tollgate`,
    databaseUrl: undefined,
    reset: false,
  });
});

test.each([
  [[], { TOLLGATE_GATEWAY_PORT: 'eighty' }, 'TOLLGATE_GATEWAY_PORT is not a port: eighty'],
  [[], { TOLLGATE_PORTAL_PORT: '70000' }, 'TOLLGATE_PORTAL_PORT'],
  [[], { TOLLGATE_PORTAL_PORT: '4002' }, 'are the same port, 4002'],
  [[], { DATABASE_URL: 'mysql://here' }, 'DATABASE_URL is not a postgres:// URL'],
  [['--reset'], { DATABASE_URL: 'postgres://here/db' }, '--reset does not empty'],
  [[], { STRIPE_SECRET_KEY: 'sk_live_abc' }, '`npm start` never moves money'],
  [['--rest'], {}, 'Unknown argument --rest'],
])('%j with %j is refused', (args, env, words) => {
  expect(() => readStartConfig(args, env)).toThrow(words);
});

test('a child gets what the system needs, not our secrets', () => {
  const env = {
    PATH: '/bin',
    AWS_SECRET: 'x',
    DATABASE_URL: '',
    LC_ALL: 'C',
    SPOOL_FSYNC: 'always',
  };
  const { systemEnv, handedOn } = readStartConfig([], env);
  expect(systemEnv).toEqual({ PATH: '/bin', LC_ALL: 'C' });
  expect(handedOn).toEqual({ SPOOL_FSYNC: 'always' });
});
