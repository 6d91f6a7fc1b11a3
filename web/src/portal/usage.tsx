import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import { PageHeader } from '../kit/page.tsx';
import { usePages } from '../kit/pages.tsx';
import { t } from '../kit/text.ts';
import { UsageExplorer } from '../kit/usage/explorer.tsx';
import { zoneName } from '../kit/format.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath, overviewQuery } from './queries.ts';

/** Usage by time, outcome, route and key, down to ledger rows. */
export function UsagePage() {
  const customerId = useCustomerId();
  const overview = useQuery(overviewQuery(customerId)).data;
  const keys = usePages<ApiKey>({
    key: ['portal', customerId, 'keys'],
    path: customerPath(customerId, '/keys'),
  }).data;
  const source = {
    key: ['portal', customerId],
    path: customerPath(customerId, '/usage'),
    entriesPath: customerPath(customerId, '/usage/entries'),
    query: {},
  };
  const facets = useMemo(() => facetsOf(overview, keys), [overview, keys]);
  return (
    <>
      <PageHeader
        title={t('Usage')}
        about={t('Times and days are in {zone}.', { zone: zoneName() })}
      />
      <UsageExplorer source={source} facets={facets} />
    </>
  );
}

function facetsOf(overview: Overview | undefined, keys: ApiKey[] | undefined) {
  const meters = new Map([['requests', { slug: 'requests', name: t('Requests') }]]);
  for (const { meter } of overview?.quotas ?? []) meters.set(meter.slug, meter);
  for (const meter of overview?.meters ?? []) meters.set(meter.slug, meter);
  return {
    meters: [...meters.values()],
    keys: keys ?? [],
    routes: (overview?.endpoints ?? []).map(({ route_id, name }) => ({ id: route_id, name })),
  };
}
