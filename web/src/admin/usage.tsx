import { PageHeader } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { UsageExplorer } from '../kit/usage/explorer.tsx';
import { useUsageFacets } from './queries.ts';

/** Usage of all customers together. */
export function UsagePage() {
  const { facets, asked } = useUsageFacets();
  const source = { key: ['admin', 'usage'], path: '/v1/usage', query: {} };
  return (
    <>
      <PageHeader
        title={t('Usage')}
        about={t('Of all customers together. A customer’s page leads on to its ledger entries.')}
      />
      <UsageExplorer source={source} facets={facets} asked={asked} />
    </>
  );
}
