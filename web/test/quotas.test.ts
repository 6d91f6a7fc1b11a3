import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Admin · Quotas, before a real core and a real gateway that refuses what is beyond a quota.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
const LIMIT = 3;
const RAISED = 6;
let stage: ShopStage;
let version: string;
let admin: BrowserContext;

beforeAll(async () => {
  stage = await raiseShop();
  const quota = { kind: 'quota', meter_id: 'mtr_requests', window: 'day', enforcement: 'hard' };
  version = await stage.shop.offer({ entitlements: [{ ...quota, limit: String(LIMIT) }] });
  admin = await stage.enterAdmin();
  admin.setDefaultTimeout(WAIT_MS);
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

type Customer = Visitor & { name: string; key: string };

/** A customer with somebody in a browser, and a key. */
async function customer(): Promise<Customer> {
  const visitor = await stage.enter(version, 'developer');
  visitor.context.setDefaultTimeout(WAIT_MS);
  const path = `/customers/${visitor.customerId}`;
  const { name } = await stage.shop.api<{ name: string }>(path);
  const { secret: key } = await stage.shop.api<{ secret: string }>(`${path}/keys`, { name: 'k' });
  return { ...visitor, name, key };
}

async function status({ key }: Customer): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${stage.gatewayUrl}/weather`, { headers });
  await answer.text();
  return answer.status;
}

/** How many requests in a row pass. */
async function pass(who: Customer): Promise<number> {
  let passed = 0;
  while (passed < 50 && (await status(who)) === 200) passed += 1;
  return passed;
}

async function open(path: string, expected?: RegExp) {
  const page = await admin.newPage();
  const complaints = complaintsOf(page, expected);
  await page.goto(path);
  return { page, complaints };
}

const ask = async ({ context, customerId }: Customer, limit: string): Promise<void> => {
  const data = { meter_id: 'mtr_requests', window: 'day', limit, reason: 'Launch week' };
  const path = `/api/portal/v1/customers/${customerId}/quota-requests`;
  const page = await context.newPage();
  await page.goto(paths.quotas(customerId));
  const headers = { origin: new URL(page.url()).origin };
  expect((await context.request.post(path, { data, headers })).status()).toBe(201);
  await page.close();
};
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

test(
  'a grant raises the quota at the gateway, the customer is told, and its end is one there',
  async () => {
    const acme = await customer();
    expect(await pass(acme)).toBe(LIMIT);
    await ask(acme, '5');
    const { page, complaints } = await open(paths.adminQuotas(), /status of 400/);
    await row(page, acme.name).getByText('Launch week').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await row(page, acme.name).getByRole('button', { name: 'Grant…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New limit').fill('2');
    await dialog.getByRole('button', { name: 'Grant and raise' }).click();
    await dialog.getByText('Is not more than the plan and add-ons have').waitFor();
    await dialog.getByLabel('New limit').fill(String(RAISED));
    await dialog.getByLabel('What the customer is told').fill('Good luck!');
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Grant and raise' }).click();
    await page.getByText('Nothing waits').waitFor();
    await vi.waitUntil(async () => (await status(acme)) === 200, { timeout: WAIT_MS });
    expect(await pass(acme)).toBe(RAISED - LIMIT - 1);
    const notices = await acme.context.newPage();
    await notices.goto(paths.notices(acme.customerId));
    await notices.getByText('Your quota of requests is now 6 a day').first().waitFor();
    await notices.getByText('Good luck!').first().waitFor();

    await page.getByRole('link', { name: 'Raised', exact: true }).click();
    await row(page, acme.name).getByRole('button', { name: 'End…' }).click();
    await page.getByText(/is 3 again at once/).waitFor();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('No quota is raised').waitFor();
    expect(await status(acme)).toBe(429);
    await page.getByLabel('State').selectOption('Ended');
    await row(page, acme.name).getByRole('button', { name: 'Raise again…' }).click();
    await dialog.getByRole('option', { name: 'Requests per day: 3 by plan' }).waitFor({
      state: 'attached',
    });
    expect(await dialog.getByLabel('New limit').inputValue()).toBe(String(RAISED));
    await dialog.getByLabel('Reason').fill('Once more');
    await dialog.getByRole('button', { name: 'Raise it' }).click();
    await page.getByText('Quota raised').waitFor();
    await page.getByLabel('State').selectOption('Holds now');
    await row(page, acme.name).getByRole('button', { name: 'End…' }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('No quota is raised').waitFor();
    expect(complaints).toEqual([]);
    await acme.context.close();
    await page.close();
  },
  TEST_MS,
);

test(
  'a quota is raised for a time, changed, and ends by itself at the gateway',
  async () => {
    const acme = await customer();
    const { page, complaints } = await open(paths.adminQuotas({ tab: 'overrides' }));
    await page.getByRole('button', { name: 'Raise a quota…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox', { name: 'Customer' }).fill(acme.name);
    await dialog.getByRole('button', { name: acme.name, exact: true }).click();
    await dialog.getByRole('option', { name: 'Requests per day: 3 by plan' }).waitFor({
      state: 'attached',
    });
    await dialog.getByLabel('New limit').fill('1000');
    await dialog.getByLabel('Reason').fill('<img src=x onerror=alert(1)>');
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Raise it' }).click();
    await row(page, acme.name).getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await pass(acme)).toBe(50);

    await row(page, acme.name).getByRole('button', { name: 'Change…' }).click();
    await dialog.getByLabel('New limit').fill('60');
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await row(page, acme.name).getByText('60', { exact: true }).waitFor();
    await vi.waitUntil(async () => (await status(acme)) === 429, { timeout: WAIT_MS });

    const list = `/quota-overrides?customer_id=${acme.customerId}&state=active`;
    const [held] = (await stage.shop.api<{ data: { id: string }[] }>(list)).data;
    const ends_at = new Date(Date.now() + 3_000).toISOString();
    await stage.shop.api('/quota-overrides', {
      ...{ customer_id: acme.customerId, meter_id: 'mtr_requests', window: 'day' },
      ...{ limit: '100000', reason: 'An hour', replaces: held?.id, ends_at },
    });
    await vi.waitUntil(async () => (await status(acme)) === 200, { timeout: WAIT_MS });
    await vi.waitUntil(async () => (await status(acme)) === 429, { timeout: WAIT_MS });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(ends_at));
    await page.reload();
    await page.getByText('No quota is raised').waitFor();
    expect(complaints).toEqual([]);
    await acme.context.close();
    await page.close();
  },
  TEST_MS,
);

test(
  'a customer chooses at which share of a quota it is told, and is',
  async () => {
    const acme = await customer();
    const page = await acme.context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.quotas(acme.customerId));
    const warnings = page.getByRole('region', { name: 'Warnings' });
    const shares = warnings.getByLabel('Told at, in percent');
    await shares.fill('0, 101');
    await warnings.getByRole('button', { name: 'Save' }).click();
    await warnings.getByText('Use whole numbers from 1 to 100').waitFor();
    await shares.fill('90, 30');
    await warnings.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Warnings changed').waitFor();
    expect(await shares.inputValue()).toBe('30, 90');
    expect(await violationsOn(page)).toEqual([]);
    expect(await status(acme)).toBe(200);
    await vi.waitUntil(
      async () => {
        const list = `/notices?customer_id=${acme.customerId}`;
        const { data } = await stage.shop.api<{ data: { title: string }[] }>(list);
        return data.some(({ title }) => title === '30 % of the quota of requests is used');
      },
      { timeout: WAIT_MS },
    );
    expect(complaints).toEqual([]);
    await acme.context.close();
  },
  TEST_MS,
);

test(
  'what gateways hold is shown by customer and meter, with boot and end',
  async () => {
    const acme = await customer();
    expect(await status(acme)).toBe(200);
    const { page, complaints } = await open(paths.adminQuotas({ tab: 'leases' }));
    const lease = row(page, acme.name);
    await lease.getByText(/of 3 lent/).waitFor();
    expect(await lease.getByRole('link').last().getAttribute('href')).toMatch(/boot=/);
    expect(await violationsOn(page)).toEqual([]);
    await page.goto(paths.adminQuotas({ tab: 'leases', customer: 'cus_000000000000000000000000' }));
    await page.getByText('No leases match').waitFor();
    expect(complaints).toEqual([]);
    await acme.context.close();
    await page.close();
  },
  TEST_MS,
);

test(
  'what cannot be read says why, with its request id, and Retry brings it',
  async () => {
    const page = await admin.newPage();
    const body = { title: 'Not available just now', status: 503, code: 'unavailable' };
    for (const [tab, call, healed] of [
      [undefined, '**/v1/quota-requests?*', 'Nothing waits'],
      ['overrides', '**/v1/quota-overrides?*', 'No quota is raised'],
      ['leases', '**/v1/quota-windows*', 'Lent now'],
    ] as const) {
      await page.route(call, (route) =>
        route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: JSON.stringify({ ...body, request_id: 'req_7' }),
        }),
      );
      await page.goto(paths.adminQuotas({ tab }));
      await page.getByText('req_7').first().waitFor();
      await page.unroute(call);
      await page.getByRole('button', { name: 'Retry' }).first().click();
      await page.getByText(healed).first().waitFor();
      expect(await page.getByText('req_7').count()).toBe(0);
    }
    await page.close();
  },
  TEST_MS,
);

test.each([
  [320, 'light'],
  [768, 'dark'],
  [1280, 'dark'],
] as const)(
  'the page is sound at %d px, %s',
  async (width, theme) => {
    const acme = await customer();
    await ask(acme, '5');
    await status(acme);
    const page = await admin.newPage();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const tab of [undefined, 'overrides', 'leases']) {
      await page.goto(paths.adminQuotas({ tab, state: 'all' }));
      await page.getByText('Acme').first().waitFor();
      expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over).toBeLessThanOrEqual(0);
    }
    await page.close();
    await acme.context.close();
  },
  TEST_MS,
);
