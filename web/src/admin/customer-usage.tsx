import { useMemo } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { usePages } from '../kit/pages.tsx';
import { t } from '../kit/text.ts';
import { UsageExplorer } from '../kit/usage/explorer.tsx';
import { useUsageFacets } from './queries.ts';

/** A customer's usage as the customer sees it. */
export function CustomerUsage({ customerId }: { customerId: string }) {
  const { facets, asked } = useUsageFacets();
  const keys = usePages<ApiKey>({
    key: ['admin', 'customer', customerId, 'keys'],
    path: `/v1/customers/${customerId}/keys`,
  });
  const all = useMemo(() => ({ ...facets, keys: keys.data ?? [] }), [facets, keys.data]);
  const source = {
    key: ['admin', 'customer', customerId],
    path: '/v1/usage',
    entriesPath: '/v1/usage/entries',
    query: { customer_id: customerId },
  };
  return (
    <UsageExplorer
      source={source}
      facets={all}
      asked={[...asked, { label: t('Key'), query: keys }]}
    />
  );
}
