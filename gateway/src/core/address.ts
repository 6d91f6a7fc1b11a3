import {
  type Address,
  isIn,
  MAPPED,
  readSubnet,
  type Subnet,
} from '@tollgate/billing-core/contract/address.ts';

/** Subnets by commas. Undefined when one of them is malformed. */
export function readSubnets(list: string): Subnet[] | undefined {
  const subnets: Subnet[] = [];
  for (const part of list.split(',')) {
    const text = part.trim();
    if (text === '') continue;
    const subnet = readSubnet(text);
    if (!subnet) return undefined;
    subnets.push(subnet);
  }
  return subnets;
}

// What the IANA registries of special-purpose addresses list as not reachable by everybody, and
// multicast. 6to4 and Teredo carry an IPv4 address inside, and nobody needs them any more.
const SPECIAL = readSubnets(
  '0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,' +
    '192.0.2.0/24,192.88.99.0/24,192.168.0.0/16,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,' +
    '224.0.0.0/4,240.0.0.0/4,::/96,64:ff9b:1::/48,100::/64,2001::/23,2001:db8::/32,2002::/16,' +
    '3fff::/20,5f00::/16,fc00::/7,fe80::/10,fec0::/10,ff00::/8',
);

const NAT64: Subnet = { address: 0x64ff9bn << 96n, bits: 96 };

/**
 * Whether an upstream may have this address: it is public, or one of the subnets that the
 * installation allows.
 */
export function mayReach(address: Address, allowed: readonly Subnet[]): boolean {
  // A translator makes the IPv4 address in the last 32 bits of it.
  const real = isIn(address, NAT64) ? MAPPED | (address & 0xffffffffn) : address;
  if (allowed.some((subnet) => isIn(real, subnet))) return true;
  return SPECIAL !== undefined && !SPECIAL.some((subnet) => isIn(real, subnet));
}
