import type { WindowKind } from '../contract/facts.ts';
import { utcWindow, type Bounds } from '../contract/quota-window.ts';
import type { BillingZones } from '../customers/store.ts';
import { periodAt, zoned, type Anchor } from './model.ts';

/** What a customer's windows follow: its billing zones, and its live subscription's periods. */
export type Calendar = {
  zones: BillingZones;
  anchor: Anchor;
  /** How far the customer's clock is ahead; left out: it has none. */
  aheadMs?: number;
};

type ZonedKind = 'day' | 'month';

const DAY_MS = 86_400_000;
/** The least that the first window after a change of zone lasts: nobody has a month for an hour. */
const FIRST_MIN_MS = { day: DAY_MS / 2, month: 15 * DAY_MS } as const;
/** After this long a change of zone has no window left that is not its zone's own. */
export const ZONE_MEMORY_MS = 100 * DAY_MS;
/** A gateway's clock may be a little behind when it gets its facts. */
const TOLD_BACK_MS = 300_000;
/** Windows that gateways are told of at once. */
const TOLD = { hour: 30, day: 9, month: 4, billing_period: 4 } as const;

/** The calendar day or month there that holds this time; days have 23 to 25 hours. */
function zonedWindow(kind: ZonedKind, zone: string, at: number): Bounds {
  if (zone === 'UTC') return utcWindow(kind, at);
  const step = kind === 'day' ? { days: 1 } : { months: 1 };
  let start = zoned(at, zone).startOfDay();
  if (kind === 'month') start = start.with({ day: 1 }).startOfDay();
  let end = start.add(step).startOfDay();
  // A clock that is set back over midnight repeats the end of a day that is over.
  while (end.epochMilliseconds <= at) [start, end] = [end, end.add(step).startOfDay()];
  return { startsAt: start.epochMilliseconds, endsAt: end.epochMilliseconds };
}

/** From `from` on the zone decides; its first window is longer or shorter than those after it. */
type Reign = { zone: string; from: number; firstEndsAt: number };

function firstWindowEnd(kind: ZonedKind, zone: string, from: number): number {
  const { startsAt, endsAt } = zonedWindow(kind, zone, from);
  const isWhole = startsAt === from || endsAt - from >= FIRST_MIN_MS[kind];
  return isWhole ? endsAt : zonedWindow(kind, zone, endsAt).endsAt;
}

function windowIn(reigns: readonly Reign[], kind: ZonedKind, at: number): Bounds {
  const { zone, from, firstEndsAt } = reigns.findLast((reign) => reign.from <= at) as Reign;
  return at < firstEndsAt ? { startsAt: from, endsAt: firstEndsAt } : zonedWindow(kind, zone, at);
}

/**
 * Days and months through changes of zone. The window in force at a change stays as it was; the
 * next one begins where it ends, and ends where one of the new zone does: the first such end that
 * leaves it half a window or more. So windows follow each other without gap or overlap, no unit is
 * lent in two of them, and no change of zone buys a whole window's units for a moment.
 */
function reignsOf({ current, earlier }: BillingZones, kind: ZonedKind): Reign[] {
  const zones = [...earlier.map(({ zone }) => zone), current];
  const reigns: Reign[] = [];
  for (const [i, zone] of zones.entries()) {
    const changedAt = earlier[i - 1]?.until;
    if (changedAt === undefined) {
      reigns.push({ zone, from: -Infinity, firstEndsAt: -Infinity });
      continue;
    }
    const from = windowIn(reigns, kind, changedAt).endsAt;
    // A zone that was changed again before its first window began never ruled.
    while ((reigns.at(-1)?.from ?? 0) >= from) reigns.pop();
    reigns.push({ zone, from, firstEndsAt: firstWindowEnd(kind, zone, from) });
  }
  return reigns;
}

/**
 * The window of this kind that holds this time: minutes and hours of UTC, days and months of the
 * billing zone, or the period of the subscription.
 */
export function windowOf(calendar: Calendar, kind: WindowKind, at: number): Bounds {
  if (kind === 'minute' || kind === 'hour') return utcWindow(kind, at);
  if (kind === 'billing_period') {
    const { anchor } = calendar;
    // A subscription has no period before its first one.
    const { start, end } = periodAt(anchor, Math.max(at, anchor.startedAt));
    return { startsAt: start, endsAt: end };
  }
  return windowIn(reignsOf(calendar.zones, kind), kind, at);
}

/** The day of a customer's zones that holds this time, with a subscription or without. */
export const dayOf = (zones: BillingZones, at: number): Bounds =>
  windowIn(reignsOf(zones, 'day'), 'day', at);

/** The zone in which windows of this kind are shown. */
export function zoneOf({ zones, anchor }: Calendar, kind: WindowKind): string {
  if (kind === 'billing_period') return anchor.timeZone;
  return kind === 'day' || kind === 'month' ? zones.current : 'UTC';
}

/** Whether these windows are those of UTC's calendar in core time. Clocks keep whole minutes. */
function isUtc({ zones, aheadMs = 0 }: Calendar, kind: WindowKind): boolean {
  if (kind === 'billing_period' || aheadMs > 0) return false;
  return kind === 'hour' || (zones.current === 'UTC' && zones.earlier.length === 0);
}

/**
 * What a gateway is told of the windows around `now` (ms, the customer's time): where each ends and
 * the next begins, in core time. Nothing where they are those of UTC's calendar, which it knows.
 */
export function turnsOf(calendar: Calendar, kind: WindowKind, now: number): number[] {
  if (kind === 'minute' || isUtc(calendar, kind)) return [];
  const { aheadMs = 0 } = calendar;
  let window = windowOf(calendar, kind, now - TOLD_BACK_MS);
  const turns = [window.startsAt];
  for (let told = 0; told < TOLD[kind]; told++) {
    turns.push(window.endsAt);
    window = windowOf(calendar, kind, window.endsAt);
  }
  return turns.map((turn) => turn - aheadMs);
}
