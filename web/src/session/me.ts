import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import type { MemberRole } from '@tollgate/billing-core/contract/customer.ts';
import type { Me } from '@tollgate/billing-core/contract/me.ts';

/** Who is signed in and what they belong to; 401 leads to sign-in by the api client. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api<Me>('/portal/v1/me', { signal }),
  staleTime: 60_000,
});

/** @returns the signed-in person, or undefined while that is being asked. */
export function useMe(): Me | undefined {
  return useQuery(meQuery).data;
}

/** @returns the customers the person can look at; archived ones are closed to them. */
export function openCustomers(me: Me): Me['memberships'][number]['customer'][] {
  return me.memberships
    .map((membership) => membership.customer)
    .filter((customer) => customer.state === 'active');
}

/** @returns what the portal calls a customer; one that an admin views as well. */
export function customerName(me: Me, customerId: string): string | undefined {
  if (me.viewing?.customer.id === customerId) return me.viewing.customer.name;
  return openCustomers(me).find((customer) => customer.id === customerId)?.name;
}

/** @returns the caller's role with a customer; undefined while unknown or not a member. */
export function useRole(customerId: string): MemberRole | undefined {
  const me = useMe();
  if (me?.viewing?.customer.id === customerId) return 'viewer';
  return me?.memberships.find((membership) => membership.customer.id === customerId)?.role;
}
