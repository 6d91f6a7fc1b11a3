import type { PricePreviewRequest } from '@tollgate/billing-core/contract/price-preview.ts';
import type { PriceTerms } from '@tollgate/billing-core/contract/price.ts';
import type { PriceInput } from '@tollgate/billing-core/contract/price-input.ts';
import type { ApiError } from '../kit/api-error.ts';
import { isDecimal } from '../kit/decimal.ts';
import { majorToMinor } from '../kit/format.ts';
import { t } from '../kit/text.ts';

/** What an admin tries a price with, as typed. */
export interface Trial {
  quantity: string;
  active_days: string;
  period_days: string;
  rated: string;
  /** In major units. */
  billed: string;
}

export const emptyTrial: Trial = {
  quantity: '',
  active_days: '',
  period_days: '',
  rated: '',
  billed: '',
};

/** As many as the API takes. */
const QUANTITIES_MAX = 1_000;

/**
 * '100, 20 x 5' is 100 and twenty times 5. Commas part events here, so thousands have none.
 * @returns undefined when it is something else, or more than the API takes.
 */
export function quantitiesIn(text: string): string[] | undefined {
  const quantities: string[] = [];
  for (const part of text.split(/[,;\n]/).filter((one) => one.trim() !== '')) {
    const [, times = '1', quantity = ''] =
      /^\s*(?:(\d{1,4})\s*[x×*]\s*)?(\d+(?:\.\d+)?)\s*$/i.exec(part) ?? [];
    if (quantity === '' || quantities.length + Number(times) > QUANTITIES_MAX) return undefined;
    for (let at = 0; at < Number(times); at += 1) quantities.push(quantity);
  }
  return quantities.length === 0 ? undefined : quantities;
}

/** '1,000.5' is '1000.5': what is one quantity may have its thousands parted. */
function quantityIn(text: string): string | undefined {
  const plain = text.trim().replace(/(?<=\d),(?=\d{3}(?!\d))/g, '');
  return isDecimal(plain) && !plain.startsWith('-') ? plain : undefined;
}

const WHOLE = /^\d{1,4}$/;

/** @returns what to ask the API; undefined while something is missing or no figure. */
export function askedPreview(
  price: PriceTerms & Partial<PriceInput>,
  currency: string,
  trial: Trial,
): PricePreviewRequest | undefined {
  const used = useIn(price, trial);
  const part = partIn(trial, currency);
  if (used === undefined || part === undefined) return undefined;
  return { price: price as PriceInput, currency, ...used, ...part };
}

type Asked = Partial<PricePreviewRequest>;

function useIn(price: PriceTerms, { quantity, rated }: Trial): Asked | undefined {
  if (price.model === 'flat') return {};
  if ('fixed_amount' in price) {
    const quantities = quantitiesIn(quantity);
    const before = rated.trim() === '' ? [] : quantitiesIn(rated);
    if (!quantities || !before) return undefined;
    return { quantities, ...(before.length > 0 && { already_rated_quantities: before }) };
  }
  const used = quantityIn(quantity);
  const before = rated.trim() === '' ? '' : quantityIn(rated);
  if (used === undefined || before === undefined) return undefined;
  return { quantity: used, ...(before !== '' && { already_rated_quantity: before }) };
}

function partIn({ active_days, period_days, billed }: Trial, currency: string): Asked | undefined {
  const part: Asked = {};
  if (active_days.trim() !== '' || period_days.trim() !== '') {
    const [active, period] = [active_days.trim(), period_days.trim()];
    if (!WHOLE.test(active) || !WHOLE.test(period)) return undefined;
    part.active_days = Number(active);
    part.period_days = Number(period);
  }
  if (billed.trim() !== '') {
    const amount = quantityIn(billed);
    if (amount === undefined) return undefined;
    part.already_billed_amount = majorToMinor(amount, currency);
  }
  return part;
}

/** @returns what the API refused, as a sentence: 'Tier 2, up to is not above the tier before.' */
export function faultsInWords(error: ApiError): string {
  if (error.fields.length === 0) return error.detail ?? error.title;
  return error.fields.map(({ path, message }) => `${fieldInWords(path)} ${message}.`).join(' ');
}

function fieldInWords(path: string): string {
  const bare = path.replace(/^price\./, '');
  const [, tier, field = bare] = /^tiers\.(\d+)\.(.*)$/.exec(bare) ?? [];
  const name = field.replaceAll(/[._]/g, ' ');
  const words = tier === undefined ? name : t('tier {n}, {name}', { n: Number(tier) + 1, name });
  return words.charAt(0).toUpperCase() + words.slice(1);
}
