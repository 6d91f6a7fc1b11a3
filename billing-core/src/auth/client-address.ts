import type { MiddlewareHandler } from 'hono';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Api, ApiContext } from '../kit/http.ts';

/** Which peers may say by X-Forwarded-For whom they speak for. */
export type Proxies = (address: string) => boolean;

const UNKNOWN = 'unknown';
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** Loopback, and the addresses or CIDR ranges in `list`. Throws on what is neither. */
export function trustedProxies(list: readonly string[]): Proxies {
  const trusted = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1/128', ...list]) {
    const [network = '', bits] = entry.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    trusted.addSubnet(network, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) =>
    isIP(address) > 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

// One customer of a provider holds a whole /64: throttle them together.
function bucket(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`;
}

/**
 * Who calls. `peer` is the socket's; the header is read only when a proxy of ours sent it, from the
 * right, to the first hop that is not ours: what a client wrote itself is left of that and never
 * counts.
 */
export function callerAddress(
  peer: string | undefined,
  forwarded: string | undefined,
  isProxy: Proxies,
): string {
  let address = plain(peer ?? UNKNOWN);
  const hops = (forwarded ?? '').split(',').map((hop) => plain(hop.trim()));
  while (isProxy(address)) {
    const hop = hops.pop();
    if (hop === undefined || isIP(hop) === 0) break;
    address = hop;
  }
  return address;
}

/** The same to throttle by. */
export const clientAddress = (...caller: Parameters<typeof callerAddress>): string =>
  bucket(callerAddress(...caller));

type Peer = { incoming?: { socket?: { remoteAddress?: string } } };
export const peerOf = (c: ApiContext): string | undefined =>
  (c.env as Peer | undefined)?.incoming?.socket?.remoteAddress;

/** From where a request comes, for the audit of what it does. */
export const fromWhere =
  (isProxy: Proxies): MiddlewareHandler<Api> =>
  async (c, next) => {
    c.set('address', callerAddress(peerOf(c), c.req.header('x-forwarded-for'), isProxy));
    await next();
  };
