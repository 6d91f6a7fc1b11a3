import type { SyncAnswer } from '../../billing-core/src/contract/sync.ts';
import { OFFERS, ROUTES, type OfferName, type RouteName } from './offers.ts';
import type { Known, Person } from './people.ts';

/** An installation as the history needs it: its API, its gateways' wire, and its time. */
export interface World {
  /** A call of /v1 as an admin. Throws what was refused. */
  call<Body>(method: string, path: string, body?: object): Promise<Body>;
  sync(body: Uint8Array): Promise<SyncAnswer>;
  now(): number;
  /** Moves time there (ms), with what happens to subscriptions by itself. */
  go(to: number): Promise<void>;
  /** Rolls usage, bills what is due, follows up what is unpaid, and tells Stripe. */
  settle(): Promise<void>;
  /** Saves one of Stripe's test cards for a customer. */
  giveCard(customer: string, card: string): Promise<void>;
}

export const ADMIN_LOGIN = { email: 'admin@history.example', password: 'correct horse battery' };
/** Who owns Acme. */
export const OWNER_LOGIN = { email: 'owner@acme.example', password: 'correct horse battery' };

type Made = { id: string };

/** What is there before anybody comes. */
export type Shop = {
  tokens: string;
  routes: Readonly<Record<RouteName, string>>;
  /** Published versions. */
  versions: Readonly<Record<OfferName, string>>;
  vat: string;
};

/** The same for each of these names. */
async function eachOf<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Promise<Value>,
): Promise<Record<Name, Value>> {
  const made: [string, Value][] = [];
  for (const name of names) made.push([name, await make(name)]);
  return Object.fromEntries(made) as Record<Name, Value>;
}

async function publish(world: World, name: OfferName, tokens: string): Promise<string> {
  const { version, ...plan } = OFFERS[name];
  const { id } = await world.call<Made>('POST', '/plans', plan);
  const made = await world.call<Made>('POST', `/plans/${id}/versions`, version(tokens));
  await world.call('POST', `/plan-versions/${made.id}/publish`, {});
  return made.id;
}

const ISSUER = 'History Ltd\n1 Ledger Lane\nLondon';

/** Opens the shop: meters, routes, plans, a tax, an admin, and what invoices say. */
export async function openShop(world: World): Promise<Shop> {
  await world.call('POST', '/users', { ...ADMIN_LOGIN, name: 'Ada Admin', role: 'admin' });
  const settings = await world.call<object>('GET', '/billing-settings');
  const ours = { issuer: ISSUER, due_days: 7, grace_minutes: 60, zero_amount: 'skip' };
  await world.call('PUT', '/billing-settings', { ...settings, ...ours });
  const meter = { slug: 'tokens', name: 'Tokens', unit: 'token' };
  const tokens = (await world.call<Made>('POST', '/meters', meter)).id;
  const names = Object.keys(ROUTES) as RouteName[];
  const routes = await eachOf(
    names,
    async (name) => (await world.call<Made>('POST', '/routes', ROUTES[name])).id,
  );
  const offers = Object.keys(OFFERS) as OfferName[];
  const versions = await eachOf(offers, (name) => publish(world, name, tokens));
  const vat = await world.call<Made>('POST', '/tax-rates', { name: 'VAT', percent: '19' });
  return { tokens, routes, versions, vat: vat.id };
}

/** A customer comes: its card, its plan and its key. */
export async function join(world: World, shop: Shop, person: Person): Promise<Known> {
  const { name, currency = 'USD', zone = 'UTC', card, offer } = person;
  const about = { name, currency, billing_zone: zone };
  const { id } = await world.call<Made>('POST', '/customers', about);
  if (currency === 'EUR') {
    await world.call('PUT', `/customers/${id}/tax-rates`, { tax_rate_ids: [shop.vat] });
  }
  if (card !== undefined) await world.giveCard(id, card);
  const key = await world.call<Made>('POST', `/customers/${id}/keys`, { name: 'Server' });
  if (offer === undefined) return { id, key: key.id, subscription: '' };
  const terms = { customer_id: id, plan_version_id: shop.versions[offer] };
  const subscription = await world.call<Made>('POST', '/subscriptions', terms);
  return { id, key: key.id, subscription: subscription.id };
}

/** Somebody who signs in for this customer. */
export async function giveOwner(world: World, customer: string): Promise<void> {
  const owner = { ...OWNER_LOGIN, name: 'Olga Owner', role: 'user' };
  const { id } = await world.call<Made>('POST', '/users', owner);
  const membership = { user_id: id, role: 'owner' };
  await world.call('POST', `/customers/${customer}/memberships`, membership);
}
