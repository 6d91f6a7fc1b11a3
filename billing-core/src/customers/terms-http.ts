import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { couponById, shownCoupon, shownTaxRate, type CouponRow } from '../catalog/terms-store.ts';
import { customerCoupon, newCustomerCoupon, type CustomerCoupon } from '../contract/coupon.ts';
import { id } from '../contract/field.ts';
import { customerTaxRates, taxRate } from '../contract/tax-rate.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { customerById } from './store.ts';
import { couponsOf, taxRatesOf, type CustomerCouponRow } from './terms-store.ts';
import { dropCoupon, redeemCoupon, taxCustomer } from './terms.ts';

const tags = ['Customers'];
const params = z.object({ id: id('cus') });

function shown(held: CustomerCouponRow, coupon: CouponRow): CustomerCoupon {
  const { customer_id, starts_at, ended_at } = held;
  return {
    id: held.id,
    customer_id,
    coupon: shownCoupon(coupon),
    starts_at: starts_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
  };
}

const listCoupons = createRoute({
  method: 'get',
  path: '/customers/{id}/coupons',
  tags,
  summary: 'List a customer’s coupons',
  request: { params },
  responses: { 200: json(z.object({ data: z.array(customerCoupon) })), ...PROBLEMS },
});
const redeem = createRoute({
  method: 'post',
  path: '/customers/{id}/coupons',
  tags,
  summary: 'Give a customer a coupon',
  description: 'It is taken off invoices from now on.',
  request: { params, ...jsonBody(newCustomerCoupon) },
  responses: { 201: json(customerCoupon, 'Created'), ...PROBLEMS },
});
const drop = createRoute({
  method: 'delete',
  path: '/customer-coupons/{id}',
  tags,
  summary: 'Take a coupon from a customer',
  description: 'By the id that it has as the customer’s. Invoices to come are without it.',
  request: { params: z.object({ id: id('red') }) },
  responses: { 204: { description: 'Taken away' }, ...PROBLEMS },
});
const rates = { 200: json(z.object({ data: z.array(taxRate) })), ...PROBLEMS };
const listRates = createRoute({
  method: 'get',
  path: '/customers/{id}/tax-rates',
  tags,
  summary: 'List what a customer is taxed by',
  request: { params },
  responses: rates,
});
const putRates = createRoute({
  method: 'put',
  path: '/customers/{id}/tax-rates',
  tags,
  summary: 'Replace what a customer is taxed by',
  request: { params, ...jsonBody(customerTaxRates) },
  responses: rates,
});

/** /v1/customers/{id}/coupons and …/tax-rates. */
export function customerTermsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(listCoupons, async (c) => {
    const { id: customerId } = c.req.valid('param');
    found(await customerById(c.var.query, customerId), 'customer');
    const rows = await couponsOf(c.var.query, customerId);
    return c.json({ data: rows.map(({ held, coupon }) => shown(held, coupon)) }, 200);
  });
  app.openapi(redeem, async (c) => {
    const { coupon_id } = c.req.valid('json');
    const held = await redeemCoupon(c.var, c.req.valid('param').id, coupon_id);
    const coupon = found(await couponById(c.var.query, coupon_id), 'coupon');
    return c.json(shown(held, coupon), 201);
  });
  app.openapi(drop, async (c) => {
    await dropCoupon(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  app.openapi(listRates, async (c) => {
    const { id: customerId } = c.req.valid('param');
    found(await customerById(c.var.query, customerId), 'customer');
    const rows = await taxRatesOf(c.var.query, customerId);
    return c.json({ data: rows.map(shownTaxRate) }, 200);
  });
  app.openapi(putRates, async (c) => {
    const { tax_rate_ids } = c.req.valid('json');
    const rows = await taxCustomer(c.var, c.req.valid('param').id, tax_rate_ids);
    return c.json({ data: rows.map(shownTaxRate) }, 200);
  });
  return app;
}
