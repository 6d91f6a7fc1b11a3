import type { OfferName, RouteName } from './offers.ts';

/** Who the customers of the history are, and how much each of them uses. */
export type Person = {
  name: string;
  currency?: 'EUR';
  zone?: string;
  /** The day on which it comes, from 0; its plan, or none. */
  day: number;
  offer?: OfferName;
  /** A test card of Stripe's; without one invoices are sent. */
  card?: string;
  routes: readonly RouteName[];
  /** Requests on a usual day. */
  daily: number;
  /** Of a hundred requests: how many the upstream fails, and how many the client gets wrong. */
  failing?: number;
  wrong?: number;
  /** The day on which it has had enough. */
  until?: number;
};

const GOOD = 'pm_card_visa';
/** It can be saved, and fails when it is charged. */
const DECLINED = 'pm_card_chargeCustomerFail';

const BUSY: Pick<Person, 'card' | 'routes'> = { card: GOOD, routes: ['weather', 'search'] };

export const PEOPLE = {
  acme: { name: 'Acme', day: 0, offer: 'starter', daily: 260, wrong: 4, ...BUSY },
  blueBottle: {
    name: 'Blue Bottle Coffee',
    day: 1,
    offer: 'growth',
    card: GOOD,
    routes: ['weather', 'chat'],
    daily: 410,
    failing: 1,
  },
  contoso: { name: 'Contoso', day: 2, offer: 'starter', daily: 330, ...BUSY },
  dunder: {
    name: 'Dunder Mifflin',
    day: 3,
    offer: 'starter',
    card: DECLINED,
    routes: ['search'],
    daily: 140,
  },
  edelweiss: {
    name: 'Edelweiss GmbH',
    currency: 'EUR',
    zone: 'Europe/Berlin',
    day: 4,
    offer: 'scale',
    card: GOOD,
    routes: ['weather', 'search', 'chat'],
    daily: 900,
  },
  fabrikam: { name: 'Fabrikam', day: 0, offer: 'free', routes: ['weather'], daily: 110 },
  globex: { name: 'Globex', day: 5, offer: 'annual', routes: ['search'], daily: 200 },
  hooli: { name: 'Hooli', day: 32, offer: 'trial', card: GOOD, routes: ['chat'], daily: 150 },
  initech: { name: 'Initech', day: 6, offer: 'starter', daily: 90, until: 25, ...BUSY },
  jotunheim: {
    name: 'Jötunheim OÜ',
    day: 7,
    offer: 'starter',
    card: GOOD,
    routes: ['search', 'weather'],
    daily: 170,
    failing: 14,
    wrong: 9,
  },
  kiosk: {
    name: 'Kiosk <img src=x onerror=alert(1)>',
    day: 8,
    offer: 'starter',
    daily: 60,
    ...BUSY,
  },
  quiet: { name: 'Quiet Corner', day: 9, routes: [], daily: 0 },
} as const satisfies Record<string, Person>;

export type PersonName = keyof typeof PEOPLE;
export const ALL = Object.entries(PEOPLE) as [PersonName, Person][];

/** What became of a person in core. */
export type Known = {
  id: string;
  key: string;
  /** Of whom has one. */
  subscription: string;
};
