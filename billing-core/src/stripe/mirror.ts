import Stripe from 'stripe';
import type { Price } from '../contract/price.ts';
import type { Job } from '../kit/jobs.ts';
import { callNamed } from './call-store.ts';
import type { StripeKit } from './kit.ts';
import {
  mirroredNow,
  plansToMirror,
  saveMirrored,
  versionsToMirror,
  type Mirrored,
  type PlanToMirror,
  type Told,
  type VersionToMirror,
} from './mirror-store.ts';
import { once } from './once.ts';
import { priceForm, type PriceForm } from './price-form.ts';
import { troubleOf } from './trouble.ts';

/** Ids of ours in the metadata of what is made of them. */
const PLAN = 'tollgate_plan';
const PRICE = 'tollgate_price';
const NAME_MAX = 250;

type Seen = Map<string, Mirrored>;

/** Stripe's client wants decimals as its own. */
function wired({ unit_amount_decimal: unit, tiers, ...form }: PriceForm): Stripe.PriceCreateParams {
  const { from } = Stripe.Decimal;
  return {
    ...form,
    ...(unit !== undefined && { unit_amount_decimal: from(unit) }),
    ...(tiers && {
      tiers: tiers.map(({ up_to, unit_amount_decimal, flat_amount_decimal }) => ({
        up_to,
        unit_amount_decimal: from(unit_amount_decimal),
        flat_amount_decimal: from(flat_amount_decimal),
      })),
    }),
  };
}

const isSame = (one: Told, other: Told): boolean =>
  Object.entries(one).every(([name, value]) => other[name] === value);

/** Whether Stripe has refused it for good: what is asked does not change. */
const wasRefused = async ({ sql }: StripeKit, name: string): Promise<boolean> =>
  (await callNamed(sql, name))?.state === 'refused';

type Wanted = {
  id: string;
  told: Told;
  make(): Promise<string>;
  change(stripeId: string): Promise<unknown>;
};

/** Makes it there once, and keeps what can change of it as it is here. Out: its id there. */
async function mirrored({ sql }: StripeKit, seen: Seen, wanted: Wanted): Promise<string> {
  const { id, told } = wanted;
  const before = seen.get(id);
  if (before !== undefined && isSame(told, before.told)) return before.stripe_id;
  const stripe_id = before?.stripe_id ?? (await wanted.make());
  if (before !== undefined) await wanted.change(stripe_id);
  await saveMirrored(sql, { id, stripe_id, told });
  return stripe_id;
}

async function mirrorPlan(kit: StripeKit, seen: Seen, plan: PlanToMirror): Promise<string> {
  const { sql, stripe, wallClock } = kit;
  const about = { name: plan.name.slice(0, NAME_MAX), active: plan.active };
  return mirrored(kit, seen, {
    id: plan.id,
    told: about,
    make: () =>
      once(
        { sql, now: wallClock() },
        {
          name: `product:${plan.id}`,
          params: { ...about, metadata: { [PLAN]: plan.id } },
          make: (params, key) => stripe.products.create(params, key),
          find: async (since) => {
            const list = stripe.products.list({ created: { gte: since }, limit: 100 });
            for await (const each of list) if (each.metadata[PLAN] === plan.id) return each;
            return undefined;
          },
        },
      ),
    change: (id) => stripe.products.update(id, about),
  });
}

type Placed = { product: string; version: VersionToMirror };

async function mirrorPrice(
  kit: StripeKit,
  seen: Seen,
  { price, form, product, version }: Placed & { price: Price; form: PriceForm },
): Promise<void> {
  const { sql, stripe, wallClock } = kit;
  const { active } = version;
  const nickname = `v${version.number} ${price.model}`;
  await mirrored(kit, seen, {
    id: price.id,
    told: { active },
    make: () =>
      once(
        { sql, now: wallClock() },
        {
          name: `price:${price.id}`,
          params: { ...form, product, active, nickname, metadata: { [PRICE]: price.id } },
          make: (params, key) => stripe.prices.create(wired(params), key),
          find: async (since) => {
            const list = stripe.prices.list({ product, created: { gte: since }, limit: 100 });
            for await (const each of list) if (each.metadata[PRICE] === price.id) return each;
            return undefined;
          },
        },
      ),
    change: (id) => stripe.prices.update(id, { active }),
  });
}

async function mirrorPrices(kit: StripeKit, seen: Seen, { product, version }: Placed) {
  const { currency, interval_months: intervalMonths } = version;
  for (const price of version.prices) {
    const form = priceForm(price, { currency, intervalMonths });
    if (form === undefined || (await wasRefused(kit, `price:${price.id}`))) continue;
    await mirrorPrice(kit, seen, { price, form, product, version }).catch((err: unknown) => {
      if (troubleOf(err) !== 'refused') throw err;
      kit.log.error({ err, price: price.id }, 'Stripe refused a price');
    });
  }
}

/**
 * Makes a product of each plan that was published for all customers, and a price of each price that
 * Stripe can say; none that is not sold any more is active there. For Stripe's reports: nothing is
 * charged by them. It may end anywhere and begin anew, and nothing is made twice.
 */
export async function mirrorPlans(kit: StripeKit, signal?: AbortSignal): Promise<void> {
  const { sql } = kit;
  const seen = await mirroredNow(sql);
  const versions = Map.groupBy(await versionsToMirror(sql), ({ plan_id }) => plan_id);
  for (const plan of await plansToMirror(sql)) {
    if (signal?.aborted) return;
    if (await wasRefused(kit, `product:${plan.id}`)) continue;
    const product = await mirrorPlan(kit, seen, plan);
    for (const version of versions.get(plan.id) ?? []) {
      await mirrorPrices(kit, seen, { product, version });
    }
  }
}

const SECONDS_MAX = 300;

/** Each minute, where an installation wants its plans at Stripe. */
export const mirrorJob = (kit: StripeKit): Job => ({
  name: 'stripe.mirror',
  cron: '* * * * *',
  retries: 3,
  secondsMax: SECONDS_MAX,
  inSteps: ({ signal }) => mirrorPlans(kit, signal),
});
