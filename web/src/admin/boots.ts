import type { BootState } from '@tollgate/billing-core/contract/gateway-state.ts';
import type { QuotaWindowState } from '@tollgate/billing-core/contract/lease-state.ts';
import type { BadgeTone } from '../kit/badge.tsx';
import { sum } from '../kit/decimal.ts';
import { formatSpan } from '../kit/format.ts';
import { t } from '../kit/text.ts';

/** A gateway syncs every second: one that says nothing for so long is stopped, or cut off. */
const SILENT_MS = 30_000;

const ENDED = {
  sealed: { tone: 'neutral', label: t('Sealed') },
  forfeited: { tone: 'warn', label: t('Forfeited') },
  written_off: { tone: 'danger', label: t('Written off') },
} as const satisfies Record<string, { tone: BadgeTone; label: string }>;

/** @returns whether what a boot told then says nothing of now any more. */
export const isOld = (toldAt: string, nowMs: number): boolean =>
  nowMs - Date.parse(toldAt) > SILENT_MS;

/** @returns whether a boot that has not ended was not heard of lately. */
export const isSilent = ({ state, last_seen_at }: BootState, nowMs: number): boolean =>
  state === 'live' && nowMs - Date.parse(last_seen_at) > SILENT_MS;

/** @returns the state as people should read it, and how much it matters. */
export function bootHealth(boot: BootState, nowMs: number): { tone: BadgeTone; label: string } {
  if (boot.state !== 'live') return ENDED[boot.state];
  if (isSilent(boot, nowMs)) return { tone: 'warn', label: t('Silent') };
  return { tone: 'ok', label: t('Live') };
}

/** @returns what a state means for the books. */
export const MEANING: Record<BootState['state'], string> = {
  live: t('It records usage, or has some that is not shipped yet.'),
  sealed: t('All its usage is recorded, and the units that it did not use went back.'),
  forfeited: t('Its machine went down: what was not on disk is lost. Its units stay used.'),
  written_off: t('Its disk was given up. Its units stay used until their windows end.'),
};

/** Clocks of several cores differ a little: so far ahead of one of them is no news. */
const AHEAD_MS = 5_000;

/** @returns how far behind a boot is, or ahead of a clock that was set back. */
export function lagText({ lag_ms: lag }: BootState): string {
  if (lag === null) return '–';
  if (lag < -AHEAD_MS) return t('{span} ahead', { span: formatSpan(-lag / 1000) });
  return formatSpan(lag / 1000);
}

export interface HeldUnits {
  window: QuotaWindowState;
  held: string;
}

/** @returns what this boot holds of each of these windows. */
export function heldBy(boot: string, windows: readonly QuotaWindowState[]): HeldUnits[] {
  return windows.flatMap((window) => {
    const lease = window.leases.find((one) => one.boot === boot);
    return lease === undefined ? [] : [{ window, held: lease.held }];
  });
}

/** @returns the units held of each meter, over all windows. */
export function heldByMeter(rows: readonly HeldUnits[]): Map<string, string> {
  const byMeter = new Map<string, string>();
  for (const { window, held } of rows) {
    byMeter.set(window.meter_id, sum(byMeter.get(window.meter_id) ?? '0', held));
  }
  return byMeter;
}
