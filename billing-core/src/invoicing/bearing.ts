import type { Query } from '../kit/database.ts';
import type { Discount, DiscountTotal, TaxRate } from './totals.ts';

export type Bearing = { discounts: Discount[]; taxes: TaxRate[] };

type CouponRow = {
  id: string;
  customer_id: string;
  name: string;
  percent_off: string | null;
  amount_off: string | null;
  currency: string | null;
  /** On how many invoices more it can be; null without end. */
  left: number | null;
};
type TaxRow = TaxRate & { customer_id: string };

/** Coupons of these customers that hold now and have not been on as many invoices as they may. */
async function couponsOf(sql: Query, customerIds: readonly string[], now: number) {
  return sql<CouponRow[]>`
    select * from (
      select redeemed.id, redeemed.customer_id, coupons.name, redeemed.starts_at,
             trim_scale(percent_off)::text as percent_off, amount_off::text, currency,
             (invoices - (
               select count(*) from invoices billed
                where billed.customer_id = redeemed.customer_id and billed.state <> 'void'
                  and billed.discounts @> jsonb_build_array(jsonb_build_object('id', redeemed.id))
             ))::int as left
        from customer_coupons redeemed join coupons on coupons.id = coupon_id
       where redeemed.customer_id = any(${[...customerIds]})
         and starts_at <= ${new Date(now)} and ended_at is null) held
     where held.left is null or held.left > 0
     order by held.starts_at, held.id`;
}

async function ratesOf(sql: Query, customerIds: readonly string[]): Promise<TaxRow[]> {
  return sql<TaxRow[]>`
    select customer_id, tax_rates.id, name, trim_scale(percent)::text as percent, inclusive
      from customer_tax_rates join tax_rates on tax_rates.id = tax_rate_id
     where customer_id = any(${[...customerIds]}) order by position`;
}

const timesIn = (earlier: readonly DiscountTotal[], id: string): number =>
  earlier.filter((one) => one.id === id && one.amount !== 0n).length;

function discountOf({ id, name, percent_off, amount_off }: CouponRow): Discount {
  return percent_off === null
    ? { id, name, percent_off, amount_off: BigInt(amount_off ?? 0) }
    : { id, name, percent_off, amount_off: null };
}

/**
 * What is taken off and put on the next invoices of these customers; `earlier` are the discounts
 * of an invoice before it that is not stored.
 */
export async function billedWith(
  sql: Query,
  customerIds: readonly string[],
  now: number,
): Promise<{
  of(customerId: string, currency: string, earlier?: readonly DiscountTotal[]): Bearing;
}> {
  const coupons = await couponsOf(sql, customerIds, now);
  const rates = await ratesOf(sql, customerIds);
  return {
    of: (customerId, currency, earlier = []) => ({
      discounts: coupons
        .filter((coupon) => coupon.customer_id === customerId)
        .filter((coupon) => coupon.currency === null || coupon.currency === currency)
        .filter(({ id, left }) => left === null || left > timesIn(earlier, id))
        .map(discountOf),
      taxes: rates
        .filter((rate) => rate.customer_id === customerId)
        .map(({ customer_id: _, ...rate }) => rate),
    }),
  };
}
