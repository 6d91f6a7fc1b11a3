import { t } from '../kit/text.ts';
import type { PriceValues } from './price-values.ts';

/** The models of prices, as a form offers them. */
export const MODELS: { value: PriceValues['model']; label: string; hint: string }[] = [
  { value: 'flat', label: t('Flat'), hint: t('An amount per period') },
  { value: 'per_unit', label: t('Per unit'), hint: t('An amount for each unit') },
  { value: 'graduated', label: t('Graduated'), hint: t('The units in each tier at its price') },
  { value: 'volume', label: t('Volume'), hint: t('All units at the price of the tier reached') },
  { value: 'package', label: t('Package'), hint: t('An amount for each so many units') },
  {
    value: 'graduated_package',
    label: t('Graduated package'),
    hint: t('The packages in each tier at its price'),
  },
  { value: 'percentage', label: t('Percentage'), hint: t('A share of an amount that is metered') },
  {
    value: 'graduated_percentage',
    label: t('Graduated percentage'),
    hint: t('The amount in each tier at its share'),
  },
];
/** @returns what a model is, in a few words. */
export const hintOf = (model: PriceValues['model']): string | undefined =>
  MODELS.find(({ value }) => value === model)?.hint;

/** @returns its name. */
export const modelLabel = (model: string): string =>
  MODELS.find(({ value }) => value === model)?.label ?? model;
