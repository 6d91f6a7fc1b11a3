import type { ShownBranding } from '@tollgate/billing-core/contract/branding.ts';
import type { CollectorState } from '@tollgate/billing-core/contract/collector.ts';
import type { Coupon, CustomerCoupon } from '@tollgate/billing-core/contract/coupon.ts';
import type { TaxRate } from '@tollgate/billing-core/contract/tax-rate.ts';
import type { Customer, MemberRole } from '@tollgate/billing-core/contract/customer.ts';
import type { BillingSettings, Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import type { FailedJob } from '@tollgate/billing-core/contract/job.ts';
import type { Key } from '@tollgate/billing-core/contract/key.ts';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import type { Notice, NoticeSettings } from '@tollgate/billing-core/contract/notice.ts';
import type { Payment } from '@tollgate/billing-core/contract/payment.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import type { Secret } from '@tollgate/billing-core/contract/secret.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import type { ValueFaults } from '@tollgate/billing-core/contract/value-fault.ts';
import type { User } from '@tollgate/billing-core/contract/user.ts';
import { fleet, type MockFleet } from './gateways.ts';
import { failedJobs } from './jobs.ts';
import { seedNotices } from './notices.ts';
import { noBooks, type MockBooks } from './reconciliations.ts';
import { noCredit, type MockCredit } from './credit.ts';
import { billingSettings, draftInvoice, monthInvoice } from './invoices.ts';
import { noStripe, type MockStripe } from './stripe.ts';
import { freePlan, proPlan, routes, spring, tieredPlan, vat } from './seed.ts';

export interface MockUser extends User {
  password: string;
}

export interface MockMember {
  id: string;
  userId: string;
  customerId: string;
  role: MemberRole;
}

/** Everything the stand-in knows. Tests reach in and change it. */
export interface MockState {
  signUp: 'open' | 'closed';
  users: MockUser[];
  sessions: Map<string, string>;
  customers: Customer[];
  members: MockMember[];
  keys: (Key & { customerId: string })[];
  meters: Meter[];
  plans: Plan[];
  subscriptions: Subscription[];
  coupons: Coupon[];
  customerCoupons: CustomerCoupon[];
  taxRates: TaxRate[];
  /** Ids of tax rates by customer. */
  taxed: Record<string, string[]>;
  testClock: { enabled: boolean; offset_ms: number };
  routes: Route[];
  /** The names; what is written into them is thrown away. */
  secrets: Secret[];
  fleet: MockFleet;
  invoices: Invoice[];
  billingSettings: BillingSettings;
  payments: Payment[];
  failedJobs: FailedJob[];
  books: MockBooks;
  stripe: MockStripe;
  collector: CollectorState;
  credit: MockCredit;
  /** Why the last try to collect an invoice failed. */
  declined: string | null;
  notices: (Notice & { read: boolean })[];
  noticeSettings: NoticeSettings;
  /** What could not be read, by route. */
  valueFaults: Record<string, ValueFaults['data']>;
  branding: ShownBranding;
  logo: Uint8Array<ArrayBuffer> | undefined;
  /** Requests counted today, by customer; the live view follows it. */
  today: Map<string, number>;
  /** Paths that answer 500 until they are taken out. */
  failing: Set<string>;
  /** All paths that answer 500 while this is set. */
  broken: RegExp | undefined;
  /** While true nothing is answered and nothing is written, with every connection open. */
  frozen: boolean;
  /** Ends all open live streams when called. */
  dropStreams: () => void;
}

let minted = 0;

/** @returns an id of the real form, in ascending order. */
export function mint(prefix: string): string {
  minted += 1;
  return `${prefix}_${String(minted).padStart(24, '0')}`;
}

export const DAY_MS = 86_400_000;

/** @returns an instant `ms` before now. */
export function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

/** A small installation: two people, three customers, three plans, keys and routes. */
export function createState(): MockState {
  const meters = seedMeters();
  const free = freePlan();
  const pro = proPlan();
  const [acme, umbrella] = [customer('Acme'), customer('Umbrella Research & Sons GmbH')];
  const empty = customer('Brand new');
  const ada = user('Ada Lovelace', 'ada@acme.example', 'user');
  const root = user('Grace Hopper', 'admin@tollgate.example', 'admin');
  return {
    signUp: 'open',
    users: [ada, root],
    sessions: new Map(),
    customers: [empty, umbrella, acme],
    members: [
      { id: mint('mem'), userId: ada.id, customerId: acme.id, role: 'owner' },
      { id: mint('mem'), userId: ada.id, customerId: empty.id, role: 'viewer' },
    ],
    keys: seedKeys(acme.id, ada.id),
    meters,
    plans: [pro, free, tieredPlan()],
    subscriptions: [subscribe(acme.id, pro), subscribe(umbrella.id, free)],
    coupons: [spring()],
    customerCoupons: [],
    taxRates: [vat()],
    taxed: {},
    testClock: { enabled: false, offset_ms: 0 },
    routes: routes(),
    secrets: [],
    fleet: fleet(acme.id),
    invoices: [draftInvoice(acme), monthInvoice(acme)],
    credit: noCredit(),
    billingSettings: billingSettings(),
    payments: [],
    failedJobs: failedJobs(),
    books: noBooks(),
    stripe: noStripe(),
    collector: { kind: 'manual', is_test: false, is_simulated: false, card: null },
    declined: null,
    ...seedNotices(acme.id),
    valueFaults: {},
    branding: { name: null, accent: null, support: null, logo: null },
    logo: undefined,
    today: new Map([[acme.id, 48_213]]),
    failing: new Set(),
    broken: undefined,
    frozen: false,
    dropStreams: () => {},
  };
}

function seedMeters(): Meter[] {
  const created_at = ago(90 * DAY_MS);
  const archived_at = null;
  return [
    {
      id: 'mtr_requests',
      slug: 'requests',
      name: 'Requests',
      unit: 'request',
      scale: 0,
      created_at,
      archived_at,
    },
    {
      id: mint('mtr'),
      slug: 'egress',
      name: 'Egress',
      unit: 'byte',
      scale: 0,
      created_at,
      archived_at,
    },
  ];
}

function user(name: string, email: string, role: 'admin' | 'user'): MockUser {
  const created_at = ago(60 * DAY_MS);
  return { id: mint('usr'), name, email, role, created_at, password: 'correct horse' };
}

/** @returns a new customer. */
export function customer(name: string): Customer {
  return {
    id: mint('cus'),
    name,
    external_id: name === 'Acme' ? 'crm-4711' : null,
    currency: 'USD',
    billing_zone: 'Europe/Berlin',
    clock_ms: 0,
    key_scopes: [],
    billing_address: '',
    tax_number: '',
    metadata: {},
    state: 'active',
    created_at: ago(30 * DAY_MS),
  };
}

/** @returns a subscription to the plan's first published version. */
export function subscribe(customerId: string, plan: Plan, version?: PlanVersion): Subscription {
  const chosen = version ?? plan.versions.find((one) => one.state === 'published');
  const start = new Date();
  start.setUTCHours(0, 0, 0, 0);
  start.setUTCDate(1);
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return {
    id: mint('sub'),
    customer_id: customerId,
    plan_id: plan.id,
    plan_version_id: chosen?.id ?? '',
    state: 'active',
    started_at: ago(25 * DAY_MS),
    trial_ends_at: null,
    paused_at: null,
    past_due_since: null,
    canceled_at: null,
    pending_change: null,
    time_zone: 'UTC',
    interval_months: chosen?.interval_months ?? 1,
    current_period: { start: start.toISOString(), end: end.toISOString() },
  };
}

function seedKeys(customerId: string, by: string): MockState['keys'] {
  const open = { scopes: [], ip_allow: [], ip_deny: [], route_ids: [] };
  const base = {
    customerId,
    created_by: by,
    disabled_at: null,
    revoked_at: null,
    expires_at: null,
    ...open,
  };
  const prefix = 'tg_live_AbCdEfGhIj';
  return [
    {
      ...base,
      id: mint('key'),
      name: 'Production server',
      mode: 'live',
      prefix,
      last4: 'x7Qa',
      state: 'active',
      created_at: ago(20 * DAY_MS),
      last_used_at: ago(4000),
    },
    {
      ...base,
      id: mint('key'),
      name: '<img src=x onerror=alert(1)> a name that is long, and has no regard for layout',
      mode: 'test',
      prefix: 'tg_test_AbCdEfGhIj',
      last4: '9kLm',
      state: 'active',
      created_at: ago(9 * DAY_MS),
      expires_at: ago(-60 * DAY_MS),
      last_used_at: null,
    },
    {
      ...base,
      id: mint('key'),
      name: 'Old laptop',
      mode: 'live',
      prefix,
      last4: 'Zz01',
      state: 'revoked',
      created_at: ago(40 * DAY_MS),
      revoked_at: ago(12 * DAY_MS),
      last_used_at: ago(12 * DAY_MS),
    },
  ];
}
