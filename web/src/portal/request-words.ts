import type { RequestRecord } from '@tollgate/billing-core/contract/request-log.ts';
import { formatNumber } from '../kit/format.ts';
import { t } from '../kit/text.ts';

/** What a refusal means to who sent the request, and what helps. */
interface Cause {
  why: string;
  helps: string;
  /** Where on its way the request was stopped. */
  stage: Stage;
}

export const STAGES = [
  'route',
  'open',
  'key',
  'plan',
  'size',
  'rate',
  'quota',
  'upstream',
] as const;
export type Stage = (typeof STAGES)[number];

export const STAGE_NAMES: Record<Stage, string> = {
  route: t('A route matches'),
  open: t('The route is open to you'),
  key: t('The key is good'),
  plan: t('The plan and the key’s scopes allow it'),
  size: t('It is not too large'),
  rate: t('Within the rate limit'),
  quota: t('Within the quotas'),
  upstream: t('Passed on to the API'),
};

const newKey = t('Create another key, or copy it again whole.');
const CAUSES: Record<string, Cause> = {
  route_not_found: {
    why: t('No route has this host and path'),
    helps: t('Compare the address with the one to copy above, its path from the first slash on.'),
    stage: 'route',
  },
  method_not_allowed: {
    why: t('The route does not take this method'),
    helps: t('Use one of the methods that the endpoint shows.'),
    stage: 'route',
  },
  maintenance: {
    why: t('The route is down for maintenance'),
    helps: t('Try again when Retry-After says so.'),
    stage: 'open',
  },
  address_refused: {
    why: t('The route takes no requests from this address'),
    helps: t('Ask the operator of the API which networks it is open to.'),
    stage: 'open',
  },
  key_missing: {
    why: t('No key was sent'),
    helps: t('Send it as Authorization: Bearer, and see that TOLLGATE_KEY is set in that shell.'),
    stage: 'key',
  },
  key_malformed: {
    why: t('The key is mistyped: its check digits do not fit'),
    helps: newKey,
    stage: 'key',
  },
  key_unknown: { why: t('The key is not known'), helps: newKey, stage: 'key' },
  key_disabled: {
    why: t('The key is disabled'),
    helps: t('Enable it on the page Keys, or send another one.'),
    stage: 'key',
  },
  key_revoked: { why: t('The key was revoked'), helps: newKey, stage: 'key' },
  key_expired: { why: t('The key has expired'), helps: newKey, stage: 'key' },
  key_unverifiable: {
    why: t('The key could not be verified just then'),
    helps: t('Try again in a moment; nothing was billed.'),
    stage: 'key',
  },
  key_address_refused: {
    why: t('The key may not be used from this address'),
    helps: t('Send it from where the key allows, or change that on the page Keys.'),
    stage: 'key',
  },
  key_route_refused: {
    why: t('The key may not be used for this route'),
    helps: t('Send another key, or change the routes of this one on the page Keys.'),
    stage: 'key',
  },
  customer_archived: {
    why: t('The account is closed'),
    helps: t('Ask the operator of the API.'),
    stage: 'plan',
  },
  scope_missing: {
    why: t('The key lacks a scope that the route requires'),
    helps: t('Create a key with that scope.'),
    stage: 'plan',
  },
  subscription_missing: {
    why: t('No subscription pays for requests just now'),
    helps: t('See the page Plan: it may be paused, ended, or stopped by an unpaid invoice.'),
    stage: 'plan',
  },
  feature_missing: {
    why: t('The plan lacks a feature that the route requires'),
    helps: t('See on the page Plan which one has it.'),
    stage: 'plan',
  },
  body_too_large: {
    why: t('The body is larger than the route takes'),
    helps: t('Send less at once.'),
    stage: 'size',
  },
  rate_limited: {
    why: t('The rate limit was used up'),
    helps: t('Wait as long as Retry-After says; the page Quotas shows the limit.'),
    stage: 'rate',
  },
  quota_exceeded: {
    why: t('The quota is used up'),
    helps: t('The page Quotas says when it begins anew; you can ask for more there.'),
    stage: 'quota',
  },
};

const UNNAMED: Cause = {
  why: t('The gateway could not take it'),
  helps: t('Try again in a moment. The request id helps the operator of the API to find it.'),
  stage: 'upstream',
};

/** @returns why a request was refused; undefined for one that was admitted. */
export function causeOf({ reason }: Pick<RequestRecord, 'reason'>): Cause | undefined {
  return reason === null ? undefined : (CAUSES[reason] ?? UNNAMED);
}

/** @returns '41 ms', or '1.2 s'; below one millisecond with its part. */
export function durationInWords(ms: number): string {
  if (ms >= 1_000) return t('{n} s', { n: formatNumber(Math.round(ms / 100) / 10) });
  return t('{n} ms', { n: formatNumber(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)) });
}

/** @returns what a request counted: '1 request, 12 tokens'; and whether that is billed. */
export function unitsInWords({ units, billable }: RequestRecord): string {
  if (!billable) return t('not billed');
  if (units.length === 0) return t('nothing counted');
  return units
    .map(({ meter, quantity }) =>
      t('{quantity} {unit}', {
        quantity: formatNumber(quantity),
        unit: quantity === '1' ? meter.unit : meter.name.toLowerCase(),
      }),
    )
    .join(', ');
}

/** @returns 'ok' and so on, for the colour beside a status; a client that left had none. */
export function toneOf({ status, reason }: RequestRecord): 'ok' | 'warn' | 'danger' {
  if (reason !== null || status === null) return 'warn';
  return status >= 500 ? 'danger' : status >= 400 ? 'warn' : 'ok';
}
