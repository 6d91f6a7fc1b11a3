import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import type { KeyLimits, KeyRoute } from '../kit/keys/route-fields.tsx';
import { onceKnown, together, type Query } from '../kit/query.tsx';
import type { PortalCustomer } from '@tollgate/billing-core/contract/customer.ts';
import type { PortalNotices } from '@tollgate/billing-core/contract/notice.ts';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';

/** @returns the API path of one customer's own side. */
export function customerPath(customerId: string, rest = ''): string {
  return `/portal/v1/customers/${encodeURIComponent(customerId)}${rest}`;
}

/** A customer as its members see it. */
export const customerQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['portal', customerId, 'customer'],
    queryFn: ({ signal }) => api<PortalCustomer>(customerPath(customerId), { signal }),
  });

/** Plan, quotas, last 24 hours and endpoints of a customer. */
export const overviewQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['portal', customerId, 'overview'],
    queryFn: ({ signal }) => api<Overview>(customerPath(customerId, '/overview'), { signal }),
    refetchInterval: onceKnown(30_000),
  });

const routesIn = ({ endpoints }: Overview): KeyRoute[] =>
  endpoints.map(({ route_id: id, name }) => ({ id, name }));

/** What the customer's keys may be given, and the routes that it can call. */
export function useKeyLimits(customerId: string): Query<KeyLimits> {
  const customer = useQuery(customerQuery(customerId));
  const routes = useQuery({ ...overviewQuery(customerId), select: routesIn });
  return together(customer, routes, ({ key_scopes: scopes }, known) => ({
    scopes,
    routes: known,
  }));
}

/** How much of what the customer was told the reader has not read. */
export const unreadQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['portal', customerId, 'notices', 'unread'],
    queryFn: ({ signal }) =>
      api<PortalNotices>(customerPath(customerId, '/notices'), { query: { limit: 1 }, signal }),
    refetchInterval: onceKnown(15_000),
  });
