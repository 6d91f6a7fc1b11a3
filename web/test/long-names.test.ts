import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, CUSTOMER, raiseStage, type Stage } from './stage.ts';

/** Every name as long as the API takes it and without a place to break: no page may give way. */

const LONG = 'W'.repeat(200);
const WIDTHS = [320, 768, 1280];
/** A row of a table stays a row: a few lines. */
const ROW_HEIGHT_MAX_PX = 120;

let stage: Stage;
const visitors = new Map<string, BrowserContext>();

beforeAll(async () => {
  stage = await raiseStage();
  visitors.set('customer', await stage.enter(CUSTOMER));
  visitors.set('admin', await stage.enter(ADMIN));
  lengthen(stage);
}, 120_000);
afterAll(() => stage.close());

function lengthen({ state }: Stage): void {
  for (const one of state.customers) Object.assign(one, { name: LONG, external_id: LONG });
  for (const one of state.users) Object.assign(one, { name: LONG });
  for (const one of state.keys) one.name = LONG;
  for (const one of state.meters) Object.assign(one, { name: LONG, unit: 'u'.repeat(32) });
  for (const one of state.plans) {
    Object.assign(one, { name: LONG, slug: 's'.repeat(63), description: 'd'.repeat(900) });
    for (const version of one.versions) {
      for (const right of version.entitlements) {
        if (right.kind === 'feature') right.feature = 'f'.repeat(63);
      }
    }
  }
  for (const gateway of state.fleet.gateways) {
    gateway.id = `${gateway.id}${'g'.repeat(80)}`;
    for (const boot of gateway.boots) Object.assign(boot, { version: 'v'.repeat(50) });
    for (const boot of gateway.boots) boot.boot = `${boot.boot}${'b'.repeat(80)}`;
  }
  for (const lost of [...state.fleet.gaps, ...state.fleet.letters]) {
    Object.assign(lost, { boot: 'b'.repeat(100), reason: 'r'.repeat(100) });
  }
  for (const one of state.routes) {
    const path_pattern = `/${'p'.repeat(900)}/${one.id}/*`;
    const upstream_url = `http://${'u'.repeat(63)}.example/${'x'.repeat(1_800)}`;
    const host = `${'h'.repeat(63)}.${'h'.repeat(63)}.example`;
    Object.assign(one, { name: LONG, path_pattern, upstream_url, host, state: 'active' });
  }
}

const acme = (): string => stage.state.members[0]?.customerId ?? '';
const pro = () => {
  const plan = stage.state.plans.find((one) => one.versions[1]?.state === 'draft');
  const [published, draft] = plan?.versions ?? [];
  return { id: plan?.id ?? '', published: published?.id ?? '', draft: draft?.id ?? '' };
};

const tiered = () => {
  const plan = stage.state.plans.find((one) => one.versions[0]?.proration === 'day');
  const [draft, published] = plan?.versions ?? [];
  return { id: plan?.id ?? '', published: published?.id ?? '', draft: draft?.id ?? '' };
};

type Visit = readonly [who: string, what: string, path: () => string];

const VISITS: readonly Visit[] = [
  ['customer', 'Welcome', () => paths.welcome],
  ['customer', 'Overview', () => paths.overview(acme())],
  ['customer', 'Usage by route', () => paths.usage(acme(), { range: '7d', group_by: 'route' })],
  ['customer', 'Usage by key', () => paths.usage(acme(), { range: '7d', group_by: 'key' })],
  ['customer', 'Keys', () => paths.keys(acme(), { state: 'all' })],
  ['customer', 'Team', () => paths.team(acme())],
  ['customer', 'Payments', () => paths.payments(acme())],
  ['customer', 'Settings', () => paths.settings(acme())],
  ['admin', 'Customers', () => paths.adminCustomers()],
  ['admin', 'a customer', () => paths.adminCustomer(acme())],
  ['admin', 'its subscription', () => paths.adminCustomer(acme(), { tab: 'subscription' })],
  ['admin', 'its keys', () => paths.adminCustomer(acme(), { tab: 'keys' })],
  ['admin', 'its usage', () => paths.adminCustomer(acme(), { tab: 'usage', group_by: 'route' })],
  ['admin', 'its members', () => paths.adminCustomer(acme(), { tab: 'members' })],
  ['admin', 'Plans', () => paths.adminPlans()],
  ['admin', 'a plan', () => paths.adminPlan(pro().id)],
  ['admin', 'a new version', () => paths.adminPlanNewVersion(pro().id)],
  ['admin', 'a published version', () => paths.adminPlanVersion(pro().id, pro().published)],
  ['admin', 'a draft', () => paths.adminPlanVersion(pro().id, pro().draft)],
  ['admin', 'a tiered draft', () => paths.adminPlanVersion(tiered().id, tiered().draft)],
  ['admin', 'tiers to read', () => paths.adminPlanVersion(tiered().id, tiered().published)],
  ['admin', 'Routes', () => paths.adminRoutes],
  ['admin', 'a new route', () => paths.adminRouteNew],
  ['admin', 'Gateways', () => paths.adminGateways()],
  ['admin', 'a route', () => paths.adminRoute(stage.state.routes[0]?.id ?? '')],
];

describe.each(VISITS)('%s at %s', (who, what, path) => {
  test('neither scrolls sideways nor has rows like towers', async () => {
    const page = await visitors.get(who)!.newPage();
    await page.goto(path());
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({
      state: 'detached',
    });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await redrawn(page);
      const fit = { sideways: 0, tables: 0, towers: 0 };
      await expect.poll(() => excessOf(page), { message: `${what}, ${width} px` }).toEqual(fit);
    }
    await page.close();
  });
});

/** A table that turns into cards, or back, does so in the frame after the window changed. */
function redrawn(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let frames = 0; frames < 5; frames += 1) await new Promise(requestAnimationFrame);
  });
}

/** What sticks out: pixels past the window, past a table's own frame, and rows too high. */
function excessOf(page: Page) {
  return page.evaluate((high) => {
    const over = (element: Element): number =>
      Math.max(0, element.scrollWidth - element.clientWidth);
    const tables = [...document.querySelectorAll('main table')].map((one) => one.parentElement);
    const rows = [...document.querySelectorAll('main tr')];
    return {
      sideways: Math.max(0, document.documentElement.scrollWidth - innerWidth),
      tables: tables.reduce((sum, one) => sum + (one === null ? 0 : over(one)), 0),
      towers: rows.filter((row) => row.getBoundingClientRect().height > high).length,
    };
  }, ROW_HEIGHT_MAX_PX);
}
