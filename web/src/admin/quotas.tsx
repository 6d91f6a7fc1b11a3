import { useUrlState } from '../kit/link.tsx';
import { PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Tabs } from '../kit/tabs.tsx';
import { t } from '../kit/text.ts';
import { Leases } from './quota-leases.tsx';
import { Overrides } from './quota-overrides.tsx';
import { QuotaRequests } from './quota-requests.tsx';

const TABS = [
  { id: 'requests', label: t('Requests') },
  { id: 'overrides', label: t('Raised') },
  { id: 'leases', label: t('Lent now') },
] as const;

/** What customers ask for beyond their quotas, what was raised, and who holds units of them now. */
export function QuotasPage() {
  const [search] = useUrlState();
  const tab = TABS.find(({ id }) => id === search['tab'])?.id ?? 'requests';
  const tabs = TABS.map((one) => ({
    ...one,
    href: paths.adminQuotas({ tab: one.id === 'requests' ? undefined : one.id }),
  }));
  return (
    <>
      <PageHeader
        title={t('Quotas')}
        about={t('Plans set them. Here one customer’s is raised, for a time or for good.')}
      />
      <Tabs label={t('Quotas')} tabs={tabs} current={tab} />
      {tab === 'requests' && <QuotaRequests />}
      {tab === 'overrides' && <Overrides />}
      {tab === 'leases' && <Leases />}
    </>
  );
}
