import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP, type OnReadOpts } from 'node:net';
import { buildConnector } from 'undici';
import { readAddress, type Subnet } from '@tollgate/billing-core/contract/address.ts';
import type { TlsFact } from '@tollgate/billing-core/contract/upstream-tls.ts';
import { mayReach } from '../core/address.ts';
import { contextOf } from './upstream-tls.ts';

/** Resolves a name to its addresses; `dns.lookup` in production. */
export type Resolve = (
  name: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** An upstream's address is none that the gateway may connect to. */
export class AddressRefused extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`an upstream may not have the address ${address}: UPSTREAM_ALLOW does not list it`);
    this.address = address;
  }
}

export type ConnectingOf = {
  readonly allowed: readonly Subnet[];
  readonly resolve: Resolve;
  readonly timeoutMs: number;
  readonly tls?: TlsFact | undefined;
  readonly onRefused: (error: AddressRefused) => void;
  /** Where reads go; left out: into a piece of memory each, and told by events. */
  readonly reading?: OnReadOpts | undefined;
};

/** How TLS is spoken, beside what undici says of it. Throws on texts that OpenSSL does not take. */
const tlsOptions = (tls: TlsFact | undefined) =>
  tls && {
    secureContext: contextOf(tls),
    // A session that goes on shows no certificate: one that has expired, or that another authority
    // signed, would be believed until the gateway starts anew.
    maxCachedSessions: 0,
    ...(tls.server_name !== undefined && { servername: tls.server_name }),
  };

/**
 * Opens connections to upstreams. Who can write a route, or the DNS of an upstream's name, must
 * not reach what only this machine reaches: its loopback, its network, the cloud's metadata. The
 * addresses are judged after each resolution, and the connection goes to one that was judged, so
 * that a name which changes its mind in between gains nothing.
 */
export function connecting(of: ConnectingOf): buildConnector.connector {
  const { allowed, resolve, timeoutMs } = of;
  const may = (text: string): boolean => {
    const address = readAddress(text);
    return address !== undefined && mayReach(address, allowed);
  };
  const refused = (text: string): AddressRefused => {
    const error = new AddressRefused(text);
    of.onRefused(error);
    return error;
  };
  const lookup = (name: string, options: LookupOptions, done: LookupDone): void => {
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const usable = found.filter(({ address }) => may(address));
      const [first] = usable;
      if (!first) return done(refused(found[0]?.address ?? 'none'), []);
      if (options.all) done(null, usable);
      else done(null, first.address, first.family);
    });
  };
  let connect: buildConnector.connector;
  try {
    const onread = of.reading && { onread: of.reading };
    const how = { timeout: timeoutMs, allowH2: false, lookup, ...onread };
    connect = buildConnector({ ...how, ...tlsOptions(of.tls) });
  } catch (error) {
    return (_options, done) => process.nextTick(done, error, null);
  }
  return (options, done) => {
    const { hostname } = options;
    // What is an address already is not looked up.
    if (isIP(hostname) !== 0 && !may(hostname)) {
      process.nextTick(done, refused(hostname), null);
    } else connect(options, done);
  };
}
