import { utcWindow, windowId } from '../../billing-core/src/contract/quota-window.ts';
import type { WindowSpend } from '../../billing-core/src/contract/usage-batch.ts';
import type { InvoiceSummary } from '../../billing-core/src/contract/invoice.ts';
import { ALL, PEOPLE, type Known, type Person, type PersonName } from './people.ts';
import { SeedingGateway, type Refusal, type Use } from './seeding-gateway.ts';
import { giveOwner, join, openShop, type Shop, type World } from './shop.ts';
import { diceOf, requestsOf, usesOf, type Where } from './traffic.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SEED = 20_270_101;
const DAYS = 41;

export const START = Date.UTC(2027, 0, 1);
/** Where the history ends and time stands still. */
export const END = START + DAYS * DAY_MS + 15 * HOUR_MS + 20 * MINUTE_MS;

export type People = Record<PersonName, Known>;
export type Lived = { shop: Shop; people: People };

type Story = {
  world: World;
  shop: Shop;
  people: Partial<People>;
  gateways: readonly [SeedingGateway, SeedingGateway];
  dice: (n: number) => number;
};

/** What happens on some days at ten, beside traffic. */
const EVENTS: Readonly<Record<number, (story: Story) => Promise<void>>> = {
  14: async ({ world, shop, people }) => {
    const plan_version_id = shop.versions.growth;
    await step(world, people.contoso, { step: 'change', plan_version_id });
  },
  16: async ({ world, shop, people }) => {
    const plan_version_id = shop.versions.support;
    await step(world, people.blueBottle, { step: 'add_on', plan_version_id, quantity: 1 });
  },
  20: async ({ world, people }) => {
    const lines = [{ description: 'Setup, written by mistake', amount: '5000' }];
    const of = { customer_id: people.quiet?.id, lines };
    const { id } = await world.call<{ id: string }>('POST', '/invoices', of);
    await world.call('POST', `/invoices/${id}/finalize`, {});
    await world.call('POST', `/invoices/${id}/void`, {});
  },
  25: ({ world, people }) => step(world, people.initech, { step: 'cancel' }),
  35: async ({ world, people }) => {
    const path = `/invoices?customer_id=${people.blueBottle?.id}&limit=100`;
    const { data } = await world.call<{ data: InvoiceSummary[] }>('GET', path);
    const period = data.find(({ reason, state }) => reason === 'period' && state === 'paid');
    if (period === undefined) throw new Error('nothing that can be refunded');
    const note = { reason: 'An outage on the first of the month', amount: '1500' };
    await world.call('POST', `/invoices/${period.id}/credit-notes`, note);
    const refund = { kind: 'refund', method: 'stripe' };
    await world.call('POST', `/invoices/${period.id}/payments`, refund);
  },
};

async function step(world: World, known: Known | undefined, body: object): Promise<void> {
  await world.call('POST', `/subscriptions/${known?.subscription}/steps`, body);
}

/** Lives through all days. It takes the time of the world from START to END. */
export async function liveThrough(world: World): Promise<Lived> {
  await world.go(START);
  const shop = await openShop(world);
  const gateways = [
    new SeedingGateway('fra', world.sync),
    new SeedingGateway('iad', world.sync),
  ] as const;
  const story: Story = { world, shop, people: {}, gateways, dice: diceOf(SEED) };
  for (let day = 0; day <= DAYS; day++) await liveDay(story, day);
  return { shop, people: story.people as People };
}

async function liveDay(story: Story, day: number): Promise<void> {
  const { world, shop, people } = story;
  const begin = START + day * DAY_MS;
  await world.go(begin + 6 * HOUR_MS);
  for (const [name, person] of ALL.filter((one) => one[1].day === day)) {
    people[name] = await join(world, shop, person);
  }
  if (day === PEOPLE.acme.day) await giveOwner(world, people.acme?.id ?? '');
  await world.go(begin + 10 * HOUR_MS);
  await EVENTS[day]?.(story);
  const end = Math.min(END, begin + DAY_MS - MINUTE_MS);
  await world.go(end);
  await serve(story, { day, begin, end });
  if (isBusy(day)) await world.settle();
}

/** Days on which something falls due; on the others nobody looks, which takes its time. */
function isBusy(day: number): boolean {
  const isFirstOrLast = day <= 10 || day >= 30;
  return isFirstOrLast || EVENTS[day] !== undefined || day % 5 === 0;
}

type Day = { day: number; begin: number; end: number };

/** The traffic of a day, shipped by two gateways. */
async function serve(story: Story, { day, begin, end }: Day): Promise<void> {
  const { people, shop, gateways, dice } = story;
  const uses: Use[][] = [[], []];
  for (const [at, [name, person]] of ALL.entries()) {
    const known = people[name];
    const isGone = person.until !== undefined && day >= person.until;
    if (known === undefined || isGone || name === 'fabrikam') continue;
    const requests = requestsOf(person, begin, dice);
    const from = day === person.day ? begin + 7 * HOUR_MS : begin;
    const where = { customer: known.id, key: known.key, ...shop };
    uses[at % 2]?.push(...usesOf(person, where, { day: begin, requests, from, to: end }));
  }
  const limited = await limitedUses(story, { day, begin, end });
  const refusals = [...refusedOf(people, { day, begin, end }), ...limited.refusals];
  const first = [...(uses[0] ?? []), ...limited.uses];
  await gateways[0].ship({ uses: first, refusals, now: end }, limited.spent);
  await gateways[1].ship({ uses: uses[1] ?? [], now: end - MINUTE_MS / 2 });
}

type Limited = { uses: Use[]; refusals: Refusal[]; spent: WindowSpend[] };

/** Who has a hard quota spends what it is lent of it; the rest is refused. */
async function limitedUses({ people, shop, gateways, dice }: Story, of: Day): Promise<Limited> {
  const { fabrikam } = people;
  if (fabrikam === undefined) return { uses: [], refusals: [], spent: [] };
  const [gateway] = gateways;
  const scope = { customerId: fabrikam.id, keyId: null, meterId: 'mtr_requests' } as const;
  const month = { ...scope, kind: 'month' as const };
  const window = windowId(month, utcWindow('month', of.begin).startsAt);
  const wanted = requestsOf(PEOPLE.fabrikam, of.begin, dice);
  const requests = await gateway.borrow(window, wanted);
  const where: Where = { customer: fabrikam.id, key: fabrikam.key, ...shop };
  const from = of.day === 0 ? of.begin + 7 * HOUR_MS : of.begin;
  const person: Person = PEOPLE.fabrikam;
  const uses = usesOf(person, where, { day: of.begin, requests, from, to: of.end });
  const units = uses.reduce((all, use) => all + use.requests, 0);
  const refused = { reason: 'quota_exceeded', requests: wanted - requests };
  return {
    uses,
    refusals: refusal(fabrikam, of, refused),
    spent: units > 0 ? [gateway.spend(window, units)] : [],
  };
}

const refusal = (
  known: Known | undefined,
  { begin }: Day,
  { reason, requests }: { reason: string; requests: number },
): Refusal[] => {
  if (known === undefined || requests <= 0) return [];
  const minute = Math.floor((begin + 11 * HOUR_MS) / MINUTE_MS);
  return [{ customer: known.id, minute, reason, requests }];
};

function refusedOf({ acme, jotunheim }: Partial<People>, of: Day): Refusal[] {
  return [
    ...refusal(acme, of, { reason: 'rate_limited', requests: 5 + (of.day % 4) }),
    ...refusal(jotunheim, of, { reason: 'key_revoked', requests: of.day % 3 }),
  ];
}
