import {
  heldTaxRates,
  lockCoupon,
  type CouponRow,
  type TaxRateRow,
} from '../catalog/terms-store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { exact, sum } from '../rating/decimal.ts';
import { lockCustomer, type CustomerRow } from './store.ts';
import {
  endCustomerCoupon,
  insertCustomerCoupon,
  replaceTaxRates,
  taxRatesOf,
  type CustomerCouponRow,
} from './terms-store.ts';

/** Which coupons and taxes a customer has. What invoices make of them is for invoices. */

function couponConflict(coupon: CouponRow, customer: CustomerRow, now: number): string | undefined {
  if (customer.state !== 'active') return 'The customer is archived';
  if (coupon.state !== 'active') return 'The coupon is archived';
  if (coupon.redeem_by !== null && coupon.redeem_by.getTime() <= now) {
    return 'The coupon can no longer be redeemed';
  }
  if (coupon.redemptions_max !== null && coupon.redemptions >= coupon.redemptions_max) {
    return 'The coupon has been redeemed as often as it can be';
  }
  if (coupon.currency === null || coupon.currency === customer.currency) return undefined;
  return `The coupon is in ${coupon.currency}, the customer pays in ${customer.currency}`;
}

/** Gives a customer a coupon, from now on. One that it has already is not given twice. */
export async function redeemCoupon(
  doing: Doing,
  customerId: string,
  couponId: string,
): Promise<CustomerCouponRow> {
  const { tx, actor, now, requestId } = doing;
  const customer = found(await lockCustomer(tx, customerId), 'customer');
  const coupon = found(await lockCoupon(tx, couponId), 'coupon');
  const conflict = couponConflict(coupon, customer, now);
  if (conflict !== undefined) throw new Fault('state_conflict', { detail: conflict });
  const about = { customer_id: customerId, coupon_id: couponId, starts_at: new Date(now) };
  const row = await insertCustomerCoupon(tx, { id: newId('red', now), ...about });
  const detail = { coupon_id: couponId, redemption_id: row.id };
  const deed = { actor, subjectId: customerId, now, requestId, detail };
  await audit(tx, { ...deed, action: 'customer.redeem_coupon' });
  return row;
}

/** Takes it away: invoices to come no longer have it. */
export async function dropCoupon(doing: Doing, id: string): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  const row = found(await endCustomerCoupon(tx, id, new Date(now)), 'coupon of a customer');
  const detail = { coupon_id: row.coupon_id, redemption_id: id };
  const deed = { actor, subjectId: row.customer_id, now, requestId, detail };
  await audit(tx, { ...deed, action: 'customer.drop_coupon' });
}

const TAX_PERCENT_MAX = exact('100');

/** Throws invalid_request where taxes on top, or in prices, come to more than the amount. */
function refuseOverHundred(rates: readonly TaxRateRow[]): void {
  for (const inclusive of [false, true]) {
    const of = rates.filter((rate) => rate.inclusive === inclusive);
    const all = sum(of.map(({ percent }) => exact(percent)));
    if (all.gt(TAX_PERCENT_MAX)) {
      const which = inclusive ? 'within prices' : 'on top';
      const message = `come to ${all.toFixed()}% ${which}: no more than 100% can be collected`;
      throw new Fault('invalid_request', { errors: [{ path: 'tax_rate_ids', message }] });
    }
  }
}

/** Replaces what a customer is taxed by. One that is archived can stay, and cannot come. */
export async function taxCustomer(
  doing: Doing,
  customerId: string,
  ids: readonly string[],
): Promise<TaxRateRow[]> {
  const { tx, actor, now, requestId } = doing;
  found(await lockCustomer(tx, customerId), 'customer');
  const before = (await taxRatesOf(tx, customerId)).map(({ id }) => id);
  const known = new Map((await heldTaxRates(tx, ids)).map((rate) => [rate.id, rate]));
  const errors = ids.flatMap((id, i) => {
    const rate = known.get(id);
    const path = `tax_rate_ids.${i}`;
    if (rate === undefined) return [{ path, message: 'is not a tax rate' }];
    const isGone = rate.state === 'archived' && !before.includes(id);
    return isGone ? [{ path, message: 'is archived' }] : [];
  });
  if (errors.length > 0) throw new Fault('invalid_request', { errors });
  refuseOverHundred(ids.flatMap((id) => known.get(id) ?? []));
  await replaceTaxRates(tx, customerId, ids);
  const detail = { before: { tax_rate_ids: before }, after: { tax_rate_ids: [...ids] } };
  const deed = { actor, subjectId: customerId, now, requestId, detail };
  await audit(tx, { ...deed, action: 'customer.tax' });
  return taxRatesOf(tx, customerId);
}
