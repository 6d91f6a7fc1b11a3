import type { RouteTrial } from '@tollgate/billing-core/contract/route-trial.ts';
import { formatNumber } from '../kit/format.ts';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { t } from '../kit/text.ts';
import { sourceLabel } from './metering-sources.ts';

const OPEN: Record<RouteTrial['open'][number], string> = {
  key: t('whether its key holds'),
  address: t('the address of the client'),
  scopes: t('the scopes of the key'),
  features: t('the features of the plan'),
};

/** @returns what the answer still depends on, or undefined when nothing is left. */
export function openInWords({ open }: RouteTrial): string | undefined {
  if (open.length === 0) return undefined;
  return t('Still open: {what}.', { what: open.map((what) => OPEN[what]).join(', ') });
}

/** @returns one line a rule: what it counts, on which meter. */
export const rulesInWords = ({ metering }: RouteTrial): string[] =>
  metering.map(({ source, meter, units }) =>
    t('{source}: {units} × {meter}', { source: sourceLabel(source), units, meter }),
  );

/** @returns one line a limit of the key's plan. */
export function limitsInWords({ rate_limit: rate, quotas }: RouteTrial): string[] {
  const pace =
    rate &&
    t('{rate} a second, bursts of {burst}', {
      rate: formatNumber(rate.rate_per_second),
      burst: formatNumber(rate.burst),
    });
  const amounts = quotas.map(({ meter, limit, window, scope, enforcement }) =>
    [
      t('{limit} {meter} per {window}', {
        limit: formatNumber(limit),
        meter,
        window: WINDOW_NAMES[window],
      }),
      enforcement === 'soft' && t('soft'),
      scope === 'key' && t('each key'),
    ]
      .filter((part) => part !== false)
      .join(', '),
  );
  return [...(pace === null ? [] : [pace]), ...amounts];
}
