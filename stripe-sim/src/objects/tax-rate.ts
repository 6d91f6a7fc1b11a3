import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, type World } from '../world/world.ts';
import { inParam, inPath } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { boolean, percent, required, said, text, unsettable } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';

type TaxRate = Kinds['tax_rate'];

const fields = {
  active: boolean,
  country: text,
  description: unsettable(text),
  jurisdiction: unsettable(text),
  metadata,
  state: text,
  tax_type: text,
};

/** https://docs.stripe.com/api/tax_rates */
export const taxRateRoutes: Route[] = [
  route(
    'POST /v1/tax_rates',
    {
      ...fields,
      display_name: required(text),
      inclusive: required(boolean),
      percentage: required(percent),
    },
    ({ world, params }) => create(world, params),
  ),
  route('GET /v1/tax_rates/:id', {}, ({ world, ids }) => inPath(world, 'tax_rate', ids['id'])),
  route('POST /v1/tax_rates/:id', { ...fields, display_name: text }, ({ world, ids, params }) => {
    const rate = inPath(world, 'tax_rate', ids['id']);
    const patch: Partial<TaxRate> = {
      active: params.active ?? rate.active,
      description: said(params.description, rate.description),
      display_name: params.display_name ?? rate.display_name,
      jurisdiction: said(params.jurisdiction, rate.jurisdiction),
      metadata: merged(rate.metadata ?? {}, params.metadata),
    };
    return change(world, rate, { patch, type: 'tax_rate.updated' });
  }),
  route(
    'GET /v1/tax_rates',
    { ...paging, active: boolean, created: range, inclusive: boolean },
    ({ world, params }) => {
      const rows = [...world.tables.tax_rate.values()].filter(
        (each) =>
          (params.active === undefined || each.active === params.active) &&
          (params.inclusive === undefined || each.inclusive === params.inclusive) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/tax_rates' });
    },
  ),
];

/** What a tax rate is made of, also where a line brings its own along. */
export interface TaxRateGiven {
  active?: boolean | undefined;
  country?: string | undefined;
  description?: string | null | undefined;
  display_name: string;
  inclusive: boolean;
  jurisdiction?: string | null | undefined;
  metadata?: Parameters<typeof merged>[1];
  percentage: number;
  state?: string | undefined;
  tax_type?: string | undefined;
}

/** Makes a tax rate. */
export function create(world: World, given: TaxRateGiven): TaxRate {
  const rate = {
    id: mint(world, 'tax_rate'),
    object: 'tax_rate',
    active: given.active ?? true,
    country: given.country ?? null,
    created: world.clock.now(),
    description: given.description ?? null,
    display_name: given.display_name,
    effective_percentage: given.percentage,
    flat_amount: null,
    inclusive: given.inclusive,
    jurisdiction: given.jurisdiction ?? null,
    jurisdiction_level: null,
    livemode: false,
    metadata: merged({}, given.metadata),
    percentage: given.percentage,
    rate_type: 'percentage',
    state: given.state ?? null,
    tax_type: (given.tax_type ?? null) as TaxRate['tax_type'],
  } satisfies TaxRate;
  keep(world, 'tax_rate', rate);
  emit(world, 'tax_rate.created', { object: rate });
  return rate;
}

/** Out: the tax rates that a parameter names. Throws 400. */
export const taxRatesOf = (world: World, ids: readonly string[], param: string): TaxRate[] =>
  ids.map((id, at) => inParam(world, 'tax_rate', { id, param: `${param}[${at}]` }));
