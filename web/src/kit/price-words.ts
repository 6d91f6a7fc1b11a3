import type { Entitlement } from '@tollgate/billing-core/contract/plan.ts';
import type { PriceTerms } from '@tollgate/billing-core/contract/price.ts';
import { formatMoney, formatNumber } from './format.ts';
import { WINDOW_NAMES } from './quota-words.ts';
import { t } from './text.ts';

export interface Named {
  id: string;
  name: string;
  unit: string;
}

/** Distributes over the kinds of a union; a plain Omit would merge them. */
type WithoutId<Union> = Union extends unknown ? Omit<Union, 'id'> : never;
export type EntitlementTerms = WithoutId<Entitlement>;

type FlatTerms = Extract<PriceTerms, { model: 'flat' }>;
export type UsageTerms = Exclude<PriceTerms, FlatTerms>;
type EventTerms = Extract<UsageTerms, { fixed_amount: string }>;

/** Says amounts and counts of one price: in its currency, with its meter's names. */
export interface Speaker {
  money: (amount: string) => string;
  /** 'request', after 'per'. */
  unit: string;
  /** 'requests', after a number. */
  name: string;
}

export const isNone = (decimal: string): boolean => /^0+(\.0+)?$/.test(decimal);

/** @returns a price as people say it: '$0.002 USD per request after 1,000 included'. */
export function priceInWords(
  price: PriceTerms,
  currency: string,
  meters: readonly Named[],
): string {
  const money = (amount: string): string => formatMoney(amount, currency);
  if (price.model === 'flat') {
    const amount = money(price.amount);
    return price.billed === 'in_arrears'
      ? t('{amount} per period, billed at its end', { amount })
      : t('{amount} per period', { amount });
  }
  const say = speakerOf(price.meter_id, money, meters);
  return [rateInWords(price, say), ...boundsInWords(price, say)].join(', ');
}

/** @returns what names a meter in the words of its price. */
export function speakerOf(
  meterId: string,
  money: Speaker['money'],
  meters: readonly Named[],
): Speaker {
  const meter = meters.find((one) => one.id === meterId);
  return {
    money,
    unit: meter?.unit ?? t('unit of {meter}', { meter: meterId }),
    name: meter?.name.toLowerCase() ?? t('units of {meter}', { meter: meterId }),
  };
}

function rateInWords(price: UsageTerms, say: Speaker): string {
  const words = pricing(price, say);
  if (isNone(price.included_units)) return words;
  const included = formatNumber(price.included_units);
  // Behind several tiers it would seem to belong to the last.
  return price.model === 'per_unit' || price.model === 'package'
    ? t('{words} after {included} included', { words, included })
    : t('{included} included, then {words}', { words, included });
}

function pricing(price: UsageTerms, say: Speaker): string {
  switch (price.model) {
    case 'per_unit':
      return perUnit(price.unit_amount, say);
    case 'graduated':
      return tiersInWords(price.tiers, (tier) => perUnit(tier.unit_amount, say), say);
    case 'volume':
      return t('{tiers}, the tier reached pricing all', {
        tiers: tiersInWords(price.tiers, (tier) => perUnit(tier.unit_amount, say), say),
      });
    case 'package':
      return rounded(perPackage(price, say), price.package_rounding);
    case 'graduated_package': {
      const tiers = tiersInWords(price.tiers, (tier) => perPackage(tier, say), say);
      return rounded(tiers, price.package_rounding);
    }
    case 'percentage':
      return withFee(percentOf(price.rate, say), price, say);
    case 'graduated_percentage': {
      const tiers = tiersInWords(price.tiers, (tier) => percentOf(tier.rate, say), say);
      return withFee(tiers, price, say);
    }
  }
}

export const perUnit = (amount: string, { money, unit }: Speaker): string =>
  t('{amount} per {unit}', { amount: money(amount), unit });

export const percentOf = (rate: string, { name }: Speaker): string =>
  t('{rate}% of {meter}', { rate: formatNumber(rate), meter: name });

interface Packed {
  package_size: string;
  package_amount: string;
}
export const perPackage = (
  { package_size, package_amount }: Packed,
  { money, name }: Speaker,
): string =>
  t('{amount} per {size} {meter}', {
    amount: money(package_amount),
    size: formatNumber(package_size),
    meter: name,
  });

const rounded = (words: string, rounding: 'up' | 'down'): string =>
  rounding === 'up' ? t('{words}, rounded up', { words }) : t('{words}, rounded down', { words });

function withFee(words: string, price: EventTerms, { money }: Speaker): string {
  if (isNone(price.fixed_amount)) return words;
  return t('{words} + {fee} per event', { words, fee: money(price.fixed_amount) });
}

interface Tier {
  up_to: string | null;
  flat_amount: string;
}

/** 'a up to 10, then b up to 20, then c': each with its flat amount, if it has one. */
function tiersInWords<Of extends Tier>(
  tiers: readonly Of[],
  each: (tier: Of) => string,
  { money }: Speaker,
): string {
  const spoken = tiers.map((tier) => {
    const words = isNone(tier.flat_amount)
      ? each(tier)
      : t('{each} + {flat} flat', { each: each(tier), flat: money(tier.flat_amount) });
    if (tier.up_to === null) return words;
    return t('{words} up to {end}', { words, end: formatNumber(tier.up_to) });
  });
  return spoken.join(t(', then '));
}

/** What bounds the price: of each event, then of the period. */
function boundsInWords(price: UsageTerms, { money }: Speaker): string[] {
  const words: string[] = 'fixed_amount' in price ? eventBounds(price, money) : [];
  if (!isNone(price.discount_percent)) {
    words.push(t('{percent}% off', { percent: formatNumber(price.discount_percent) }));
  }
  const { minimum_amount, maximum_amount } = price;
  if (minimum_amount !== null) {
    words.push(t('at least {amount} per period', { amount: money(minimum_amount) }));
  }
  if (maximum_amount !== null) {
    words.push(t('at most {amount} per period', { amount: money(maximum_amount) }));
  }
  return words;
}

function eventBounds(price: EventTerms, money: (amount: string) => string): string[] {
  const words: string[] = [];
  const { free_events, free_amount, event_minimum, event_maximum } = price;
  if (free_events > 0) words.push(t('{count} events free', { count: formatNumber(free_events) }));
  if (!isNone(free_amount)) {
    words.push(t('the first {amount} free', { amount: formatNumber(free_amount) }));
  }
  if (event_minimum !== null) {
    words.push(t('at least {amount} per event', { amount: money(event_minimum) }));
  }
  if (event_maximum !== null) {
    words.push(t('at most {amount} per event', { amount: money(event_maximum) }));
  }
  return words;
}

/** @returns what each one of an add-on puts on top; undefined for what adds to no number. */
export function raiseInWords(
  terms: EntitlementTerms,
  meters: readonly Named[],
): string | undefined {
  if (terms.kind === 'included_units') return entitlementInWords(terms, meters);
  if (terms.kind !== 'quota' || terms.limit === null) return undefined;
  const meter = meters.find((one) => one.id === terms.meter_id);
  return t('+{limit} {meter} per {window} each', {
    limit: formatNumber(terms.limit),
    meter: meter?.name.toLowerCase() ?? terms.meter_id,
    window: WINDOW_NAMES[terms.window],
  });
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
  if (terms.kind === 'included_units') {
    return t('+{units} {meter} included per period each', {
      units: formatNumber(terms.units),
      meter: meter?.name.toLowerCase() ?? terms.meter_id,
    });
  }
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
