import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../kit/api.ts';
import { meterLabel } from '../kit/meter-label.ts';
import { onceKnown } from '../kit/query.tsx';
import { t } from '../kit/text.ts';
import type { AskedFacets, UsageFacets } from '../kit/usage/filters.tsx';
import type { Attention } from '@tollgate/billing-core/contract/attention.ts';
import type { Balance } from '@tollgate/billing-core/contract/balance.ts';
import type { Coupon } from '@tollgate/billing-core/contract/coupon.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Collection } from '@tollgate/billing-core/contract/dispute.ts';
import type { ErasurePreview } from '@tollgate/billing-core/contract/erasure.ts';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import type { MeterUses } from '@tollgate/billing-core/contract/meter-uses.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import type { Entitlement, Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { RouteHealth } from '@tollgate/billing-core/contract/route-health.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import type { Secret } from '@tollgate/billing-core/contract/secret.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import type { CustomerClock, TestClock } from '@tollgate/billing-core/contract/test-clock.ts';
import type { TaxRate } from '@tollgate/billing-core/contract/tax-rate.ts';
import type { ValueFaults } from '@tollgate/billing-core/contract/value-fault.ts';

const LIST_MAX = 100;
const CLOCK_REFRESH_MS = 15_000;
const COLLECTION_REFRESH_MS = 10_000;
const ATTENTION_REFRESH_MS = 30_000;

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'customer', id],
    queryFn: ({ signal }) => api<Customer>(`/v1/customers/${encodeURIComponent(id)}`, { signal }),
  });

/** The time of the installation, and whether it is one that can be moved. */
export const testClockQuery = queryOptions({
  queryKey: ['admin', 'test-clock'],
  queryFn: ({ signal }) => api<TestClock>('/v1/test-clock', { signal }),
  refetchInterval: onceKnown(CLOCK_REFRESH_MS),
});

/** What waits for an admin: it marks pages. */
export const attentionQuery = queryOptions({
  queryKey: ['admin', 'attention'],
  queryFn: ({ signal }) => api<Attention>('/v1/attention', { signal }),
  refetchInterval: onceKnown(ATTENTION_REFRESH_MS),
});

export const customerClockQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'customer', id, 'test-clock'],
    queryFn: ({ signal }) =>
      api<CustomerClock>(`/v1/customers/${encodeURIComponent(id)}/test-clock`, { signal }),
    refetchInterval: onceKnown(CLOCK_REFRESH_MS),
  });

/** What erasing a customer would do, or did. */
export const erasureQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'customer', id, 'erasure'],
    queryFn: ({ signal }) =>
      api<ErasurePreview>(`/v1/customers/${encodeURIComponent(id)}/erasure`, { signal }),
  });

/** What of an invoice is at Stripe; how far a refund is comes by itself. */
export const collectionQuery = (invoiceId: string) =>
  queryOptions({
    queryKey: ['admin', 'invoice', invoiceId, 'collection'],
    queryFn: ({ signal }) =>
      api<Collection>(`/v1/invoices/${encodeURIComponent(invoiceId)}/collection`, { signal }),
    refetchInterval: onceKnown(COLLECTION_REFRESH_MS),
  });

/** What a customer has to its credit; its entries are read by page. */
export const creditQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['admin', 'customer', customerId, 'credit'],
    queryFn: ({ signal }) =>
      api<Balance>(`/v1/customers/${customerId}/balance`, { query: { limit: '1' }, signal }),
  });

export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'plan', id],
    queryFn: ({ signal }) => api<Plan>(`/v1/plans/${encodeURIComponent(id)}`, { signal }),
  });

/** One version, of whomever it is. */
export const versionQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'plan-version', id],
    queryFn: ({ signal }) =>
      api<PlanVersion>(`/v1/plan-versions/${encodeURIComponent(id)}`, { signal }),
  });

type Quota = Extract<Entitlement, { kind: 'quota' }>;

/** Quotas with a limit that the customer's plan has; none where it is on none. */
export const heldQuotasQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'customer', id, 'quotas'],
    queryFn: async ({ signal }): Promise<Quota[]> => {
      const query = { customer_id: id };
      const { data } = await api<Page<Subscription>>('/v1/subscriptions', { query, signal });
      const live = data.find(({ state }) => state !== 'canceled');
      if (live === undefined) return [];
      const path = `/v1/plan-versions/${live.plan_version_id}`;
      const { entitlements } = await api<PlanVersion>(path, { signal });
      return entitlements.filter((one): one is Quota => one.kind === 'quota' && one.limit !== null);
    },
  });

/** Versions that are this customer's own. */
export const ownTermsQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'customer', id, 'plan-versions'],
    queryFn: ({ signal }) =>
      api<{ data: PlanVersion[] }>(`/v1/customers/${encodeURIComponent(id)}/plan-versions`, {
        signal,
      }),
  });

export const routeQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'route', id],
    queryFn: ({ signal }) => api<Route>(`/v1/routes/${encodeURIComponent(id)}`, { signal }),
  });

export const valueFaultsQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'route', id, 'value-faults'],
    queryFn: ({ signal }) =>
      api<ValueFaults>(`/v1/routes/${encodeURIComponent(id)}/value-faults`, { signal }),
  });

export const routeHealthQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'route', id, 'health'],
    queryFn: ({ signal }) =>
      api<RouteHealth>(`/v1/routes/${encodeURIComponent(id)}/health`, { signal }),
    refetchInterval: onceKnown(5_000),
  });

export const meterQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'meter', id],
    queryFn: ({ signal }) => api<Meter>(`/v1/meters/${encodeURIComponent(id)}`, { signal }),
  });

/** What counts on a meter, and what names it. */
export const meterUsesQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'meter', id, 'uses'],
    queryFn: ({ signal }) =>
      api<MeterUses>(`/v1/meters/${encodeURIComponent(id)}/uses`, { signal }),
  });

/** For choices in forms: the newest hundred. */
const choices = <Row>(path: string) =>
  queryOptions({
    queryKey: ['admin', 'choices', path],
    queryFn: ({ signal }) => api<Page<Row>>(path, { query: { limit: LIST_MAX }, signal }),
    staleTime: 60_000,
  });

export const planChoices = choices<Plan>('/v1/plans');
export const routeChoices = choices<Route>('/v1/routes');
export const secretChoices = choices<Secret>('/v1/secrets');
export const couponChoices = choices<Coupon>('/v1/coupons');
export const taxRateChoices = choices<TaxRate>('/v1/tax-rates');
export const meterChoices = choices<Meter>('/v1/meters');

/** @returns the meters for a select box, by id. */
export function meterOptions(meters: readonly Meter[]): { value: string; label: string }[] {
  return meters.map((meter) => {
    const label = meterLabel(meter, meters);
    const value = meter.id;
    return { value, label: meter.archived_at === null ? label : t('{label}, archived', { label }) };
  });
}

const NONE: Meter[] = [];

/** What usage can be told apart by, and what that is read by. */
export function useUsageFacets(): { facets: UsageFacets; asked: AskedFacets } {
  const meters = useQuery(meterChoices);
  const routes = useQuery(routeChoices);
  const facets = useMemo(
    () => ({ meters: meters.data?.data ?? NONE, keys: [], routes: routes.data?.data ?? [] }),
    [meters.data, routes.data],
  );
  const asked = [
    { label: t('Meter'), query: meters },
    { label: t('Route'), query: routes },
  ];
  return { facets, asked };
}

/** @returns the meters, empty until they are known. */
export function useMeters(): Meter[] {
  const { data } = useQuery(meterChoices);
  return useMemo(() => data?.data ?? NONE, [data]);
}
