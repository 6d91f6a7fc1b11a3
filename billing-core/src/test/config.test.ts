import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '../config.ts';
import { TRACE_VARIABLES } from '../contract/trace-settings.ts';

const USABLE = {
  DATABASE_URL: 'postgres://u:p@localhost:5432/tollgate',
  PORT: '4001',
  PRIVATE_PORT: '4011',
  PUBLIC_URL: 'https://portal.example.test/',
  GATEWAY_PUBLIC_URL: 'https://api.example.test',
  AUTH_SECRET: 'x'.repeat(32),
};

test('a usable environment is read, with safe defaults', () => {
  expect(readConfig(USABLE)).toMatchObject({
    port: 4001,
    host: '127.0.0.1',
    publicUrl: 'https://portal.example.test',
    signUp: 'closed',
    testClock: false,
    trustedProxies: [],
    mailFrom: 'Tollgate <no-reply@portal.example.test>',
  });
  expect(readConfig({ ...USABLE, TRUSTED_PROXIES: '10.0.0.0/8, ::1' }).trustedProxies).toEqual([
    '10.0.0.0/8',
    '::1',
  ]);
});

test('docs/running.md names every variable that is read, but for those of traces', async () => {
  const asked = new Set<string>();
  const env: Record<string, string | undefined> = new Proxy(USABLE, {
    get: (of, name) => {
      asked.add(String(name));
      return Reflect.get(of, name);
    },
  });
  readConfig(env);
  expect(asked.size).toBeGreaterThan(10);
  const text = await readFile(new URL('../../../docs/running.md', import.meta.url), 'utf8');
  const ours = text.slice(text.indexOf('## 3. billing-core'), text.indexOf('## 4.'));
  const here = [...asked].filter((name) => !(name in TRACE_VARIABLES));
  expect(here.filter((name) => !ours.includes(`\`${name}\``))).toEqual([]);
});

test.each(Object.keys(USABLE))('without %s nothing starts', (name) => {
  const broken = { ...USABLE, [name]: undefined };
  expect(() => readConfig(broken)).toThrow(ConfigError);
  expect(() => readConfig(broken)).toThrow(`${name}: is not set`);
});

test.each([
  ['DATABASE_URL', 'mysql://x'],
  ['PORT', 'eighty'],
  ['PORT', '65536'],
  ['PRIVATE_PORT', ''],
  ['PUBLIC_URL', 'portal.example.test'],
  ['PUBLIC_URL', 'https://portal.example.test/tollgate'],
  ['GATEWAY_PUBLIC_URL', 'ftp://api.example.test'],
  ['AUTH_SECRET', 'x'.repeat(31)],
  ['SIGN_UP', 'maybe'],
  ['STRIPE_SECRET_KEY', 'pk_test_1'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_1,whsec_2,whsec_3'],
  ['STRIPE_WEBHOOK_SECRET', 'sk_test_1'],
  ['TEST_CLOCK', 'maybe'],
  ['SYNCHRONOUS_COMMIT', 'off'],
  ['INTERNAL_URL', 'core-1:4011'],
  ['SMTP_URL', 'http://mail'],
  ['LOG_LEVEL', 'loud'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', 'proxy.example.test'],
])('with %s=%s nothing starts, and the variable is named', (name, value) => {
  expect(() => readConfig({ ...USABLE, [name]: value })).toThrow(`\n  ${name}: `);
});

test('another Stripe than the real one is for a test key only', () => {
  const local = { ...USABLE, STRIPE_API_BASE: 'http://127.0.0.1:4006' };
  expect(() => readConfig(local)).toThrow('STRIPE_SECRET_KEY: is not set');
  expect(() => readConfig({ ...local, STRIPE_SECRET_KEY: 'sk_live_1' })).toThrow(
    'STRIPE_API_BASE: is not for a live key',
  );
  expect(readConfig({ ...local, STRIPE_SECRET_KEY: 'sk_test_1' }).stripe?.apiBase?.port).toBe(
    '4006',
  );
  expect(readConfig({ ...USABLE, STRIPE_SECRET_KEY: 'rk_live_1' }).stripe?.apiBase).toBe(undefined);
});

const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.test:4318/' };
test.each([
  ['no collector is named', {}],
  ['its address is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['OpenTelemetry is switched off', { ...COLLECTOR, OTEL_SDK_DISABLED: 'True' }],
  ['nothing is to be sent', { ...COLLECTOR, OTEL_TRACES_EXPORTER: 'none' }],
])('nothing is traced where %s', (_, env) => {
  expect(readConfig({ ...USABLE, ...env }).tracing).toBe(undefined);
});

test('a collector is told what the environment says', () => {
  const env = {
    ...COLLECTOR,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc, x-team = a',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_SERVICE_NAME: 'core',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
  };
  expect(readConfig({ ...USABLE, ...env }).tracing).toEqual({
    url: 'http://collector.test:4318/v1/traces',
    headers: { authorization: 'Basic abc', 'x-team': 'a' },
    timeoutMs: 10_000,
    sampler: 'parentbased_traceidratio',
    ratio: 0.25,
    serviceName: 'core',
    resource: { 'deployment.environment.name': 'staging' },
  });
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.test/in' };
  expect(readConfig({ ...USABLE, ...COLLECTOR, ...own }).tracing?.url).toBe(
    'https://traces.test/in',
  );
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'hunter2'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
])('%s=%s is refused by its name, and not told', (name, value) => {
  const read = (): unknown => readConfig({ ...USABLE, ...COLLECTOR, [name]: value });
  expect(read).toThrow(new RegExp(`${name}: `));
  if (name.endsWith('HEADERS')) expect(read).not.toThrow(value);
});
