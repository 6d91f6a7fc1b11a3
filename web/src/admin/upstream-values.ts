import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { listOf } from './access-values.ts';
import { type TlsValues, toTlsBody, toTlsValues } from './tls-values.ts';

/** Where a route leads and what it does when an upstream fails, as its form holds it. */
export interface UpstreamValues {
  upstreams: { url: string; weight: string; tls: TlsValues }[];
  timeout_ms: string;
  connect_timeout_ms: string;
  idle_timeout_ms: string;
  total_timeout_ms: string;
  health_check: {
    on: boolean;
    path: string;
    interval_ms: string;
    timeout_ms: string;
    healthy_after: string;
    unhealthy_after: string;
  };
  circuit_breaker: { on: boolean; failures: string; open_ms: string };
  retries: { on: boolean; attempts: string; statuses: string; budget_percent: string };
}

export const FIRST_UPSTREAM = { url: '', weight: '1', tls: toTlsValues() };

/** @returns what the API has; without a route, what it would assume. */
export function toUpstreamValues(route: Route | undefined): UpstreamValues {
  const { health_check: check = null, circuit_breaker: breaker = null } = route ?? {};
  const { retries = null } = route ?? {};
  return {
    upstreams: route?.upstreams.map(({ url, weight, tls }) => ({
      url,
      weight: String(weight),
      tls: toTlsValues(tls),
    })) ?? [FIRST_UPSTREAM],
    timeout_ms: String(route?.timeout_ms ?? 30_000),
    connect_timeout_ms: String(route?.connect_timeout_ms ?? 10_000),
    idle_timeout_ms: String(route?.idle_timeout_ms ?? ''),
    total_timeout_ms: String(route?.total_timeout_ms ?? ''),
    health_check: {
      on: check !== null,
      path: check?.path ?? '/healthz',
      interval_ms: String(check?.interval_ms ?? 10_000),
      timeout_ms: String(check?.timeout_ms ?? 2_000),
      healthy_after: String(check?.healthy_after ?? 2),
      unhealthy_after: String(check?.unhealthy_after ?? 3),
    },
    circuit_breaker: {
      on: breaker !== null,
      failures: String(breaker?.failures ?? 5),
      open_ms: String(breaker?.open_ms ?? 10_000),
    },
    retries: {
      on: retries !== null,
      attempts: String(retries?.attempts ?? 1),
      statuses: (retries?.statuses ?? [502, 503, 504]).join(', '),
      budget_percent: String(retries?.budget_percent ?? 20),
    },
  };
}

const orNull = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** @returns what the API takes. */
export function toUpstreamBody(values: UpstreamValues): Record<string, unknown> {
  const { health_check: check, circuit_breaker: breaker, retries } = values;
  return {
    upstreams: values.upstreams.map(({ url, weight, tls }) => ({
      url: url.trim(),
      weight: Number(weight),
      ...toTlsBody(tls),
    })),
    timeout_ms: Number(values.timeout_ms),
    connect_timeout_ms: Number(values.connect_timeout_ms),
    idle_timeout_ms: orNull(values.idle_timeout_ms),
    total_timeout_ms: orNull(values.total_timeout_ms),
    health_check: check.on
      ? {
          path: check.path,
          interval_ms: Number(check.interval_ms),
          timeout_ms: Number(check.timeout_ms),
          healthy_after: Number(check.healthy_after),
          unhealthy_after: Number(check.unhealthy_after),
        }
      : null,
    circuit_breaker: breaker.on
      ? { failures: Number(breaker.failures), open_ms: Number(breaker.open_ms) }
      : null,
    retries: retries.on
      ? {
          attempts: Number(retries.attempts),
          statuses: listOf(retries.statuses).map(Number),
          budget_percent: Number(retries.budget_percent),
        }
      : null,
  };
}
