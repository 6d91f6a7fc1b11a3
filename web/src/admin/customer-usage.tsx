import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { usePages } from '../kit/pages.tsx';
import { UsageExplorer } from '../kit/usage/explorer.tsx';
import { routeChoices, useMeters } from './queries.ts';

/** A customer's usage as the customer sees it. */
export function CustomerUsage({ customerId }: { customerId: string }) {
  const meters = useMeters();
  const routes = useQuery(routeChoices).data?.data;
  const keys = usePages<ApiKey>({
    key: ['admin', 'customer', customerId, 'keys'],
    path: `/v1/customers/${customerId}/keys`,
  }).data;
  const facets = useMemo(
    () => ({ meters, keys: keys ?? [], routes: routes ?? [] }),
    [meters, keys, routes],
  );
  const source = {
    key: ['admin', 'customer', customerId],
    path: '/v1/usage',
    entriesPath: '/v1/usage/entries',
    query: { customer_id: customerId },
  };
  return <UsageExplorer source={source} facets={facets} />;
}
