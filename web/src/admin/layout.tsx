import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import {
  Building2,
  ChartColumn,
  ChartNoAxesCombined,
  CreditCard,
  Gauge,
  House,
  KeySquare,
  Layers,
  ListChecks,
  Palette,
  ReceiptText,
  Ruler,
  Scale,
  ScrollText,
  Server,
  TicketPercent,
  Waypoints,
} from 'lucide-react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';
import { ErrorPanel } from '../kit/error-panel.tsx';
import type { Find } from '../kit/keyboard/place.ts';
import { paths } from '../kit/paths.ts';
import { Shell, type NavItem } from '../kit/shell.tsx';
import { t } from '../kit/text.ts';
import { useCustomerZone } from '../kit/zone.ts';
import { AccountMenu } from '../session/account-menu.tsx';
import { AttentionBar, useMarks } from './attention.tsx';
import { customerQuery } from './queries.ts';
import { TestClockBar } from './test-clock.tsx';
import { useMe } from '../session/me.ts';

const NAV: readonly NavItem[] = [
  { href: paths.adminHome, label: t('Home'), icon: <House aria-hidden /> },
  {
    href: paths.adminCustomers(),
    label: t('Customers'),
    icon: <Building2 aria-hidden />,
    deep: true,
  },
  { href: paths.adminPlans(), label: t('Plans'), icon: <Layers aria-hidden />, deep: true },
  { href: paths.adminMeters(), label: t('Meters'), icon: <Ruler aria-hidden />, deep: true },
  { href: paths.adminQuotas(), label: t('Quotas'), icon: <Gauge aria-hidden /> },
  { href: paths.adminUsage(), label: t('Usage'), icon: <ChartColumn aria-hidden /> },
  { href: paths.adminTerms, label: t('Coupons and taxes'), icon: <TicketPercent aria-hidden /> },
  {
    href: paths.adminInvoices(),
    label: t('Invoices'),
    icon: <ReceiptText aria-hidden />,
    deep: true,
  },
  { href: paths.adminRevenue(), label: t('Revenue'), icon: <ChartNoAxesCombined aria-hidden /> },
  { href: paths.adminStripe(), label: t('Stripe'), icon: <CreditCard aria-hidden /> },
  {
    href: paths.adminReconciliations,
    label: t('Reconciliation'),
    icon: <Scale aria-hidden />,
    deep: true,
  },
  { href: paths.adminRoutes, label: t('Routes'), icon: <Waypoints aria-hidden />, deep: true },
  { href: paths.adminGateways(), label: t('Gateways'), icon: <Server aria-hidden />, deep: true },
  { href: paths.adminJobs, label: t('Jobs'), icon: <ListChecks aria-hidden /> },
  { href: paths.adminTokens(), label: t('Tokens'), icon: <KeySquare aria-hidden /> },
  { href: paths.adminBranding, label: t('Branding'), icon: <Palette aria-hidden /> },
  { href: paths.adminAudit(), label: t('Audit log'), icon: <ScrollText aria-hidden /> },
];

const zoneQuery = (customerId = '') => ({
  ...customerQuery(customerId),
  enabled: customerId !== '',
  select: ({ billing_zone }: Customer) => billing_zone,
});

const FOUND_MAX = 8;
/** Customers by a part of their name, or by their id or the API owner's id of them. */
const FIND: Find = {
  label: t('Customers'),
  places: async (q, signal) => {
    const query = { q, limit: FOUND_MAX };
    const found = await api<Page<Customer>>('/v1/customers', { query, signal });
    return found.data.map(({ id, name, external_id }) => ({
      href: paths.adminCustomer(id),
      label: name,
      note: external_id ?? id,
    }));
  },
};

/** The frame of the admin side. The API refuses others; this only says so sooner. */
export function AdminLayout() {
  const me = useMe();
  const { customerId } = useParams({ strict: false });
  useCustomerZone(useQuery(zoneQuery(customerId)).data);
  const stranger = me !== undefined && me.user.role !== 'admin';
  const nav = useMarks(NAV, me?.user.role === 'admin');
  return (
    <Shell
      nav={nav}
      find={FIND}
      context={
        <p className="px-2.5 py-1 text-xs font-semibold text-ink-soft">{t('Administration')}</p>
      }
      account={<AccountMenu />}
    >
      {stranger ? (
        <ErrorPanel error={notAdmin()} />
      ) : (
        <>
          <TestClockBar />
          <AttentionBar />
          <Outlet />
        </>
      )}
    </Shell>
  );
}

function notAdmin(): ApiError {
  return new ApiError({
    status: 403,
    code: 'forbidden',
    title: t('This side is for administrators'),
    detail: t('Your account is not one of them.'),
  });
}
