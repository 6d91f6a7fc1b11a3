import { Outlet, useParams } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import {
  Bell,
  BookOpen,
  ChartColumn,
  CreditCard,
  Gauge,
  KeyRound,
  Layers,
  LayoutDashboard,
  ReceiptText,
  Rocket,
  ScrollText,
  Settings,
  Users,
} from 'lucide-react';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import { paths } from '../kit/paths.ts';
import { Shell, type NavItem } from '../kit/shell.tsx';
import { t } from '../kit/text.ts';
import { useCustomerZone } from '../kit/zone.ts';
import { AccountMenu } from '../session/account-menu.tsx';
import { CustomerSwitcher } from '../session/customer-switcher.tsx';
import { ClockNote } from './clock-note.tsx';
import { overviewQuery, unreadQuery } from './queries.ts';

/** Read from what the first page asks for anyway; that page keeps it fresh. */
const zoneQuery = (customerId: string) => ({
  ...overviewQuery(customerId),
  refetchInterval: false as const,
  select: ({ customer }: Overview) => customer.billing_zone,
});

/** The frame of the customer side. Pages below it load beside `me`, not after it. */
export function PortalLayout() {
  const customerId = useCustomerId();
  useCustomerZone(useQuery(zoneQuery(customerId)).data);
  const unread = useQuery(unreadQuery(customerId)).data?.unread ?? 0;
  const nav: NavItem[] = [
    {
      href: paths.overview(customerId),
      label: t('Overview'),
      jump: 'o',
      icon: <LayoutDashboard aria-hidden />,
    },
    { href: paths.start(customerId), label: t('Get started'), icon: <Rocket aria-hidden /> },
    { href: paths.usage(customerId), label: t('Usage'), icon: <ChartColumn aria-hidden /> },
    { href: paths.quotas(customerId), label: t('Quotas'), icon: <Gauge aria-hidden /> },
    { href: paths.keys(customerId), label: t('Keys'), icon: <KeyRound aria-hidden /> },
    {
      href: paths.reference(customerId),
      label: t('API reference'),
      icon: <BookOpen aria-hidden />,
    },
    { href: paths.logs(customerId), label: t('Logs'), icon: <ScrollText aria-hidden /> },
    { href: paths.plan(customerId), label: t('Plan'), icon: <Layers aria-hidden /> },
    {
      href: paths.invoices(customerId),
      label: t('Invoices'),
      icon: <ReceiptText aria-hidden />,
      deep: true,
    },
    { href: paths.payments(customerId), label: t('Payments'), icon: <CreditCard aria-hidden /> },
    { href: paths.team(customerId), label: t('Team'), icon: <Users aria-hidden /> },
    {
      href: paths.notices(customerId),
      label: t('Notices'),
      icon: <Bell aria-hidden />,
      count: unread,
    },
    { href: paths.settings(customerId), label: t('Settings'), icon: <Settings aria-hidden /> },
  ];
  return (
    <Shell
      nav={nav}
      context={<CustomerSwitcher customerId={customerId} />}
      account={<AccountMenu />}
    >
      <ClockNote customerId={customerId} />
      <Outlet key={customerId} />
    </Shell>
  );
}

/** @returns the customer in the page's URL. */
export function useCustomerId(): string {
  const { customerId } = useParams({ strict: false });
  return customerId ?? '';
}
