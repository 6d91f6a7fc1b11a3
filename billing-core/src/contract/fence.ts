import { type Address, isIn, readSubnet, type Subnet } from './address.ts';

/** From where requests may come. */
export type Fence = { readonly allow: readonly Subnet[]; readonly deny: readonly Subnet[] };

const subnetsOf = (list: readonly string[] | undefined): Subnet[] =>
  (list ?? []).map((entry) => {
    const subnet = readSubnet(entry);
    if (!subnet) throw new Error(`${entry} is no subnet`);
    return subnet;
  });

type Lists = {
  readonly ip_allow?: readonly string[] | undefined;
  readonly ip_deny?: readonly string[] | undefined;
};

/** The lists made ready; undefined when there are none. Throws on an entry that is no subnet. */
export function fenceOf({ ip_allow, ip_deny }: Lists): Fence | undefined {
  if (!ip_allow?.length && !ip_deny?.length) return undefined;
  return { allow: subnetsOf(ip_allow), deny: subnetsOf(ip_deny) };
}

/**
 * Whether the fence lets this address pass: it is denied nowhere, and allowed somewhere if anything
 * is. An address that cannot be read passes no fence.
 */
export function passes({ allow, deny }: Fence, address: Address | undefined): boolean {
  if (address === undefined || deny.some((subnet) => isIn(address, subnet))) return false;
  return allow.length === 0 || allow.some((subnet) => isIn(address, subnet));
}
