import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import type { QuotaState, UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import type { Threshold } from '../kit/chart.tsx';
import { formatNumber, zoneName } from '../kit/format.ts';
import { useUrlState } from '../kit/link.tsx';
import { PageHeader } from '../kit/page.tsx';
import { usePages } from '../kit/pages.tsx';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { t } from '../kit/text.ts';
import { UsageExplorer } from '../kit/usage/explorer.tsx';
import { useCustomerId } from './layout.tsx';
import { PriceLadder } from './price-ladder.tsx';
import { customerPath, overviewQuery } from './queries.ts';

/** Usage by time, outcome, route and key, down to ledger rows. */
export function UsagePage() {
  const customerId = useCustomerId();
  const [search] = useUrlState();
  const read = useQuery(overviewQuery(customerId));
  const overview = read.data;
  const keys = usePages<ApiKey>({
    key: ['portal', customerId, 'keys'],
    path: customerPath(customerId, '/keys'),
  });
  const source = {
    key: ['portal', customerId],
    path: customerPath(customerId, '/usage'),
    entriesPath: customerPath(customerId, '/usage/entries'),
    query: {},
  };
  const facets = useMemo(() => facetsOf(overview, keys.data), [overview, keys.data]);
  return (
    <>
      <PageHeader
        title={t('Usage')}
        about={t('Times and days are in {zone}.', { zone: zoneName() })}
      />
      <UsageExplorer
        source={source}
        facets={facets}
        asked={[
          { label: t('Meter and route'), query: read },
          { label: t('Key'), query: keys },
        ]}
        thresholdsOf={(report) => thresholdsOf(overview?.quotas ?? [], report, search['key_id'])}
      />
      {overview && (
        <div className="mt-5">
          <PriceLadder overview={overview} meterSlug={search['meter'] ?? 'requests'} />
        </div>
      )}
    </>
  );
}

/** Quotas that begin anew with each bar: of everybody's use, or of the key that is shown. */
function thresholdsOf(
  quotas: readonly QuotaState[],
  { meter, interval }: UsageSeries,
  keyId: string | undefined,
): Threshold[] {
  return quotas.flatMap(({ limit, window, key, meter: of }) => {
    if (limit === null || of.id !== meter.id || window !== interval) return [];
    if ((key?.id ?? '') !== (keyId ?? '')) return [];
    const values = { limit: formatNumber(limit), window: WINDOW_NAMES[window] };
    return [{ label: t('Quota: {limit} per {window}', values), at: Number(limit) }];
  });
}

function facetsOf(overview: Overview | undefined, keys: ApiKey[] | undefined) {
  const requests = { id: 'mtr_requests', slug: 'requests', name: t('Requests') };
  const meters = new Map([[requests.slug, requests]]);
  for (const { meter } of overview?.quotas ?? []) meters.set(meter.slug, meter);
  for (const meter of overview?.meters ?? []) meters.set(meter.slug, meter);
  return {
    meters: [...meters.values()],
    keys: keys ?? [],
    routes: (overview?.endpoints ?? []).map(({ route_id, name }) => ({ id: route_id, name })),
  };
}
