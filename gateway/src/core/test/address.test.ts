import { describe, expect, it } from 'vitest';
import { isIn, readAddress, readSubnet } from '@tollgate/billing-core/contract/address.ts';
import { mayReach, readSubnets } from '../address.ts';

const may = (text: string, allowed = ''): boolean =>
  mayReach(readAddress(text)!, readSubnets(allowed)!);

describe('an upstream may not have a private address, however it is written', () => {
  it.each([
    ['this network', '0.0.0.0'],
    ['10/8', '10.1.2.3'],
    ['shared', '100.64.0.1'],
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.255.255.254'],
    ['cloud metadata', '169.254.169.254'],
    ['172.16/12', '172.31.255.255'],
    ['192.168/16', '192.168.1.1'],
    ['benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['IPv6 loopback', '::1'],
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped, in hex', '::ffff:7f00:1'],
    ['mapped, written out', '[0:0:0:0:0:FFFF:0A00:0001]'],
    ['compatible', '::127.0.0.1'],
    ['translated', '64:ff9b::169.254.169.254'],
    ['translated locally', '64:ff9b:1::1'],
    ['6to4 of 10.0.0.1', '2002:a00:1::1'],
    ['Teredo', '2001:0:53aa:64c::1'],
    ['unique local', 'fd12:3456::1'],
    ['AWS metadata', 'fd00:ec2::254'],
    ['link local', 'fe80::1%eth0'],
    ['site local', 'fec0::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
  ])('%s: %s', (_name, text) => expect(may(text)).toBe(false));

  it.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    'while %s is public',
    (text) => expect(may(text)).toBe(true),
  );
  it('and so is IPv6 elsewhere', () => expect(may('2606:4700:4700::1111')).toBe(true));
});

it('what is allowed is reached, and nothing beside it', () => {
  const allowed = '10.2.0.0/16, fd00:1::/32 ,127.0.0.1';
  const tried = ['10.2.255.1', '::ffff:10.2.0.1', '64:ff9b::10.2.0.1', 'fd00:1::9', '127.0.0.1'];
  for (const text of tried) expect(may(text, allowed), text).toBe(true);
  for (const text of ['10.3.0.1', 'fd00:2::1', '127.0.0.2', '::1']) {
    expect(may(text, allowed), text).toBe(false);
  }
});

it.each([
  ['256.1.1.1'],
  ['1.2.3'],
  ['127.1'],
  ['01.2.3.4'],
  ['1.2.3.4.'],
  ['0x7f.0.0.1'],
  [':::'],
  ['1::2::3'],
  ['1:2:3:4:5:6:7'],
  ['1:2:3:4:5:6:7:8:9'],
  ['1:2:3:4:5:6:7::8:9'],
  ['::12345'],
  ['::1.2.3.4:5'],
  [''],
  ['a.test'],
])('%s is no address', (text) => expect(readAddress(text)).toBe(undefined));

it('subnets have a prefix that fits their family', () => {
  expect(readSubnet('10.0.0.0/33')).toBe(undefined);
  expect(readSubnet('::/129')).toBe(undefined);
  expect(readSubnet('10.0.0.0/')).toBe(undefined);
  expect(readSubnet('10.0.0.0/8/8')).toBe(undefined);
  expect(readSubnets('10.0.0.0/8, x')).toBe(undefined);
  expect(readSubnets('')).toEqual([]);
  expect(isIn(readAddress('8.8.8.8')!, readSubnet('0.0.0.0/0')!)).toBe(true);
  expect(isIn(readAddress('2606::1')!, readSubnet('0.0.0.0/0')!)).toBe(false);
  expect(isIn(readAddress('2606::1')!, readSubnet('::/0')!)).toBe(true);
});
