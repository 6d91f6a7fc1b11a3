import type { WindowKind } from './facts.ts';

/** One customer x meter x window; the id travels, and both sides compute the same one. */
export type QuotaWindow = {
  id: string;
  customerId: string;
  meterId: string;
  kind: WindowKind;
  /** ms since the epoch, inclusive and exclusive. */
  startsAt: number;
  endsAt: number;
};

const MINUTE_MS = 60_000;
const FIXED_MS = { minute: MINUTE_MS, hour: 3_600_000, day: 86_400_000 } as const;

/** The calendar window in UTC that holds this time. */
export function windowBounds(kind: WindowKind, at: number): { startsAt: number; endsAt: number } {
  if (kind !== 'month') {
    const startsAt = at - (at % FIXED_MS[kind]);
    return { startsAt, endsAt: startsAt + FIXED_MS[kind] };
  }
  const day = new Date(at);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  return { startsAt: Date.UTC(year, month, 1), endsAt: Date.UTC(year, month + 1, 1) };
}

/** The window of a customer's meter at this time; the clock of core decides which one. */
export function quotaWindow(
  of: { customerId: string; meterId: string; kind: WindowKind },
  at: number,
): QuotaWindow {
  const bounds = windowBounds(of.kind, at);
  const id = `${of.customerId}|${of.meterId}|${of.kind}|${bounds.startsAt / MINUTE_MS}`;
  return { id, ...of, ...bounds };
}

/** What ids of windows look like; see quotaWindow. */
export const WINDOW_ID = /^(cus_\w{24})\|(mtr_\w{1,24})\|(minute|hour|day|month)\|(\d{1,12})$/;

/** The window an id names; undefined when it names none (also a start that is no boundary). */
export function parseWindowId(id: string): QuotaWindow | undefined {
  const match = WINDOW_ID.exec(id);
  if (!match) return undefined;
  const [, customerId = '', meterId = '', kind, startMinute] = match;
  const window = quotaWindow(
    { customerId, meterId, kind: kind as WindowKind },
    Number(startMinute) * MINUTE_MS,
  );
  return window.id === id ? window : undefined;
}
