import type { Entitlement, Price } from '@tollgate/billing-core/contract/plan.ts';
import { formatMoney, formatNumber } from './format.ts';
import { WINDOW_NAMES } from './quota-words.ts';
import { t } from './text.ts';

interface Named {
  id: string;
  name: string;
  unit: string;
}

/** Distributes over the kinds of a union; a plain Omit would merge them. */
type WithoutId<Union> = Union extends unknown ? Omit<Union, 'id'> : never;
export type PriceTerms = WithoutId<Price>;
export type EntitlementTerms = WithoutId<Entitlement>;

/** @returns a price as people say it: '$0.002 USD per request after 1,000 included'. */
export function priceInWords(
  price: PriceTerms,
  currency: string,
  meters: readonly Named[],
): string {
  if (price.model === 'flat') {
    return t('{amount} per period', { amount: formatMoney(price.amount, currency) });
  }
  const meter = meters.find((one) => one.id === price.meter_id);
  const unit = meter?.unit ?? t('unit of {meter}', { meter: price.meter_id });
  const amount = formatMoney(price.unit_amount, currency);
  if (/^0+(\.0+)?$/.test(price.included_units)) {
    return t('{amount} per {unit}', { amount, unit });
  }
  const included = formatNumber(price.included_units);
  return t('{amount} per {unit} after {included} included', { amount, unit, included });
}

/** @returns an entitlement as people say it: '10,000 requests per month, then refused'. */
export function entitlementInWords(terms: EntitlementTerms, meters: readonly Named[]): string {
  if (terms.kind === 'feature') return t('Feature {feature}', { feature: terms.feature });
  if (terms.kind === 'rate_limit') {
    return t('{rate} requests a second, bursts of {burst}', {
      rate: formatNumber(terms.rate_per_second),
      burst: formatNumber(terms.burst),
    });
  }
  const meter = meters.find((one) => one.id === terms.meter_id);
  const values = {
    meter: meter?.name.toLowerCase() ?? terms.meter_id,
    window: WINDOW_NAMES[terms.window],
  };
  if (terms.limit === null) return t('Unlimited {meter}, shown per {window}', values);
  const each = terms.scope === 'key' ? t('for each key') : '';
  const what = t('{limit} {meter} per {window}', { ...values, limit: formatNumber(terms.limit) });
  const then = terms.enforcement === 'soft' ? t('soft limit') : t('then refused');
  return [[what, each].filter(Boolean).join(' '), then].join(', ');
}
