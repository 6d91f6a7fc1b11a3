import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { Checks } from '../catalog/checks.ts';
import { countsEvents, priceErrors } from '../catalog/price-model.ts';
import { QUANTITY_MAX } from '../catalog/quantity.ts';
import { metersById, type MeterRow } from '../catalog/store.ts';
import { pricePreview, pricePreviewRequest } from '../contract/price-preview.ts';
import { Fault, type FieldError } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { rated, type Asked } from './preview.ts';

const preview = createRoute({
  method: 'post',
  path: '/prices/preview',
  tags: ['Catalog'],
  summary: 'Preview a price',
  description:
    'What a price would come to, by the calculation that invoices use, with how it comes about. ' +
    'Nothing is kept.',
  request: jsonBody(pricePreviewRequest),
  responses: { 200: json(pricePreview), ...PROBLEMS },
});

/** The quantities that were asked about, with the field that each stands in. */
function quantitiesOf(asked: Asked): [path: string, quantity: string][] {
  const list = (path: string, values: readonly string[] = []): [string, string][] =>
    values.map((value, at) => [`${path}.${at}`, value]);
  const one = (path: string, value?: string): [string, string][] =>
    value === undefined ? [] : [[path, value]];
  return [
    ...one('quantity', asked.quantity),
    ...list('quantities', asked.quantities),
    ...one('already_rated_quantity', asked.already_rated_quantity),
    ...list('already_rated_quantities', asked.already_rated_quantities),
  ];
}

/** What was used now can be one event; what was rated before is a sum, in who knows how many. */
function eventErrors({ price, already_rated_quantity }: Asked): FieldError[] {
  if (price.model !== 'percentage' && price.model !== 'graduated_percentage') return [];
  if (already_rated_quantity === undefined || !countsEvents(price)) return [];
  const message = 'is a sum where each event counts: give already_rated_quantities';
  return [{ path: 'already_rated_quantity', message }];
}

function errorsIn(asked: Asked, meters: readonly MeterRow[]): FieldError[] {
  const checks = new Checks(meters);
  let total = 0n;
  for (const [path, quantity] of quantitiesOf(asked)) {
    total += checks.quantity(path, asked.price.meter_id ?? '', quantity) ?? 0n;
  }
  checks.quantity('added_units', asked.price.meter_id ?? '', asked.added_units ?? '0');
  const errors = [
    ...priceErrors(asked.price, 'price', meters),
    ...eventErrors(asked),
    ...checks.errors,
  ];
  if (errors.length > 0 || total <= QUANTITY_MAX) return errors;
  const path = asked.quantities === undefined ? 'quantity' : 'quantities';
  return [{ path, message: 'comes, with what was rated before, to more than gateways can count' }];
}

/** /v1/prices/preview: the price editor's calculator. */
export function pricesHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(preview, async (c) => {
    const asked = c.req.valid('json');
    const meters = await metersById(c.var.query, [asked.price.meter_id ?? '']);
    const errors = errorsIn(asked, meters);
    if (errors.length > 0) throw new Fault('invalid_request', { errors });
    const { amount: _, ...line } = rated(asked, meters[0]);
    const { exact_amount, rounded_amount } = line;
    const { currency } = asked;
    return c.json({ currency, exact_amount, rounded_amount, lines: [line] }, 200);
  });
  return app;
}
