import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { toTokenBody, toTokenValues, type TokenValues } from './token-values.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { type AccessValues, toAccessBody, toAccessValues } from './access-values.ts';
import { type HeaderValues, toHeaderBody, toHeaderValues } from './header-values.ts';
import {
  FIRST_RULE,
  type MeteringValues,
  toMeteringBody,
  toMeteringValues,
} from './metering-values.ts';
import { toUpstreamBody, toUpstreamValues, type UpstreamValues } from './upstream-values.ts';

export type PathMode = 'same' | 'stripped' | 'rewritten';

/** A route as its form holds it. */
export interface RouteValues extends AccessValues, TokenValues, UpstreamValues {
  name: string;
  host: string;
  path_pattern: string;
  methods: string;
  /** What becomes of the path; the field of the other ways is not sent. */
  path: PathMode;
  strip_prefix: string;
  rewrite_path: string;
  request_headers: HeaderValues[];
  response_headers: HeaderValues[];
  max_body_bytes: string;
  public: boolean;
  cost_headers: boolean;
  billed_once: boolean;
  metering: MeteringValues[];
  billable: Record<Outcome, boolean>;
}

export const OUTCOMES: readonly Outcome[] = [
  'ok',
  'redirect',
  'client_error',
  'server_error',
  'upstream_timeout',
  'upstream_error',
  'client_abort',
];

/** @returns a route as form values; without one, what the API would assume. */
export function toRouteValues(route: Route | undefined): RouteValues {
  return {
    name: route?.name ?? '',
    host: route?.host ?? '*',
    path_pattern: route?.path_pattern ?? '',
    methods: (route?.methods ?? ['*']).join(', '),
    ...toUpstreamValues(route),
    ...toAccessValues(route),
    ...toTokenValues(route),
    path: pathMode(route),
    strip_prefix: route?.strip_prefix ?? '',
    rewrite_path: route?.rewrite_path ?? '',
    request_headers: (route?.request_headers ?? []).map(toHeaderValues),
    response_headers: (route?.response_headers ?? []).map(toHeaderValues),
    max_body_bytes: route === undefined ? '' : String(route.max_body_bytes),
    public: route?.public ?? false,
    cost_headers: route?.cost_headers ?? false,
    billed_once: route?.billed_once ?? false,
    metering: route?.metering.map(toMeteringValues) ?? [FIRST_RULE],
    billable: billableOf(route?.billable_outcomes ?? ['ok']),
  };
}

function pathMode(route: Route | undefined): PathMode {
  if (route?.rewrite_path) return 'rewritten';
  return route?.strip_prefix ? 'stripped' : 'same';
}

function billableOf(outcomes: readonly Outcome[]): Record<Outcome, boolean> {
  const entries = OUTCOMES.map((outcome) => [outcome, outcomes.includes(outcome)]);
  return Object.fromEntries(entries) as Record<Outcome, boolean>;
}

/** @returns what the API takes; optional fields left empty are left out. */
export function toRouteBody(values: RouteValues): Record<string, unknown> {
  return {
    name: values.name,
    host: values.host,
    path_pattern: values.path_pattern,
    methods: methodsOf(values.methods),
    ...toUpstreamBody(values),
    ...toAccessBody(values),
    ...toTokenBody(values),
    public: values.public,
    cost_headers: values.cost_headers,
    billed_once: values.billed_once,
    strip_prefix: values.path === 'stripped' ? values.strip_prefix : null,
    rewrite_path: values.path === 'rewritten' ? values.rewrite_path : null,
    request_headers: values.request_headers.map(toHeaderBody),
    response_headers: values.response_headers.map(toHeaderBody),
    ...(values.max_body_bytes !== '' && { max_body_bytes: Number(values.max_body_bytes) }),
    metering: values.metering.map(toMeteringBody),
    billable_outcomes: OUTCOMES.filter((outcome) => values.billable[outcome]),
  };
}

/** 'get, post' is ['GET', 'POST']; nothing means every method. */
export function methodsOf(text: string): string[] {
  const methods = text.split(/[\s,]+/).filter((method) => method !== '');
  return methods.length === 0 ? ['*'] : methods.map((method) => method.toUpperCase());
}
