import { type Address, readAddress } from '@tollgate/billing-core/contract/address.ts';

/**
 * The address of a request's client: of the peer, or, where the peer is a trusted proxy, what it
 * says; of several proxies the last one that is not trusted. What a client writes into the field
 * itself stands before what proxies add, so it is never reached. Undefined when it cannot be read.
 */
export function clientAddress(
  peer: string,
  forwardedFor: readonly string[],
  isTrusted: (address: string) => boolean,
): Address | undefined {
  let client = peer;
  const chain = forwardedFor.join(',').split(',');
  while (isTrusted(client)) {
    const said = chain.pop()?.trim();
    if (said === undefined || said === '') break;
    client = said;
  }
  return readAddress(client);
}
