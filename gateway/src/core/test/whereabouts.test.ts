import { describe, expect, test } from 'vitest';
import { readAddress } from '@tollgate/billing-core/contract/address.ts';
import { fenceOf, passes } from '@tollgate/billing-core/contract/fence.ts';
import { clientAddress } from '../whereabouts.ts';

describe('a fence', () => {
  test.each<[string[], string[], string, boolean]>([
    [['10.0.0.0/8'], [], '10.1.2.3', true],
    [['10.0.0.0/8'], [], '11.1.2.3', false],
    [['10.0.0.0/8'], [], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], ['10.1.0.0/16'], '10.1.2.3', false],
    [['10.0.0.0/8'], ['10.1.0.0/16'], '10.2.2.3', true],
    [[], ['10.1.0.0/16'], '10.2.2.3', true],
    [[], ['10.1.0.0/16'], '10.1.0.0', false],
    [['192.0.2.7'], [], '192.0.2.7', true],
    [['192.0.2.7'], [], '192.0.2.8', false],
    [['2001:db8::/32'], [], '2001:db8::1', true],
    [['2001:db8::/32'], [], '2001:db9::1', false],
    [['2001:db8::/32'], [], '10.0.0.1', false],
    [['0.0.0.0/0'], [], '2001:db8::1', false],
    [['::/0'], [], '10.0.0.1', true],
  ])('allow %j, deny %j: %s passes: %s', (ip_allow, ip_deny, address, allowed) => {
    expect(passes(fenceOf({ ip_allow, ip_deny })!, readAddress(address))).toBe(allowed);
  });

  test('an address that cannot be read passes none, and no fence is none', () => {
    expect(passes(fenceOf({ ip_deny: ['10.0.0.0/8'] })!, undefined)).toBe(false);
    expect(fenceOf({ ip_allow: [], ip_deny: [] })).toBeUndefined();
    expect(fenceOf({})).toBeUndefined();
  });

  test('an entry that is no subnet makes no fence', () => {
    expect(() => fenceOf({ ip_allow: ['everywhere'] })).toThrow(/no subnet/);
  });
});

describe('the address of a client', () => {
  const trusted = (address: string): boolean => address.startsWith('10.');
  test.each([
    ['the peer', '8.8.8.8', [], '8.8.8.8'],
    ['the peer, whatever it says, if it is not trusted', '8.8.8.8', ['1.2.3.4'], '8.8.8.8'],
    ['what a trusted proxy says', '10.0.0.1', ['1.2.3.4'], '1.2.3.4'],
    ['not what the client wrote before it', '10.0.0.1', ['6.6.6.6, 1.2.3.4'], '1.2.3.4'],
    ['nor in a line of its own', '10.0.0.1', ['6.6.6.6', '1.2.3.4'], '1.2.3.4'],
    ['behind two proxies', '10.0.0.1', ['6.6.6.6, 1.2.3.4, 10.0.0.2'], '1.2.3.4'],
    ['a proxy itself when it speaks for nobody', '10.0.0.1', [], '10.0.0.1'],
    ['in brackets', '10.0.0.1', ['[2001:db8::1]'], '2001:db8::1'],
  ])('is %s', (_name, peer, chain, client) => {
    expect(clientAddress(peer, chain, trusted)).toBe(readAddress(client));
  });

  test.each([
    ['a proxy that says what is none', '10.0.0.1', ['unknown']],
    ['a port behind it', '10.0.0.1', ['1.2.3.4:80']],
    ['a socket that is gone', 'unknown', []],
  ])('%s has none', (_name, peer, chain) => {
    expect(clientAddress(peer, chain, trusted)).toBeUndefined();
  });
});
