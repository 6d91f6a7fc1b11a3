import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { Checks } from '../catalog/checks.ts';
import { priceErrors } from '../catalog/price-model.ts';
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

function errorsIn(asked: Asked, meters: readonly MeterRow[]): FieldError[] {
  const checks = new Checks(meters);
  for (const [path, quantity] of quantitiesOf(asked)) {
    checks.quantity(path, asked.price.meter_id ?? '', quantity);
  }
  return [...priceErrors(asked.price, 'price', meters), ...checks.errors];
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
