import type { BrowserContext, Page } from 'playwright-core';
import { paths } from '../src/kit/paths.ts';
import { faultsByKeyboard } from './by-keyboard.ts';
import { ADMIN, complaintsOf, CUSTOMER, raiseStage, type Stage, violationsOn } from './stage.ts';
// Behind the stage: what the mock is seeded with is made in its order.
import { differentBooks, run } from '../mock/reconciliations.ts';

/** Each page of the portal with somebody who may look at it, at least once. */
export type Visit = readonly [who: Who, heading: string, path: (stage: Stage) => string];
type Who = 'nobody' | 'customer' | 'admin';

const customerCalled =
  (name: string) =>
  ({ state }: Stage): string =>
    state.customers.find((one) => one.name === name)?.id ?? '';
const acme = customerCalled('Acme');
const unused = customerCalled('Brand new');

/** The newest version of a plan, and the one before it. */
const planCalled =
  (slug: string) =>
  ({ state }: Stage) => {
    const plan = state.plans.find((one) => one.slug === slug);
    const [newest, before] = plan?.versions ?? [];
    return { id: plan?.id ?? '', newest: newest?.id ?? '', before: before?.id ?? '' };
  };
const pro = planCalled('pro');
const tiered = planCalled('tiered');
const version = (of: ReturnType<typeof planCalled>, which: 'newest' | 'before') => (stage: Stage) =>
  paths.adminPlanVersion(of(stage).id, of(stage)[which]);

const sent = ({ state }: Stage): string =>
  state.invoices.find((one) => one.state === 'open')?.id ?? '';
const compared = ({ state }: Stage): string => state.books.runs[0]?.id ?? '';

const tabOf = (tab?: string) => (stage: Stage) => paths.adminCustomer(acme(stage), { tab });

export const VISITS: readonly Visit[] = [
  ['customer', 'Overview', () => paths.home],
  ['nobody', 'Sign in', () => paths.signIn()],
  ['nobody', 'Sign up', () => paths.signUp],
  ['nobody', 'Forgot your password?', () => paths.forgotPassword],
  ['nobody', 'Choose a new password', () => `${paths.resetPassword}?token=t`],
  ['nobody', 'This link no longer works', () => `${paths.resetPassword}?error=INVALID_TOKEN`],
  ['nobody', 'Page not found', () => '/nowhere'],
  ['customer', 'Welcome', () => paths.welcome],
  ['customer', 'Overview', (stage) => paths.overview(acme(stage))],
  ['customer', 'Overview', (stage) => paths.overview(unused(stage))],
  ['customer', 'Usage', (stage) => paths.usage(acme(stage), { range: '7d', group_by: 'key' })],
  ['customer', 'Usage', (stage) => paths.usage(acme(stage), { compare: 'before' })],
  ['customer', 'Usage', (stage) => paths.usage(acme(stage), { group_by: 'meter' })],
  ['customer', 'Usage', (stage) => paths.usage(unused(stage), { range: 'custom' })],
  ['customer', 'Keys', (stage) => paths.keys(acme(stage), { state: 'all' })],
  ['customer', 'Keys', (stage) => paths.keys(unused(stage))],
  ['customer', 'Get started', (stage) => paths.start(acme(stage))],
  ['customer', 'Get started', (stage) => paths.start(unused(stage))],
  ['customer', 'Logs', (stage) => paths.logs(acme(stage))],
  ['customer', 'Logs', (stage) => paths.logs(unused(stage), { end: 'ok' })],
  ['customer', 'Notices', (stage) => paths.notices(acme(stage))],
  ['nobody', 'Join Umbrella', () => paths.invitation('new')],
  ['nobody', 'Join Umbrella', () => paths.invitation('known')],
  ['customer', 'Join Umbrella', () => paths.invitation('known')],
  ['nobody', 'This invitation no longer works', () => paths.invitation('')],
  ['customer', 'Team', (stage) => paths.team(acme(stage))],
  ['customer', 'Team', (stage) => paths.team(unused(stage))],
  ['customer', 'Payments', (stage) => paths.payments(acme(stage))],
  ['customer', 'Payments', (stage) => paths.payments(unused(stage), { kind: 'refund' })],
  ['customer', 'Settings', (stage) => paths.settings(acme(stage))],
  ['customer', 'Settings', (stage) => paths.settings(unused(stage))],
  ['customer', 'Invoices', (stage) => paths.invoices(acme(stage))],
  ['customer', 'Invoices', (stage) => paths.invoices(unused(stage))],
  ['customer', 'INV-000042', (stage) => paths.invoice(acme(stage), sent(stage))],
  ['customer', 'Plan', (stage) => paths.plan(acme(stage))],
  ['customer', 'Plan', (stage) => paths.plan(unused(stage))],
  ['customer', 'Quotas', (stage) => paths.quotas(acme(stage))],
  ['customer', 'Quotas', (stage) => paths.quotas(unused(stage))],
  ['customer', 'API reference', (stage) => paths.reference(acme(stage))],
  ['customer', 'API reference', (stage) => paths.reference(acme(stage), { q: 'zones' })],
  ['customer', 'API reference', (stage) => paths.reference(unused(stage))],
  ['admin', 'Home', () => paths.adminHome],
  ['admin', 'Usage', () => paths.adminUsage()],
  ['admin', 'Revenue', () => paths.adminRevenue()],
  ['admin', 'Revenue', () => paths.adminRevenue({ group_by: 'plan', currency: 'EUR' })],
  ['admin', 'Revenue', () => paths.adminRevenue({ tab: 'recurring' })],
  ['admin', 'Revenue', () => paths.adminRevenue({ tab: 'unbilled' })],
  ['admin', 'Meters', () => paths.adminMeters()],
  ['admin', 'Requests', ({ state }) => paths.adminMeter(state.meters[0]?.id ?? '')],
  ['admin', 'Egress', ({ state }) => paths.adminMeter(state.meters[1]?.id ?? '')],
  ['admin', 'Quotas', () => paths.adminQuotas({ state: 'all' })],
  ['admin', 'Quotas', () => paths.adminQuotas({ tab: 'overrides', state: 'all' })],
  ['admin', 'Quotas', () => paths.adminQuotas({ tab: 'leases' })],
  ['admin', 'API document', () => paths.adminApiDocument],
  ['admin', 'Customers', () => paths.adminCustomers()],
  ['admin', 'Customers', () => paths.adminCustomers({ q: 'none at all' })],
  ['admin', 'Acme', tabOf()],
  ['admin', 'Acme', tabOf('subscription')],
  ['admin', 'Acme', tabOf('keys')],
  ['admin', 'Acme', tabOf('money')],
  ['admin', 'Acme', tabOf('usage')],
  ['admin', 'Acme', tabOf('members')],
  ['admin', 'Acme', tabOf('notices')],
  ['admin', 'Coupons and taxes', () => paths.adminTerms],
  ['admin', 'Audit log', () => paths.adminAudit()],
  ['admin', 'Audit log', () => paths.adminAudit({ action: 'nothing.such' })],
  ['admin', 'Plans', () => paths.adminPlans()],
  ['admin', 'Pro', (stage) => paths.adminPlan(pro(stage).id)],
  ['admin', 'New version', (stage) => paths.adminPlanNewVersion(pro(stage).id)],
  [
    'admin',
    'New own terms',
    (stage) =>
      paths.adminPlanNewVersion(pro(stage).id, { customer: acme(stage), from: pro(stage).newest }),
  ],
  ['admin', 'Pro, version 1', version(pro, 'newest')],
  ['admin', 'Pro, version 2', version(pro, 'before')],
  ['admin', 'Tiered, version 1', version(tiered, 'newest')],
  ['admin', 'Tiered, version 2', version(tiered, 'before')],
  ['admin', 'Routes', () => paths.adminRoutes],
  ['admin', 'Test a path', () => paths.adminRouteTrial()],
  ['admin', 'New route', () => paths.adminRouteNew],
  ['admin', 'Weather', ({ state }) => paths.adminRoute(state.routes[0]?.id ?? '')],
  ['admin', 'Secrets', () => paths.adminSecrets],
  ['admin', 'Invoices', () => paths.adminInvoices()],
  ['admin', 'INV-000042', (stage) => paths.adminInvoice(sent(stage))],
  ['admin', 'Billing settings', () => paths.adminBillingSettings],
  ['admin', 'Stripe', () => paths.adminStripe()],
  ['admin', 'Stripe', () => paths.adminStripe({ tab: 'queue' })],
  ['admin', 'Stripe', () => paths.adminStripe({ tab: 'events' })],
  ['admin', 'Stripe', () => paths.adminStripe({ tab: 'disputes' })],
  ['admin', 'Reconciliation', () => paths.adminReconciliations],
  ['admin', 'Reconciliation of', (stage) => paths.adminReconciliation(compared(stage))],
  ['admin', 'Jobs', () => paths.adminJobs],
  ['admin', 'Retention', () => paths.adminRetention],
  ['admin', 'Branding', () => paths.adminBranding],
  ['admin', 'Tokens', () => paths.adminTokens()],
  ['admin', 'Your account', () => paths.adminAccount],
  ['admin', 'Gateways', () => paths.adminGateways()],
];

export const WIDTHS = [320, 768, 1280] as const;
export const THEMES = ['light', 'dark'] as const;
export interface Look {
  width: (typeof WIDTHS)[number];
  theme: (typeof THEMES)[number];
}

export interface Visitors {
  stage: Stage;
  /** Goes there, and waits for nothing. */
  open: (visit: Visit) => Promise<Page>;
  /** Opens a page and says all that is wrong with it. */
  faultsOf: (visit: Visit, look: Look) => Promise<string[]>;
}

/** A stage with everybody who looks at pages. */
export async function raiseVisitors(): Promise<Visitors> {
  const stage = await raiseStage();
  const customer = { id: acme(stage), name: 'Acme' };
  const { run: differs, ...found } = differentBooks(customer, sent(stage));
  Object.assign(stage.state.books, { runs: [differs, run()], ...found });
  const contexts: Record<Who, BrowserContext> = {
    nobody: await stage.enter(),
    customer: await stage.enter(CUSTOMER),
    admin: await stage.enter(ADMIN),
  };
  const open = async ([who, , path]: Visit): Promise<Page> => {
    const page = await contexts[who].newPage();
    await page.goto(path(stage));
    return page;
  };
  return {
    stage,
    open,
    faultsOf: (visit, look) => faultsOf(contexts[visit[0]], stage, [visit, look]),
  };
}

async function faultsOf(
  context: BrowserContext,
  stage: Stage,
  [[, heading, path], { width, theme }]: readonly [Visit, Look],
): Promise<string[]> {
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.goto(path(stage));
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({
    state: 'detached',
  });
  const violations = await violationsOn(page);
  const unseen = await page.locator('main nav [aria-current]').evaluateAll(
    (tabs) =>
      tabs.filter((tab) => {
        const { left, right } = tab.getBoundingClientRect();
        return left < 0 || right > innerWidth;
      }).length,
  );
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const byKeyboard = await faultsByKeyboard(page);
  await page.close();
  return [
    ...violations.flatMap((one) => one.nodes.map(({ target }) => `${one.id} ${target.join(' ')}`)),
    ...(unseen > 0 ? ['the open tab is out of sight'] : []),
    ...(sideways > 0 ? [`scrolls sideways by ${sideways} px`] : []),
    ...byKeyboard,
    ...complaints,
  ];
}

/** What a visit is called in a report: who goes where. */
export const nameOf = ([who, heading]: Visit): string => `${who} at ${heading}`;

/** @returns the pages of this pattern ('/c/$customerId/keys') that nobody visits. */
export function unvisited(patterns: readonly string[], stage: Stage): string[] {
  const seen = VISITS.map(([, , path]) => path(stage).split('?')[0] ?? '');
  return patterns.filter((pattern) => {
    const wanted = pattern.split('/').filter((part) => part !== '');
    return !seen.some((path) => {
      const parts = path.split('/').filter((part) => part !== '');
      const fits = wanted.every((part, at) =>
        part.startsWith('$') ? !patterns.includes(path) : part === parts[at],
      );
      return fits && parts.length === wanted.length;
    });
  });
}
