import type { WindowKind } from '@tollgate/billing-core/contract/facts.ts';
import type {
  QuotaState,
  UsageEntry,
  UsageLive,
  UsageSeries,
} from '@tollgate/billing-core/contract/usage.ts';
import { ago, type MockState } from './state.ts';

/** Usage that looks like a working day, the same on every call. */

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** @returns a repeatable number in [0, 1) for a bucket. */
function noise(seed: number): number {
  const wave = Math.sin(seed * 12.9898) * 43_758.5453;
  return wave - Math.floor(wave);
}

function requestsAt(start: number, step: number): number {
  const hour = new Date(start).getUTCHours();
  const busy = step >= STEP_MS.day ? 1 : 0.25 + 0.75 * Math.sin((hour / 24) * Math.PI) ** 2;
  return Math.round(((step / 60_000) * 40 + 4) * busy * (0.6 + 0.8 * noise(start / step)));
}

const SHARES: Readonly<Record<string, readonly (readonly [string, string, number])[]>> = {
  none: [['', '', 1]],
  outcome: [
    ['ok', '', 0.955],
    ['client_error', '', 0.03],
    ['server_error', '', 0.01],
    ['upstream_timeout', '', 0.005],
  ],
};

type Shares = (typeof SHARES)[string];

function sharesOf(state: MockState, customerId: string, groupBy: string): Shares {
  if (groupBy === 'meter')
    return state.meters.map((one, at) => [one.id, one.name, at === 0 ? 1 : 0.6]);
  if (groupBy === 'route') return state.routes.map((one, at) => [one.id, one.name, 0.7 - 0.4 * at]);
  if (groupBy === 'key') {
    const keys = state.keys.filter((key) => key.customerId === customerId);
    return keys.map((key, at) => [key.id, key.name, at === 0 ? 0.8 : 0.1]);
  }
  return SHARES[groupBy] ?? SHARES['none'] ?? [];
}

/** @returns a usage report for a query of the wire. */
export function usageReport(
  state: MockState,
  customerId: string,
  query: Readonly<Record<string, string>>,
): UsageSeries {
  const interval = (query['interval'] ?? 'hour') as UsageSeries['interval'];
  const step = STEP_MS[interval];
  const from = Date.parse(query['from'] ?? ago(STEP_MS.day));
  const to = Date.parse(query['to'] ?? ago(0));
  const groupBy = query['group_by'] ?? 'none';
  const used = (state.today.get(customerId) ?? 0) > 0;
  const data = used
    ? rowsOf({ from, to, step }, sharesOf(state, customerId, groupBy), groupBy)
    : [];
  const meter = state.meters.find((one) => one.slug === query['meter']) ?? state.meters[0];
  if (meter === undefined) throw new Error('the mock has no meter');
  const requests = data.reduce((sum, row) => sum + row.requests, 0);
  return {
    data,
    totals: {
      requests,
      quantity: String(requests),
      billable_quantity: String(data.reduce((sum, row) => sum + Number(row.billable_quantity), 0)),
    },
    meter,
    interval,
    zone: query['zone'] ?? 'UTC',
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    as_of: ago(300),
    roll: '10241',
  };
}

function rowsOf(
  span: { from: number; to: number; step: number },
  shares: Shares,
  groupBy: string,
): UsageSeries['data'] {
  const rows: UsageSeries['data'] = [];
  for (let at = span.from - (span.from % span.step); at < span.to; at += span.step) {
    for (const [id, label, share] of shares) {
      const requests = Math.round(requestsAt(at, span.step) * share);
      if (requests === 0) continue;
      const billable = id === '' || id === 'ok' || !(id in STEP_MS) ? requests : 0;
      rows.push({
        start: new Date(at).toISOString(),
        group: groupBy === 'none' ? null : { id, label: label === '' ? id : label },
        requests,
        quantity: String(requests),
        billable_quantity: String(groupBy === 'outcome' && id !== 'ok' ? 0 : billable),
      });
    }
  }
  return rows;
}

/** @returns ledger rows of a bucket, two pages of them. */
export function usageEntries(state: MockState, customerId: string, from: string): UsageEntry[] {
  const key = state.keys.find((one) => one.customerId === customerId);
  return Array.from({ length: 70 }, (_, at) => ({
    received_at: new Date(Date.parse(from) + at * 1000 + 900).toISOString(),
    minute: new Date(Date.parse(from) + Math.floor(at / 2) * 60_000).toISOString(),
    customer_id: customerId,
    key_id: key?.id ?? '',
    route_id: state.routes[0]?.id ?? '',
    route_version: 1,
    meter: 'requests',
    outcome: at % 9 === 4 ? 'client_error' : 'ok',
    billable: at % 9 !== 4 && at % 9 !== 2,
    unbilled: at % 9 === 2 ? ('repeated' as const) : null,
    request_id: at % 9 === 2 ? `req_01m8nd3wv46fhzs3mrs1ps${at}` : null,
    key_hash: at % 9 === 2 ? 'ca978112ca1bbdcafac231b39a23dc4d' : null,
    requests: 10 + at,
    quantity: String(10 + at),
    gateway: 'gw_7k2m9q',
    boot: 'b3f81c0a',
    sequence: 8000 + at,
    roll: '10240',
  }));
}

/** Where a window of this kind began and when it ends, as far as pages need it. */
function windowOf(kind: WindowKind, period: { start: string; end: string }) {
  if (kind !== 'day') return { start: period.start, resets_at: period.end };
  const start = new Date();
  start.setUTCHours(0, 0, 0, 0);
  const end = new Date(start.getTime() + 86_400_000);
  return { start: start.toISOString(), resets_at: end.toISOString() };
}

/** @returns the quotas of a customer, by its plan. */
export function quotasOf(state: MockState, customerId: string): QuotaState[] {
  const subscription = state.subscriptions.find((one) => one.customer_id === customerId);
  const versions = state.plans.flatMap((plan) => plan.versions);
  const version = versions.find((one) => one.id === subscription?.plan_version_id);
  const key = state.keys.find((one) => one.customerId === customerId) ?? null;
  return (version?.entitlements ?? []).flatMap((one): QuotaState[] => {
    if (one.kind !== 'quota') return [];
    const meter = state.meters.find((each) => each.id === one.meter_id);
    if (meter === undefined || subscription === undefined) return [];
    const today = state.today.get(customerId) ?? 0;
    const { limit, window, scope, enforcement } = one;
    return [
      {
        meter,
        window,
        scope,
        key: scope === 'key' ? key : null,
        enforcement,
        limit,
        used: String(window === 'day' ? today : today + 823_441),
        zone: window === 'day' ? 'Europe/Berlin' : 'UTC',
        ...windowOf(window, subscription.current_period),
      },
    ];
  });
}

/** @returns one event of the live view. */
export function liveUsage(state: MockState, customerId: string): UsageLive {
  const today = state.today.get(customerId) ?? 0;
  const nowMinute = Math.floor(Date.now() / 60_000) * 60_000;
  return {
    as_of: ago(0),
    roll: String(10_241 + (today % 1000)),
    today: {
      start: new Date(nowMinute - (nowMinute % 86_400_000)).toISOString(),
      end: new Date(nowMinute - (nowMinute % 86_400_000) + 86_400_000).toISOString(),
      requests: today,
      billable_quantity: String(Math.floor(today * 0.955)),
    },
    minutes: Array.from({ length: 60 }, (_, at) => {
      const start = nowMinute - (59 - at) * 60_000;
      const requests = today === 0 ? 0 : requestsAt(start, 60_000);
      const errors = Math.round(requests * 0.04);
      const refused = Math.round(requests * (at % 17 === 3 ? 0.3 : 0));
      return {
        start: new Date(start).toISOString(),
        requests,
        ok: requests - errors,
        errors,
        refused,
      };
    }),
    quotas: quotasOf(state, customerId),
  };
}
