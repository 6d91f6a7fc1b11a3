import { scaled, unscaled } from '../catalog/quantity.ts';
import type { MeterRow } from '../catalog/store.ts';
import type { PlanVersion } from '../contract/plan.ts';
import { quotaWindow } from '../contract/quota-window.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import { includedIn } from '../rating/rate.ts';
import { windowOf, zoneOf, type Calendar } from '../subscriptions/calendar.ts';
import { addedUnits } from '../subscriptions/added-units.ts';
import type { Item } from '../subscriptions/items.ts';
import { segmentAt, shareOfSegment, type Timed } from '../subscriptions/segments.ts';

/** Pure: what a customer is told of when so much of it is used, and where that is counted. */

/** Shares of it, in percent, the largest first: whoever passes two at once is told the larger. */
export const PERCENTS: readonly number[] = [100, 80];

/** Usage of a window's last seconds comes after its end; later than this nobody has use for it. */
const OVER_MS = 5 * MINUTE_MS;
/** Shorter windows come again before anybody reads of them. */
const KINDS = ['day', 'month', 'billing_period'] as const;
type Kind = (typeof KINDS)[number];
const isTold = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind);

/** So much of a meter in this time, ends in epoch ms. */
export type Threshold = {
  of: 'quota' | 'included_units';
  /** What it is, whoever looks: with a share of it, what a customer is told once. */
  subject: string;
  meter: MeterRow;
  start: number;
  end: number;
  /** The zone in which its end is said. */
  zone: string;
  /** Scaled units; above zero. */
  limit: bigint;
  /** Each key of the customer for itself. */
  byKey: boolean;
  /** Shares of it that are told of, the largest first. */
  percents: readonly number[];
  /** Of a quota: what happens at its end. */
  enforcement: 'hard' | 'soft' | null;
};

/** A quota that was raised for this customer: at least so many units, scaled, in that time. */
export type Raise = {
  meter_id: string;
  quota_window: string;
  quota_scope: string;
  quota_limit: bigint;
  starts_at: Date;
  /** Null: until somebody ends it. */
  until: Date | null;
};

export type Watched = {
  timed: Timed & { id: string; items?: readonly Item[] };
  raises?: readonly Raise[];
  /** Those that the customer chose for quotas; left out: the usual ones. */
  percents?: readonly number[] | undefined;
  customerId: string;
  calendar: Calendar;
  version(id: string): PlanVersion;
  meter(id: string): MeterRow;
};

type Quota = Extract<PlanVersion['entitlements'][number], { kind: 'quota' }>;

/** What add-ons put on top of it then, scaled. */
function raisedAt({ timed, version, meter }: Watched, quota: Quota, at: number): bigint {
  const raises = (timed.items ?? []).filter(
    ({ starts_at, ends_at }) =>
      starts_at.getTime() <= at && (ends_at === null || ends_at.getTime() > at),
  );
  return raises.reduce((all, { plan_version_id, quantity }) => {
    const same = version(plan_version_id).entitlements.filter(
      (one): one is Quota =>
        one.kind === 'quota' &&
        one.meter_id === quota.meter_id &&
        one.window === quota.window &&
        one.scope === quota.scope,
    );
    const { scale } = meter(quota.meter_id);
    const each = same.reduce((sum, { limit }) => sum + (scaled(limit ?? '0', scale) ?? 0n), 0n);
    return all + each * BigInt(quantity);
  }, 0n);
}

/** What an admin raised it to then; zero where nobody did. */
function raisedTo({ raises = [] }: Watched, quota: Quota, at: number): bigint {
  const held = raises.find(
    ({ meter_id, quota_window, quota_scope, starts_at, until }) =>
      meter_id === quota.meter_id &&
      quota_window === quota.window &&
      quota_scope === quota.scope &&
      starts_at.getTime() <= at &&
      (until === null || until.getTime() > at),
  );
  return held?.quota_limit ?? 0n;
}

function quotaAt(watched: Watched, quota: Quota, at: number): Threshold | undefined {
  const { meter_id: meterId, window: kind, limit, enforcement, scope } = quota;
  if (limit === null || enforcement === 'unlimited' || !isTold(kind)) return undefined;
  const meter = watched.meter(meterId);
  const planned = (scaled(limit, meter.scale) ?? 0n) + raisedAt(watched, quota, at);
  const raised = raisedTo(watched, quota, at);
  const units = raised > planned ? raised : planned;
  if (units === 0n) return undefined;
  const { calendar, customerId } = watched;
  const bounds = windowOf(calendar, kind, at);
  const { id } = quotaWindow({ customerId, keyId: null, meterId, kind }, bounds);
  return {
    of: 'quota',
    subject: `${id} ${scope} ${unscaled(units, meter.scale)}`,
    meter,
    start: bounds.startsAt,
    end: bounds.endsAt,
    zone: zoneOf(calendar, kind),
    limit: units,
    byKey: scope === 'key',
    percents: watched.percents ?? PERCENTS,
    enforcement,
  };
}

/** Quotas of the plan of then: limits switch at once, and not with prices at the next minute. */
function quotasOf(watched: Watched, at: number): Threshold[] {
  const phase = watched.timed.phases.findLast(({ starts_at }) => starts_at.getTime() <= at);
  if (phase === undefined) return [];
  return watched
    .version(phase.plan_version_id)
    .entitlements.flatMap((one) => (one.kind === 'quota' ? (quotaAt(watched, one, at) ?? []) : []));
}

/** Units that the plan includes in the segment of then: each is billed by itself. */
function includedAt(watched: Watched, at: number): Threshold[] {
  const { timed } = watched;
  const segment = segmentAt(timed, at);
  if (segment?.standing !== 'paid') return [];
  const version = watched.version(segment.plan_version_id);
  const share = shareOfSegment(timed, segment, version.proration);
  return version.prices.flatMap((price): Threshold[] => {
    if (price.model === 'flat') return [];
    const meter = watched.meter(price.meter_id);
    const versionOf = (id: string) => watched.version(id);
    const added = addedUnits(timed, segment, { meterId: meter.id, versionOf });
    const terms = { currency: version.currency, meter, share, added };
    const included = includedIn(price, terms).toFixed();
    const limit = scaled(included, meter.scale) ?? 0n;
    if (limit === 0n) return [];
    return [
      {
        of: 'included_units',
        subject: `${timed.id} ${price.id} ${segment.start / MINUTE_MS} ${included}`,
        meter,
        start: segment.start,
        end: segment.end,
        zone: timed.time_zone,
        limit,
        byKey: false,
        percents: PERCENTS,
        enforcement: null,
      },
    ];
  });
}

/** What this customer is to be told of, as of `now` (ms), each once. */
export function thresholdsOf(watched: Watched, now: number): Threshold[] {
  const at = (time: number) => [...quotasOf(watched, time), ...includedAt(watched, time)];
  return [...at(now), ...at(now - OVER_MS).filter(({ end }) => end <= now)];
}

/** The largest of these shares that is used, undefined below the smallest. Scaled units. */
export function passed(
  used: bigint,
  limit: bigint,
  percents: readonly number[] = PERCENTS,
): number | undefined {
  return percents.find((percent) => used * 100n >= limit * BigInt(percent));
}
