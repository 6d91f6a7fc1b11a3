import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, mintWith, timeFor, type World } from '../world/world.ts';
import { inParam, inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  currency,
  hash,
  list,
  natural,
  oneOf,
  percent,
  said,
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';

type Coupon = Kinds['coupon'];

const created = {
  amount_off: natural,
  currency,
  duration: oneOf('forever', 'once', 'repeating'),
  duration_in_months: natural,
  id: text,
  max_redemptions: natural,
  metadata,
  name: unsettable(text),
  percent_off: percent,
  redeem_by: natural,
};

/** https://docs.stripe.com/api/coupons */
export const couponRoutes: Route[] = [
  route('POST /v1/coupons', created, ({ world, params }) => create(world, params)),
  route('GET /v1/coupons/:id', {}, ({ world, ids }) => inPath(world, 'coupon', ids['id'])),
  route('POST /v1/coupons/:id', { metadata, name: unsettable(text) }, ({ world, ids, params }) => {
    const coupon = inPath(world, 'coupon', ids['id']);
    const patch: Partial<Coupon> = {
      metadata: merged(coupon.metadata ?? {}, params.metadata),
      name: said(params.name, coupon.name),
    };
    return change(world, coupon, { patch, type: 'coupon.updated' });
  }),
  route('DELETE /v1/coupons/:id', {}, ({ world, ids }) => {
    const coupon = inPath(world, 'coupon', ids['id']);
    world.tables.coupon.delete(coupon.id);
    emit(world, 'coupon.deleted', { object: coupon });
    return { id: coupon.id, object: 'coupon', deleted: true };
  }),
  route('GET /v1/coupons', { ...paging, created: range }, ({ world, params }) => {
    const rows = [...world.tables.coupon.values()].filter((each) =>
      within(each.created, params.created),
    );
    return pageOf(world, rows, { page: params, url: '/v1/coupons' });
  }),
];

function create(world: World, params: Values<typeof created>): Coupon {
  if ((params.amount_off === undefined) === (params.percent_off === undefined)) {
    throw invalid('You must specify one of `percent_off` and `amount_off`.');
  }
  if (params.amount_off !== undefined && params.currency === undefined) {
    throw invalid('You must specify a `currency` with `amount_off`.', { param: 'currency' });
  }
  const id = params.id ?? mintWith(world, '').slice(0, 8);
  if (world.tables.coupon.has(id)) {
    throw invalid('Coupon already exists.', { code: 'resource_already_exists', param: 'id' });
  }
  const coupon = {
    id,
    object: 'coupon',
    amount_off: params.amount_off ?? null,
    created: world.clock.now(),
    currency: params.currency ?? null,
    duration: params.duration ?? 'once',
    duration_in_months: params.duration_in_months ?? null,
    livemode: false,
    max_redemptions: params.max_redemptions ?? null,
    metadata: merged({}, params.metadata),
    name: params.name ?? null,
    percent_off: params.percent_off ?? null,
    redeem_by: params.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  } satisfies Coupon;
  keep(world, 'coupon', coupon);
  emit(world, 'coupon.created', { object: coupon });
  return coupon;
}

/** How an invoice, an item or a line names its discounts. */
export const discounts = unsettable(list(hash({ coupon: text, discount: text })));
export type DiscountsGiven = ReturnType<typeof discounts>;

/**
 * Out: the ids of discounts that a request names, by coupon (a new discount) or by their own id.
 * Throws 400. https://docs.stripe.com/api/discounts
 */
export function discountsFor(
  world: World,
  given: DiscountsGiven | undefined,
  owner: { customer: string; invoice: string | null; item?: string },
): string[] {
  return (given ?? []).map(({ coupon, discount }, at) => {
    const param = `discounts[${at}]`;
    if (discount !== undefined) {
      return inParam(world, 'discount', { id: discount, param: `${param}[discount]` }).id;
    }
    if (coupon === undefined) throw invalid('A discount names its coupon.', { param });
    const found = inParam(world, 'coupon', { id: coupon, param: `${param}[coupon]` });
    if (!found.valid) throw invalid(`Coupon ${coupon} is used up.`, { param });
    found.times_redeemed += 1;
    found.valid = found.times_redeemed < (found.max_redemptions ?? Infinity);
    return keep(world, 'discount', {
      id: mint(world, 'discount'),
      object: 'discount',
      checkout_session: null,
      customer: owner.customer,
      customer_account: null,
      end: null,
      invoice: owner.invoice,
      invoice_item: owner.item ?? null,
      promotion_code: null,
      source: { coupon, type: 'coupon' },
      start: timeFor(world, owner.customer),
      subscription: null,
      subscription_item: null,
    } satisfies Kinds['discount']).id;
  });
}
