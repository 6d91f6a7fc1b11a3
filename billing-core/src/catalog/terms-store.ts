import type { Coupon, NewCoupon } from '../contract/coupon.ts';
import type { PageQuery } from '../contract/page.ts';
import type { NewTaxRate, TaxRate } from '../contract/tax-rate.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

/** Coupons and tax rates: what is taken off an invoice and put on it. Their terms never change. */

export type CouponRow = Omit<Coupon, 'created_at' | 'redeem_by'> & {
  created_at: Date;
  redeem_by: Date | null;
};
export type TaxRateRow = Omit<TaxRate, 'created_at'> & { created_at: Date };
type Named<Values> = Values & { id: string; created_at: Date };
export type TermsPatch = Partial<Pick<CouponRow, 'name' | 'state'>>;

/** Columns of CouponRow; how often it was redeemed is counted, not kept. */
export const couponColumns = (sql: Query) => sql`
  coupons.id, slug, name, trim_scale(percent_off)::text as percent_off,
  amount_off::text as amount_off, currency, invoices, redeem_by, redemptions_max, state,
  coupons.created_at, (select count(*)::int from customer_coupons
                        where coupon_id = coupons.id) as redemptions`;
const taxRateColumns = (sql: Query) => sql`
  id, name, trim_scale(percent)::text as percent, inclusive, state, created_at`;

/** Coupons by page, newest first, one row more than asked. */
export async function listCoupons(sql: Query, page: PageQuery): Promise<CouponRow[]> {
  const after = afterCursor(page, 'cpn');
  return sql<CouponRow[]>`
    select ${couponColumns(sql)} from coupons
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export async function couponById(sql: Query, id: string): Promise<CouponRow | undefined> {
  const [row] = await sql<CouponRow[]>`select ${couponColumns(sql)} from coupons where id = ${id}`;
  return row;
}

/** The coupon, and nobody else redeems or archives it until the transaction ends. */
export async function lockCoupon(tx: Tx, id: string): Promise<CouponRow | undefined> {
  await tx`select from coupons where id = ${id} for no key update`;
  return couponById(tx, id);
}

export async function insertCoupon(tx: Tx, coupon: Named<NewCoupon>): Promise<CouponRow> {
  const taken = `A coupon with slug ${coupon.slug} exists already`;
  const [row] = await unique(
    { coupons_slug_key: taken },
    tx<[CouponRow]>`insert into coupons ${tx(coupon)} returning ${couponColumns(tx)}`,
  );
  return row;
}

export async function updateCoupon(
  tx: Tx,
  id: string,
  patch: TermsPatch,
): Promise<CouponRow | undefined> {
  const [row] = await tx<CouponRow[]>`
    update coupons set ${tx(patch)} where id = ${id} returning ${couponColumns(tx)}`;
  return row;
}

/** Tax rates by page, newest first, one row more than asked. */
export async function listTaxRates(sql: Query, page: PageQuery): Promise<TaxRateRow[]> {
  const after = afterCursor(page, 'txr');
  return sql<TaxRateRow[]>`
    select ${taxRateColumns(sql)} from tax_rates
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

/** The tax rates of these ids; they stay as they are until the transaction ends. */
export async function heldTaxRates(tx: Tx, ids: readonly string[]): Promise<TaxRateRow[]> {
  return tx<TaxRateRow[]>`
    select ${taxRateColumns(tx)} from tax_rates where id = any(${[...ids]}) for share`;
}

export async function taxRateById(sql: Query, id: string): Promise<TaxRateRow | undefined> {
  const [row] = await sql<TaxRateRow[]>`
    select ${taxRateColumns(sql)} from tax_rates where id = ${id}`;
  return row;
}

export async function insertTaxRate(tx: Tx, rate: Named<NewTaxRate>): Promise<TaxRateRow> {
  const [row] = await tx<[TaxRateRow]>`
    insert into tax_rates ${tx(rate)} returning ${taxRateColumns(tx)}`;
  return row;
}

export async function updateTaxRate(
  tx: Tx,
  id: string,
  patch: TermsPatch,
): Promise<TaxRateRow | undefined> {
  const [row] = await tx<TaxRateRow[]>`
    update tax_rates set ${tx(patch)} where id = ${id} returning ${taxRateColumns(tx)}`;
  return row;
}

const text = (at: Date | null): string | null => at?.toISOString() ?? null;

export const shownCoupon = (row: CouponRow): Coupon => ({
  ...row,
  redeem_by: text(row.redeem_by),
  created_at: row.created_at.toISOString(),
});
export const shownTaxRate = (row: TaxRateRow): TaxRate => ({
  ...row,
  created_at: row.created_at.toISOString(),
});
