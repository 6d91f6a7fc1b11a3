import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const USABLE = { PORT: '4000', BILLING_CORE_URL: 'http://127.0.0.1:4001' };

test('what is needed is enough', () => {
  expect(readConfig(USABLE)).toMatchObject({ port: 4000, host: '127.0.0.1', logLevel: 'info' });
});

test.each([
  ['https://api.example.com/v1', 'https://api.example.com'],
  ['http://127.0.0.1:4003', 'http://127.0.0.1:4003'],
  ['', undefined],
])('of the gateway at %j pages are told %j', (GATEWAY_PUBLIC_URL, origin) => {
  expect(readConfig({ ...USABLE, GATEWAY_PUBLIC_URL }).gatewayOrigin).toBe(origin);
});

test.each([
  ['PORT', undefined],
  ['PORT', '0'],
  ['PORT', '65536'],
  ['PORT', '80 '],
  ['BILLING_CORE_URL', undefined],
  ['BILLING_CORE_URL', 'localhost:4001'],
  ['BILLING_CORE_URL', 'http://core/api'],
  ['GATEWAY_PUBLIC_URL', 'gateway:4000'],
  ['GATEWAY_PUBLIC_URL', 'ftp://gateway'],
  ['GATEWAY_PUBLIC_URL', "https://a.example; script-src 'unsafe-inline'"],
  ['HOST', 'a b'],
  ['LOG_LEVEL', 'loud'],
])('%s = %j is refused by its name', (name, value) => {
  const read = () => readConfig({ ...USABLE, [name]: value });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(name);
});
