import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, complaintsOf, CUSTOMER, raiseStage, type Stage, violationsOn } from './stage.ts';

/** Every page once: accessible, without a complaint of the browser, without sideways scroll. */

let stage: Stage;
const visitors = new Map<string, BrowserContext>();

beforeAll(async () => {
  stage = await raiseStage();
  visitors.set('nobody', await stage.enter());
  visitors.set('customer', await stage.enter(CUSTOMER));
  visitors.set('admin', await stage.enter(ADMIN));
}, 120_000);
afterAll(() => stage.close());

const acme = (): string => stage.state.customers.find((one) => one.name === 'Acme')?.id ?? '';
const unused = (): string =>
  stage.state.customers.find((one) => one.name === 'Brand new')?.id ?? '';
const pro = () => {
  const plan = stage.state.plans.find((one) => one.slug === 'pro');
  const [published, draft] = plan?.versions ?? [];
  return { id: plan?.id ?? '', published: published?.id ?? '', draft: draft?.id ?? '' };
};

const tiered = () => {
  const plan = stage.state.plans.find((one) => one.slug === 'tiered');
  const [draft, published] = plan?.versions ?? [];
  return { id: plan?.id ?? '', published: published?.id ?? '', draft: draft?.id ?? '' };
};

const sent = (): string => stage.state.invoices.find(({ state }) => state === 'open')?.id ?? '';

type Visit = readonly [who: string, heading: string, path: () => string];

const VISITS: readonly Visit[] = [
  ['nobody', 'Sign in', () => paths.signIn()],
  ['nobody', 'Sign up', () => paths.signUp],
  ['nobody', 'Forgot your password?', () => paths.forgotPassword],
  ['nobody', 'Choose a new password', () => `${paths.resetPassword}?token=t`],
  ['nobody', 'This link no longer works', () => `${paths.resetPassword}?error=INVALID_TOKEN`],
  ['nobody', 'Page not found', () => '/nowhere'],
  ['customer', 'Welcome', () => paths.welcome],
  ['customer', 'Overview', () => paths.overview(acme())],
  ['customer', 'Overview', () => paths.overview(unused())],
  ['customer', 'Usage', () => paths.usage(acme(), { range: '7d', group_by: 'key' })],
  ['customer', 'Usage', () => paths.usage(unused(), { range: 'custom' })],
  ['customer', 'Keys', () => paths.keys(acme(), { state: 'all' })],
  ['customer', 'Keys', () => paths.keys(unused())],
  ['admin', 'Customers', () => paths.adminCustomers()],
  ['admin', 'Customers', () => paths.adminCustomers({ q: 'none at all' })],
  ['admin', 'Acme', () => paths.adminCustomer(acme())],
  ['admin', 'Acme', () => paths.adminCustomer(acme(), { tab: 'subscription' })],
  ['admin', 'Acme', () => paths.adminCustomer(acme(), { tab: 'keys' })],
  ['admin', 'Acme', () => paths.adminCustomer(acme(), { tab: 'usage' })],
  ['admin', 'Acme', () => paths.adminCustomer(acme(), { tab: 'members' })],
  ['admin', 'Coupons and taxes', () => paths.adminTerms],
  ['admin', 'Audit log', () => paths.adminAudit()],
  ['admin', 'Audit log', () => paths.adminAudit({ action: 'nothing.such' })],
  ['admin', 'Plans', () => paths.adminPlans()],
  ['admin', 'Pro', () => paths.adminPlan(pro().id)],
  ['admin', 'Test a path', () => paths.adminRouteTrial()],
  ['admin', 'New version', () => paths.adminPlanNewVersion(pro().id)],
  [
    'admin',
    'New own terms',
    () => paths.adminPlanNewVersion(pro().id, { customer: acme(), from: pro().published }),
  ],
  ['admin', 'Pro, version 1', () => paths.adminPlanVersion(pro().id, pro().published)],
  ['admin', 'Pro, version 2', () => paths.adminPlanVersion(pro().id, pro().draft)],
  ['admin', 'Tiered, version 1', () => paths.adminPlanVersion(tiered().id, tiered().draft)],
  ['admin', 'Tiered, version 1', () => paths.adminPlanVersion(tiered().id, tiered().draft)],
  ['admin', 'Tiered, version 1', () => paths.adminPlanVersion(tiered().id, tiered().draft)],
  ['admin', 'Tiered, version 2', () => paths.adminPlanVersion(tiered().id, tiered().published)],
  ['admin', 'Routes', () => paths.adminRoutes],
  ['admin', 'New route', () => paths.adminRouteNew],
  ['admin', 'Weather', () => paths.adminRoute(stage.state.routes[0]?.id ?? '')],
  ['customer', 'Invoices', () => paths.invoices(acme())],
  ['customer', 'Invoices', () => paths.invoices(unused())],
  ['customer', 'INV-000042', () => paths.invoice(acme(), sent())],
  ['admin', 'Invoices', () => paths.adminInvoices()],
  ['admin', 'Jobs', () => paths.adminJobs],
  ['admin', 'INV-000042', () => paths.adminInvoice(sent())],
  ['admin', 'Gateways', () => paths.adminGateways()],
  ['admin', 'Gateways', () => paths.adminGateways()],
  ['admin', 'Gateways', () => paths.adminGateways()],
  ['admin', 'Billing settings', () => paths.adminBillingSettings],
];

const WIDTHS = [320, 768, 1280];

describe.each(VISITS.map((visit, at) => [...visit, at] as const))('%s at %s', (...visit) => {
  const [who, heading, path, at] = visit;
  const width = WIDTHS[at % WIDTHS.length] ?? 320;
  const theme = at % 2 === 0 ? 'light' : 'dark';

  test(`is sound at ${width} px, ${theme}`, async () => {
    const page = await visitors.get(who)!.newPage();
    const complaints = complaintsOf(page);
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(path());
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({
      state: 'detached',
    });
    const violations = await violationsOn(page);
    expect(violations.map((one) => [one.id, one.nodes.map((node) => node.target)])).toEqual([]);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(sideways).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

test('a page that is not sound is seen not to be', async () => {
  const page = await visitors.get('nobody')!.newPage();
  const words = '<p style="color: #aaa; background: #fff">pale</p><img src="data:,">';
  await page.setContent(`<html lang="en"><title>T</title><main><h1>H</h1>${words}</main></html>`);
  const violations = await violationsOn(page);
  expect(violations.map(({ id }) => id).toSorted()).toEqual(['color-contrast', 'image-alt']);
  await page.close();
});
