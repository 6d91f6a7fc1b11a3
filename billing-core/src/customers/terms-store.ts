import { couponColumns, type CouponRow, type TaxRateRow } from '../catalog/terms-store.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';

export type CustomerCouponRow = {
  id: string;
  customer_id: string;
  coupon_id: string;
  starts_at: Date;
  ended_at: Date | null;
};

const columns = (sql: Query) => sql`id, customer_id, coupon_id, starts_at, ended_at`;

type NewRow = Omit<CustomerCouponRow, 'ended_at'>;
export async function insertCustomerCoupon(tx: Tx, row: NewRow): Promise<CustomerCouponRow> {
  const [made] = await unique(
    { customer_coupons_one: 'The customer has the coupon already' },
    tx<[CustomerCouponRow]>`insert into customer_coupons ${tx(row)} returning ${columns(tx)}`,
  );
  return made;
}

/** Undefined where no customer has it, or has it no longer. */
export async function endCustomerCoupon(
  tx: Tx,
  id: string,
  at: Date,
): Promise<CustomerCouponRow | undefined> {
  const [row] = await tx<CustomerCouponRow[]>`
    update customer_coupons set ended_at = ${at}
     where id = ${id} and ended_at is null
    returning ${columns(tx)}`;
  return row;
}

/** What a customer has of coupons, those that were taken away included, newest first. */
export async function couponsOf(
  sql: Query,
  customerId: string,
): Promise<{ held: CustomerCouponRow; coupon: CouponRow }[]> {
  const held = await sql<CustomerCouponRow[]>`
    select ${columns(sql)} from customer_coupons
     where customer_id = ${customerId} order by id desc limit 100`;
  const ids = held.map(({ coupon_id }) => coupon_id);
  const coupons = await sql<CouponRow[]>`
    select ${couponColumns(sql)} from coupons where id = any(${ids})`;
  return held.flatMap((row) => {
    const coupon = coupons.find(({ id }) => id === row.coupon_id);
    return coupon ? [{ held: row, coupon }] : [];
  });
}

/** What a customer is taxed by, in its order. */
export async function taxRatesOf(sql: Query, customerId: string): Promise<TaxRateRow[]> {
  return sql<TaxRateRow[]>`
    select id, name, trim_scale(percent)::text as percent, inclusive, state, created_at
      from customer_tax_rates join tax_rates on tax_rates.id = tax_rate_id
     where customer_id = ${customerId} order by position`;
}

export async function replaceTaxRates(
  tx: Tx,
  customerId: string,
  ids: readonly string[],
): Promise<void> {
  await tx`delete from customer_tax_rates where customer_id = ${customerId}`;
  if (ids.length === 0) return;
  const rows = ids.map((tax_rate_id, position) => ({
    customer_id: customerId,
    tax_rate_id,
    position,
  }));
  await tx`insert into customer_tax_rates ${tx(rows)}`;
}
