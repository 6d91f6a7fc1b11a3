import { useParams } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { CopyButton } from '../kit/copy.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { Tabs } from '../kit/tabs.tsx';
import { t } from '../kit/text.ts';
import { CustomerClockBadge, CustomerClockCard } from './customer-clock.tsx';
import { CreditNote } from './customer-credit.tsx';
import { CustomerDebt } from './customer-debt.tsx';
import { CustomerDisputes } from './disputes.tsx';
import { CustomerFacts } from './customer-facts.tsx';
import { CustomerKeys } from './customer-keys.tsx';
import { CustomerMembers } from './customer-members.tsx';
import { CustomerMoney } from './customer-money.tsx';
import { CustomerNotices } from './customer-notices.tsx';
import { CustomerPersonal } from './customer-personal.tsx';
import { CustomerSubscription } from './customer-subscription.tsx';
import { CustomerTimeline } from './customer-timeline.tsx';
import { CustomerUsage } from './customer-usage.tsx';
import { ViewAsCustomer } from './customer-view.tsx';
import { customerQuery } from './queries.ts';

const TABS = [
  { id: 'facts', label: t('Overview') },
  { id: 'subscription', label: t('Subscription') },
  { id: 'money', label: t('Money') },
  { id: 'usage', label: t('Usage') },
  { id: 'keys', label: t('Keys') },
  { id: 'members', label: t('Members') },
  { id: 'notices', label: t('Notices') },
] as const;

/** One customer and everything that belongs to it; the tab is in the URL. */
export function CustomerPage() {
  const { customerId = '' } = useParams({ strict: false });
  const [search] = useUrlState();
  const customer = useQuery(customerQuery(customerId));
  const tab = TABS.find((one) => one.id === search['tab'])?.id ?? 'facts';
  const tabs = TABS.map((one) => ({
    ...one,
    href: paths.adminCustomer(customerId, { tab: one.id === 'facts' ? undefined : one.id }),
  }));
  return (
    <>
      <PageHeader
        title={customer.data?.name ?? t('Customer')}
        back={{ href: paths.adminCustomers(), label: t('Customers') }}
        about={
          <>
            <Id id={customerId} /> <CustomerClockBadge customerId={customerId} />
          </>
        }
        actions={customer.data !== undefined && <ViewAsCustomer customer={customer.data} />}
      />
      <Tabs label={t('Customer')} tabs={tabs} current={tab} />
      <Loaded
        query={customer}
        skeleton={
          <Card>
            <FactsSkeleton />
          </Card>
        }
      >
        {(known) => <Tab tab={tab} customer={known} />}
      </Loaded>
    </>
  );
}

function Id({ id }: { id: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="min-w-0 font-mono text-xs break-all">{id}</code>
      <CopyButton text={id} label={t('Copy the id')} />
    </span>
  );
}

function Tab({ tab, customer }: { tab: (typeof TABS)[number]['id']; customer: Customer }) {
  switch (tab) {
    case 'facts':
      return (
        <div className="flex flex-col gap-5">
          <CustomerFacts customer={customer} />
          <CustomerClockCard customerId={customer.id} />
          <CustomerTimeline customerId={customer.id} />
          <CustomerPersonal customer={customer} />
        </div>
      );
    case 'subscription':
      return (
        <>
          <CustomerDebt customerId={customer.id} />
          <CreditNote customerId={customer.id} />
          <CustomerDisputes customerId={customer.id} />
          <CustomerSubscription customer={customer} />
        </>
      );
    case 'money':
      return (
        <>
          <CustomerDebt customerId={customer.id} />
          <CustomerDisputes customerId={customer.id} />
          <CustomerMoney customer={customer} />
        </>
      );
    case 'keys':
      return <CustomerKeys customer={customer} />;
    case 'usage':
      return <CustomerUsage customerId={customer.id} />;
    case 'members':
      return <CustomerMembers customerId={customer.id} />;
    case 'notices':
      return <CustomerNotices customer={customer} />;
  }
}
