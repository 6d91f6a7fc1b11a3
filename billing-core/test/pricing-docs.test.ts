import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import type { Meter } from '../src/contract/meter.ts';
import { priceInput } from '../src/contract/price-input.ts';
import type { PricePreview } from '../src/contract/price-preview.ts';
import { PRICE_MODELS } from '../src/contract/price.ts';
import { SLICE_KINDS } from '../src/contract/rated-line.ts';
import { pricesHttp } from '../src/rating/http.ts';
import { openSurface, type Surface } from './surface.ts';

// docs/pricing.md is true: each of its requests is answered with the words below it.

const DOC = readFileSync(new URL('../../docs/pricing.md', import.meta.url), 'utf8');
const EXAMPLE = /```json\n([\s\S]*?)```\n\n((?:> .*\n)+)/g;
const examples = [...DOC.matchAll(EXAMPLE)].map(([, request = '', quote = '']) => ({
  request,
  words: quote.replaceAll(/^> /gm, '').trim().replaceAll('\n', ' '),
}));

let surface: Surface;
let payments: Meter;
beforeAll(async () => {
  surface = await openSurface({ '/v1': pricesHttp().route('/', metersHttp()) });
  const meter = { slug: 'payments', name: 'Payments', unit: 'dollar', scale: 2 };
  payments = (await surface.send<Meter>('POST', '/v1/meters', meter)).body;
});
afterAll(async () => surface.close());

async function ask(request: string): Promise<PricePreview> {
  const body = request.replaceAll('mtr_payments', payments.id);
  const answer = await surface.send<PricePreview>('POST', '/v1/prices/preview', body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

test.each(examples)('$words', async ({ request, words }) => {
  const { lines } = await ask(request);
  expect(lines.map(({ description }) => description)).toEqual([words]);
});

test('every request of the page is one of these', () => {
  expect(examples).toHaveLength(DOC.split('```json').length - 1);
});

test('every kind of price and of slice has an example, and every field a name', async () => {
  const models = examples.map(({ request }) => JSON.parse(request).price.model as string);
  expect(PRICE_MODELS.filter((model) => !models.includes(model))).toEqual([]);
  const answers = await Promise.all(examples.map(({ request }) => ask(request)));
  const slices = answers.flatMap(({ lines }) => lines).flatMap((line) => line.slices);
  const kinds = slices.map(({ kind }) => kind);
  expect(SLICE_KINDS.filter((kind) => !kinds.includes(kind))).toEqual([]);
  const fields = priceInput.options.flatMap((option) => Object.keys(option.shape));
  expect([...new Set(fields)].filter((field) => !DOC.includes(field))).toEqual([]);
});
