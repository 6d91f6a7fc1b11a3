import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { coupon, couponPatch, newCoupon } from '../contract/coupon.ts';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { newTaxRate, taxRate, taxRatePatch } from '../contract/tax-rate.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { pageFrom } from '../kit/page.ts';
import {
  couponById,
  insertCoupon,
  insertTaxRate,
  listCoupons,
  listTaxRates,
  shownCoupon,
  shownTaxRate,
  taxRateById,
  updateCoupon,
  updateTaxRate,
} from './terms-store.ts';

const tags = ['Catalog'];
const params = (prefix: 'cpn' | 'txr') => z.object({ id: id(prefix) });

type Subject = { kind: 'coupon' | 'tax_rate'; id: string; before?: object; after: object };
async function record(
  { tx, actor, now, requestId }: Doing,
  verb: string,
  { kind, id: subjectId, before, after }: Subject,
): Promise<void> {
  const detail = JSON.parse(JSON.stringify({ before, after }));
  await audit(tx, { actor, action: `${kind}.${verb}`, subjectId, now, requestId, detail });
}

const at = <Schema extends z.ZodType>(path: string, shown: Schema, prefix: 'cpn' | 'txr') => ({
  list: createRoute({
    method: 'get',
    path,
    tags,
    summary: `List ${path.slice(1).replace('-', ' ')}`,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(shown)), ...PROBLEMS },
  }),
  get: createRoute({
    method: 'get',
    path: `${path}/{id}`,
    tags,
    summary: `Get one of ${path.slice(1).replace('-', ' ')}`,
    request: { params: params(prefix) },
    responses: { 200: json(shown), ...PROBLEMS },
  }),
  archive: createRoute({
    method: 'post',
    path: `${path}/{id}/archive`,
    tags,
    summary: `Archive one of ${path.slice(1).replace('-', ' ')}`,
    description: 'No customer gets it any more; who has it keeps it.',
    request: { params: params(prefix) },
    responses: { 200: json(shown), ...PROBLEMS },
  }),
});
const coupons = at('/coupons', coupon, 'cpn');
const taxRates = at('/tax-rates', taxRate, 'txr');

const createCoupon = createRoute({
  method: 'post',
  path: '/coupons',
  tags,
  summary: 'Create a coupon',
  description: 'Taken off invoices before tax: a percentage, or an amount of one currency.',
  request: jsonBody(newCoupon),
  responses: { 201: json(coupon, 'Created'), ...PROBLEMS },
});
const renameCoupon = createRoute({
  method: 'patch',
  path: '/coupons/{id}',
  tags,
  summary: 'Rename a coupon',
  request: { params: params('cpn'), ...jsonBody(couponPatch) },
  responses: { 200: json(coupon), ...PROBLEMS },
});
const createTaxRate = createRoute({
  method: 'post',
  path: '/tax-rates',
  tags,
  summary: 'Create a tax rate',
  description: 'Its percentage never changes: another one is another rate.',
  request: jsonBody(newTaxRate),
  responses: { 201: json(taxRate, 'Created'), ...PROBLEMS },
});
const renameTaxRate = createRoute({
  method: 'patch',
  path: '/tax-rates/{id}',
  tags,
  summary: 'Rename a tax rate',
  request: { params: params('txr'), ...jsonBody(taxRatePatch) },
  responses: { 200: json(taxRate), ...PROBLEMS },
});

/** /v1/coupons: what is taken off invoices. */
export function couponsHttp(): OpenAPIHono<Api> {
  const app = api();
  const changed = async (doing: Doing, subject: string, patch: { name: string } | null) => {
    const before = found(await couponById(doing.tx, subject), 'coupon');
    const values = patch ?? { state: 'archived' as const };
    const after = found(await updateCoupon(doing.tx, subject, values), 'coupon');
    const told = { kind: 'coupon' as const, id: subject, before, after };
    await record(doing, patch === null ? 'archive' : 'update', told);
    return shownCoupon(after);
  };
  app.openapi(coupons.list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listCoupons(c.var.query, page);
    const shape = { limit: page.limit, key: (row: { id: string }) => row.id, item: shownCoupon };
    return c.json(pageFrom(rows, shape), 200);
  });
  app.openapi(createCoupon, async (c) => {
    const { redeem_by, ...wanted } = c.req.valid('json');
    const { tx, now } = c.var;
    const born = { id: newId('cpn', now), created_at: new Date(now) };
    const row = await insertCoupon(tx, { ...born, ...wanted, redeem_by });
    await record(c.var, 'create', { kind: 'coupon', id: row.id, after: row });
    return c.json(shownCoupon(row), 201);
  });
  app.openapi(coupons.get, async (c) => {
    const row = await couponById(c.var.query, c.req.valid('param').id);
    return c.json(shownCoupon(found(row, 'coupon')), 200);
  });
  app.openapi(renameCoupon, async (c) =>
    c.json(await changed(c.var, c.req.valid('param').id, c.req.valid('json')), 200),
  );
  app.openapi(coupons.archive, async (c) =>
    c.json(await changed(c.var, c.req.valid('param').id, null), 200),
  );
  return app;
}

/** /v1/tax-rates: what is put on invoices. */
export function taxRatesHttp(): OpenAPIHono<Api> {
  const app = api();
  const changed = async (doing: Doing, subject: string, patch: { name: string } | null) => {
    const before = found(await taxRateById(doing.tx, subject), 'tax rate');
    const values = patch ?? { state: 'archived' as const };
    const after = found(await updateTaxRate(doing.tx, subject, values), 'tax rate');
    const told = { kind: 'tax_rate' as const, id: subject, before, after };
    await record(doing, patch === null ? 'archive' : 'update', told);
    return shownTaxRate(after);
  };
  app.openapi(taxRates.list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listTaxRates(c.var.query, page);
    const shape = { limit: page.limit, key: (row: { id: string }) => row.id, item: shownTaxRate };
    return c.json(pageFrom(rows, shape), 200);
  });
  app.openapi(createTaxRate, async (c) => {
    const { tx, now } = c.var;
    const born = { id: newId('txr', now), created_at: new Date(now) };
    const row = await insertTaxRate(tx, { ...born, ...c.req.valid('json') });
    await record(c.var, 'create', { kind: 'tax_rate', id: row.id, after: row });
    return c.json(shownTaxRate(row), 201);
  });
  app.openapi(taxRates.get, async (c) => {
    const row = await taxRateById(c.var.query, c.req.valid('param').id);
    return c.json(shownTaxRate(found(row, 'tax rate')), 200);
  });
  app.openapi(renameTaxRate, async (c) =>
    c.json(await changed(c.var, c.req.valid('param').id, c.req.valid('json')), 200),
  );
  app.openapi(taxRates.archive, async (c) =>
    c.json(await changed(c.var, c.req.valid('param').id, null), 200),
  );
  return app;
}

/** /v1/coupons and /v1/tax-rates. */
export function termsHttp(): OpenAPIHono<Api> {
  const app = api();
  for (const module of [couponsHttp(), taxRatesHttp()]) app.route('/', module);
  return app;
}
