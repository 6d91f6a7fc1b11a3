import { queryOptions } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import { onceKnown } from '../kit/query.tsx';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';

/** @returns the API path of one customer's own side. */
export function customerPath(customerId: string, rest = ''): string {
  return `/portal/v1/customers/${encodeURIComponent(customerId)}${rest}`;
}

/** Plan, quotas, last 24 hours and endpoints of a customer. */
export const overviewQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['portal', customerId, 'overview'],
    queryFn: ({ signal }) => api<Overview>(customerPath(customerId, '/overview'), { signal }),
    refetchInterval: onceKnown(30_000),
  });
