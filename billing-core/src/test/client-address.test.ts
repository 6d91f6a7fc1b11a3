import { expect, test } from 'vitest';
import { clientAddress, trustedProxies } from '../auth/client-address.ts';

const isProxy = trustedProxies(['192.0.2.0/24', '2001:db8:1::/48']);

test.each<[string, string | undefined, string | undefined, string]>([
  ['a peer that is no proxy is the client', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a proxy of ours speaks for its client', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['what the client wrote itself does not count', '::1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['a chain of ours is followed', '127.0.0.1', '198.51.100.1, 192.0.2.7', '198.51.100.1'],
  ['a chain of ours alone is its first hop', '127.0.0.1', '192.0.2.7', '192.0.2.7'],
  ['no header leaves the proxy', '127.0.0.1', undefined, '127.0.0.1'],
  ['what is no address is not read', '127.0.0.1', 'unknown', '127.0.0.1'],
  ['IPv4 within IPv6 is one address', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
  ['an IPv6 client is its /64', '2001:db8:2:3:4:5:6:7', undefined, '2001:db8:2:3::'],
  ['a short IPv6 address is the same /64', '2001:DB8:2:3::9', undefined, '2001:db8:2:3::'],
  ['an IPv6 proxy of ours is one', '2001:db8:1::5', '198.51.100.1', '198.51.100.1'],
  ['without a peer nobody is believed', undefined, '198.51.100.1', 'unknown'],
])('%s', (_what, peer, forwarded, client) => {
  expect(clientAddress(peer, forwarded, isProxy)).toBe(client);
});
