import type { BrowserContext, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage } from './shop-stage.ts';

// What is shown stays, with its age and Retry, when it cannot be read again.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
const STEP_MS = 10_000;
let stage: ShopStage;
let admin: BrowserContext;
let customer: BrowserContext;
let customerId: string;

beforeAll(async () => {
  stage = await raiseShop();
  const quota = { kind: 'quota', meter_id: 'mtr_requests', window: 'day', limit: '100' };
  const version = await stage.shop.offer({ entitlements: [quota] });
  ({ context: customer, customerId } = await stage.enter(version));
  admin = await stage.enterAdmin();
  for (const context of [customer, admin]) context.setDefaultTimeout(WAIT_MS);
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

const stale = (page: Page) => page.getByRole('status').filter({ hasText: 'Could not refresh.' });

/** Time passes, and the window is come back to, until the page has noticed. */
async function untilNoticed(page: Page): Promise<void> {
  const step = async (): Promise<number> => {
    await page.clock.runFor(STEP_MS);
    await page.evaluate(() => {
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    });
    return stale(page).count();
  };
  await expect.poll(step, { timeout: WAIT_MS, interval: 250 }).toBeGreaterThan(0);
}

/** What a page has asked for and not got yet, without the streams, which go on. */
function unanswered(page: Page): () => string[] {
  const open = new Set<Request>();
  page.on('request', (request) => {
    if (request.headers().accept !== 'text/event-stream') open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  return () => [...open].map((request) => request.url());
}

const PAGES: readonly [who: 'customer' | 'admin', path: () => string, shown: string][] = [
  ['customer', () => paths.overview(customerId), 'Requests per day'],
  ['customer', () => paths.usage(customerId), 'No usage in this range'],
  ['customer', () => paths.quotas(customerId), 'Requests per day'],
  ['customer', () => paths.keys(customerId), 'No keys yet'],
  ['admin', () => paths.adminQuotas(), 'Nothing waits'],
  ['admin', () => paths.adminMeters(), 'Requests'],
  ['admin', () => paths.adminRoutes, 'Weather'],
  ['admin', () => paths.adminGateways(), 'Version'],
];

test.each(PAGES.map(([who, path, shown], at) => ({ who, path, shown, at })))(
  'page $at of a walk keeps “$shown” while the API is away, says how old it is, and comes back',
  async ({ who, path, shown }) => {
    const page = await (who === 'admin' ? admin : customer).newPage();
    const asked = unanswered(page);
    await page.clock.install();
    await page.goto(path());
    const known = page.getByRole('main').getByText(shown).first();
    await known.waitFor();
    // What was never there cannot be stale: an alert would rightly stand in its place.
    await expect.poll(asked, { timeout: WAIT_MS }).toEqual([]);
    await page.route('**/api/**', (route) => route.abort());
    await untilNoticed(page);
    expect(await stale(page).first().innerText()).toMatch(/Updated (just now|\d+ (s|min|h) ago)/);
    expect(await known.isVisible()).toBe(true);
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    await page.unroute('**/api/**');
    for (;;) {
      const notes = await stale(page).count();
      if (notes === 0) break;
      await stale(page).first().getByRole('button', { name: 'Retry' }).click();
      await expect.poll(() => stale(page).count(), { timeout: WAIT_MS }).toBeLessThan(notes);
    }
    expect(await known.isVisible()).toBe(true);
    await page.close();
  },
  TEST_MS,
);
