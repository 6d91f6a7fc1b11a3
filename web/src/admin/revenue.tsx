import { useUrlState } from '../kit/link.tsx';
import { PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Tabs } from '../kit/tabs.tsx';
import { t } from '../kit/text.ts';
import { InvoicedRevenue } from './revenue-invoiced.tsx';
import { RecurringRevenue } from './revenue-recurring.tsx';
import { UnbilledRevenue } from './revenue-unbilled.tsx';

const TABS = [
  { id: 'invoiced', label: t('Invoiced') },
  { id: 'recurring', label: t('Monthly recurring') },
  { id: 'unbilled', label: t('Not billed yet') },
] as const;

/** Where money comes from, each currency by itself. */
export function RevenuePage() {
  const [search] = useUrlState();
  const tab = TABS.find(({ id }) => id === search['tab'])?.id ?? 'invoiced';
  const tabs = TABS.map((one) => ({
    ...one,
    href: paths.adminRevenue({
      tab: one.id === 'invoiced' ? undefined : one.id,
      currency: search['currency'],
    }),
  }));
  return (
    <>
      <PageHeader title={t('Revenue')} about={t('Without tax. Currencies are never added up.')} />
      <Tabs label={t('Revenue')} tabs={tabs} current={tab} />
      {tab === 'invoiced' && <InvoicedRevenue />}
      {tab === 'recurring' && <RecurringRevenue />}
      {tab === 'unbilled' && <UnbilledRevenue />}
    </>
  );
}
