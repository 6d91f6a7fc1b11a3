import type { WindowKind, QuotaScope } from '../contract/facts.ts';
import { quotaWindow, type QuotaWindow, type WindowOf } from '../contract/quota-window.ts';
import { windowOf, type Calendar } from '../subscriptions/calendar.ts';

/** What a customer's live subscription allows, as core itself knows it. */
export type Terms = {
  calendar: Calendar;
  /** Hard limits, scaled, by `limitKey`. */
  limits: ReadonlyMap<string, number>;
  /** Of the keys that were asked for, those that are the customer's. */
  keys: ReadonlySet<string>;
};

type Limited = { meterId: string; kind: WindowKind; scope: QuotaScope };
export const limitKey = ({ meterId, kind, scope }: Limited): string =>
  `${meterId}|${kind}|${scope}`;

/** What core's plans, calendar and clock say of a window that a till names. */
export type Allowance =
  | { kind: 'open'; window: QuotaWindow; limit: number }
  /** It will be there, at this core time (ms). */
  | { kind: 'early'; opensAt: number }
  | { kind: 'none' };

export type NamedWindow = WindowOf & { startsAt: number };

/** A till's clock is a little ahead or behind when a window turns; more than this is wrong. */
const slackOf = (kind: WindowKind): number => (kind === 'minute' ? 10_000 : 60_000);

/**
 * Whether units of this window may be lent at `now` (ms). A till with a wrong clock or with facts
 * of yesterday opens no window that is not there, however it names it.
 */
export function allowanceOf(named: NamedWindow, terms: Terms | undefined, now: number): Allowance {
  const { keyId, meterId, kind, customerId, startsAt } = named;
  const scope = keyId === null ? 'customer' : 'key';
  const limit = terms?.limits.get(limitKey({ meterId, kind, scope }));
  if (!terms || limit === undefined) return { kind: 'none' };
  if (keyId !== null && !terms.keys.has(keyId)) return { kind: 'none' };
  const slack = slackOf(kind);
  const { aheadMs = 0 } = terms.calendar;
  const there = now + aheadMs;
  for (const at of [there, there + slack, there - slack]) {
    const bounds = windowOf(terms.calendar, kind, at);
    if (bounds.startsAt !== startsAt) continue;
    return {
      kind: 'open',
      limit,
      window: quotaWindow({ customerId, keyId, meterId, kind }, bounds),
    };
  }
  const isTurn = startsAt > there && windowOf(terms.calendar, kind, startsAt).startsAt === startsAt;
  return isTurn ? { kind: 'early', opensAt: startsAt - aheadMs } : { kind: 'none' };
}
