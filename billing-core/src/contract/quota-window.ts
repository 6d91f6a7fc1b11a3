import { WINDOW_KINDS, type WindowKind } from './facts.ts';

/** A stretch of core time, ms since the epoch: from, inclusive, to, exclusive. */
export type Bounds = { startsAt: number; endsAt: number };

/** What a window counts: all use of a customer's meter, or that of one of its keys alone. */
export type WindowOf = {
  customerId: string;
  /** Null: the whole customer's. */
  keyId: string | null;
  meterId: string;
  kind: WindowKind;
};

/** One scope x meter x window; never keyed by plan, so that used units carry over. */
export type QuotaWindow = WindowOf & Bounds & { id: string };

export const MINUTE_MS = 60_000;
const FIXED_MS = { minute: MINUTE_MS, hour: 3_600_000, day: 86_400_000 } as const;

/** The window of UTC's calendar that holds this time; billing periods are in no such calendar. */
export function utcWindow(kind: Exclude<WindowKind, 'billing_period'>, at: number): Bounds {
  if (kind !== 'month') {
    const startsAt = at - (at % FIXED_MS[kind]);
    return { startsAt, endsAt: startsAt + FIXED_MS[kind] };
  }
  const day = new Date(at);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  return { startsAt: Date.UTC(year, month, 1), endsAt: Date.UTC(year, month + 1, 1) };
}

/**
 * The window that holds this time as core's facts tell it: `turns` are the instants at which one
 * window ends and the next begins; without any it is UTC's. Undefined outside of what is told.
 */
export function windowAt(kind: WindowKind, turns: readonly number[], at: number) {
  if (turns.length === 0) return kind === 'billing_period' ? undefined : utcWindow(kind, at);
  for (let i = turns.length - 2; i >= 0; i--) {
    const [startsAt = 0, endsAt = 0] = [turns[i], turns[i + 1]];
    if (at >= startsAt) return at < endsAt ? { startsAt, endsAt } : undefined;
  }
  return undefined;
}

/** The window's id: it travels, and both sides make the same one of the same start. */
export function windowId({ customerId, keyId, meterId, kind }: WindowOf, startsAt: number): string {
  const id = `${customerId}|${meterId}|${kind}|${startsAt / MINUTE_MS}`;
  return keyId === null ? id : `${id}|${keyId}`;
}

export const quotaWindow = (of: WindowOf, bounds: Bounds): QuotaWindow => ({
  id: windowId(of, bounds.startsAt),
  ...of,
  ...bounds,
});

/** What ids of windows look like; see windowId. */
export const WINDOW_ID = new RegExp(
  `^(cus_\\w{24})\\|(mtr_\\w{1,24})\\|(${WINDOW_KINDS.join('|')})\\|(\\d{1,12})` +
    '(?:\\|(key_\\w{24}))?$',
);

const MINUTE_IN = /^(.+\|)~(\d{1,12})((?:\|key_\w{24})?)$/;

/** Names the window that holds this time (ms), in place of another one: core knows which it is. */
export function minuteInWindow(id: string, at: number): string {
  const [customer, meter, kind, , ...key] = id.split('|');
  return [customer, meter, kind, `~${Math.floor(at / MINUTE_MS)}`, ...key].join('|');
}

/** What such a name says: `startsAt` is the minute. Undefined for any other name. */
export function readMinuteInWindow(name: string): (WindowOf & { startsAt: number }) | undefined {
  return MINUTE_IN.test(name) ? readWindowId(name.replace(MINUTE_IN, '$1$2$3')) : undefined;
}

/** What an id says; undefined when it is none. Where such a window ends only core's books tell. */
export function readWindowId(id: string): (WindowOf & { startsAt: number }) | undefined {
  const match = WINDOW_ID.exec(id);
  if (!match) return undefined;
  const [, customerId = '', meterId = '', kind, minute, keyId = null] = match;
  const of = { customerId, keyId, meterId, kind: kind as WindowKind };
  const startsAt = Number(minute) * MINUTE_MS;
  // One window has one name: no zero before the minute.
  return windowId(of, startsAt) === id ? { ...of, startsAt } : undefined;
}
