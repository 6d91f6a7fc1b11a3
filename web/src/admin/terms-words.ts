import type { Coupon } from '@tollgate/billing-core/contract/coupon.ts';
import type { TaxRate } from '@tollgate/billing-core/contract/tax-rate.ts';
import { formatMoney } from '../kit/format.ts';
import { t } from '../kit/text.ts';

/** '10% off', 'USD 5 off'. */
export function offInWords({ percent_off, amount_off, currency }: Coupon): string {
  return percent_off === null
    ? t('{amount} off', { amount: formatMoney(amount_off ?? '0', currency ?? 'USD') })
    : t('{percent}% off', { percent: percent_off });
}

export const couponInWords = (coupon: Coupon): string => `${coupon.name}, ${offInWords(coupon)}`;

/** '19% on top', '19% in prices'. */
export const percentInWords = ({ percent, inclusive }: TaxRate): string =>
  inclusive ? t('{percent}% in prices', { percent }) : t('{percent}% on top', { percent });

export const taxInWords = (rate: TaxRate): string => `${rate.name}, ${percentInWords(rate)}`;
