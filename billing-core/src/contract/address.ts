/**
 * Addresses as one 128-bit number, IPv4 as `::ffff:a.b.c.d`, so that the spellings of an address
 * are judged alike.
 */
export type Address = bigint;

/** The addresses that share their first `bits` bits with `address`, of 128. */
export type Subnet = { readonly address: Address; readonly bits: number };

export const MAPPED = 0xffffn << 32n;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function readIpv4(text: string): bigint | undefined {
  if (!IPV4.test(text)) return undefined;
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 ? readIpv4(part) : undefined;
    if (ipv4 !== undefined) groups.push(Number(ipv4 >> 16n), Number(ipv4 & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function readIpv6(text: string): Address | undefined {
  const [before = '', after, ...more] = text.split('::');
  const head = groupsOf(before);
  const tail = after === undefined ? [] : groupsOf(after);
  if (!head || !tail || more.length > 0) return undefined;
  const missing = 8 - head.length - tail.length;
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
}

/** An address in its usual spelling, IPv6 also in brackets. Undefined for everything else. */
export function readAddress(text: string): Address | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const ipv4 = readIpv4(bare);
  if (ipv4 !== undefined) return MAPPED | ipv4;
  // A zone says by which interface, not where to.
  return readIpv6(bare.split('%', 1)[0] ?? '');
}

/** `10.0.0.0/8`, `fd00::/8`, or a single address. Undefined when malformed. */
export function readSubnet(text: string): Subnet | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const at = readAddress(address);
  if (at === undefined || more.length > 0) return undefined;
  const offset = readIpv4(address) === undefined ? 0 : 96;
  if (bits === undefined) return { address: at, bits: 128 };
  const wanted = /^\d{1,3}$/.test(bits) ? Number(bits) + offset : Number.NaN;
  return wanted <= 128 ? { address: at, bits: wanted } : undefined;
}

export const isIn = (address: Address, { address: first, bits }: Subnet): boolean =>
  (address ^ first) >> BigInt(128 - bits) === 0n;
