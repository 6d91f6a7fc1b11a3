/** What the installation of the history sells, and where its requests go. */

const meter_id = 'mtr_requests';

type Entitlement = Record<string, string | number>;
export type Offer = {
  slug: string;
  name: string;
  description: string;
  kind?: 'add_on';
  version: (tokens: string) => object;
};

const quota = (limit: string, enforcement: 'hard' | 'soft'): Entitlement => ({
  kind: 'quota',
  meter_id,
  limit,
  window: 'month',
  enforcement,
});
const rate = (perSecond: string, burst: number): Entitlement => ({
  kind: 'rate_limit',
  rate_per_second: perSecond,
  burst,
});

/** Units of requests that the free plan has in a month of UTC's calendar. */
export const FREE_LIMIT = 2_000;

const FREE: Offer = {
  slug: 'free',
  name: 'Free',
  description: `${FREE_LIMIT} requests a month.`,
  version: () => ({
    currency: 'USD',
    prices: [],
    entitlements: [quota(String(FREE_LIMIT), 'hard'), rate('5', 10)],
  }),
};

const STARTER: Offer = {
  slug: 'starter',
  name: 'Starter',
  description: '$29 a month, then $0.002 a request.',
  version: () => ({
    currency: 'USD',
    prices: [
      { model: 'flat', amount: '2900' },
      { model: 'per_unit', meter_id, unit_amount: '0.2', included_units: '1000' },
    ],
    entitlements: [quota('20000', 'soft'), rate('20', 40)],
  }),
};

const GROWTH: Offer = {
  slug: 'growth',
  name: 'Growth',
  description: '$99 a month; requests by tiers, tokens by the piece.',
  version: (tokens) => ({
    currency: 'USD',
    prices: [
      { model: 'flat', amount: '9900' },
      {
        model: 'graduated',
        meter_id,
        tiers: [
          { up_to: '5000', unit_amount: '0.2' },
          { up_to: null, unit_amount: '0.1' },
        ],
      },
      { model: 'per_unit', meter_id: tokens, unit_amount: '0.004' },
    ],
    entitlements: [quota('200000', 'soft'), rate('100', 200)],
  }),
};

const TRIAL: Offer = {
  ...GROWTH,
  slug: 'growth-trial',
  name: 'Growth with a trial',
  version: (tokens) => ({ ...GROWTH.version(tokens), trial_days: 14 }),
};

const SCALE: Offer = {
  slug: 'scale',
  name: 'Scale',
  description: '€499 a month, volume prices.',
  version: (tokens) => ({
    currency: 'EUR',
    prices: [
      { model: 'flat', amount: '49900' },
      {
        model: 'volume',
        meter_id,
        tiers: [
          { up_to: '10000', unit_amount: '0.15' },
          { up_to: null, unit_amount: '0.08' },
        ],
      },
      { model: 'per_unit', meter_id: tokens, unit_amount: '0.003' },
    ],
    entitlements: [quota('1000000', 'soft'), rate('500', 1_000)],
  }),
};

const ANNUAL: Offer = {
  slug: 'annual',
  name: 'Annual',
  description: '$1,200 a year, requests included.',
  version: () => ({
    currency: 'USD',
    interval_months: 12,
    prices: [{ model: 'flat', amount: '120000' }],
    entitlements: [quota('100000', 'soft'), rate('50', 100)],
  }),
};

const SUPPORT: Offer = {
  slug: 'support',
  name: 'Support',
  description: '$50 a month beside a plan.',
  kind: 'add_on',
  version: () => ({
    currency: 'USD',
    prices: [{ model: 'flat', amount: '5000' }],
    entitlements: [],
  }),
};

export const OFFERS = {
  free: FREE,
  starter: STARTER,
  growth: GROWTH,
  trial: TRIAL,
  scale: SCALE,
  annual: ANNUAL,
  support: SUPPORT,
} as const;
export type OfferName = keyof typeof OFFERS;

const upstream_url = 'https://api.example.test';
const request = { source: 'request', meter: 'requests' };

/** Routes: chat counts tokens beside requests, by what its upstream says. */
export const ROUTES = {
  weather: { name: 'Weather', path_pattern: '/weather/*', upstream_url },
  search: { name: 'Search', path_pattern: '/search', upstream_url },
  chat: {
    name: 'Chat',
    path_pattern: '/chat/*',
    upstream_url,
    metering: [request, { source: 'response_header', meter: 'tokens', header: 'x-tokens' }],
  },
} as const;
export type RouteName = keyof typeof ROUTES;
