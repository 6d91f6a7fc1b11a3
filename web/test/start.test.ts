import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Get started and Logs, before a real core and a real gateway.

const TEST_MS = 240_000;
const PATIENT = { timeout: 30_000 };
let stage: ShopStage;
let plan: string;

beforeAll(async () => {
  stage = await raiseShop();
  const quota = { kind: 'quota', meter_id: 'mtr_requests', limit: '3', window: 'month' };
  plan = await stage.shop.offer({ entitlements: [quota] });
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

const ask = async (path: string, key: string): Promise<number> => {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${stage.gatewayUrl}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
};

async function keyOf({ customerId }: Visitor): Promise<string> {
  const path = `/customers/${customerId}/keys`;
  return (await stage.shop.api<{ secret: string }>(path, { name: 'Server' })).secret;
}

/** Makes the first key in the browser, as people do. Out: its secret. */
async function makeKey(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create your first key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('First');
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const secret = (await page.getByTestId('key-secret').textContent()) ?? '';
  await page.getByRole('button', { name: 'Copy key' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  return secret;
}

test(
  'from no key to “we saw it”: each wrong turn is shown with its cause, live',
  async () => {
    const { customerId, context } = await stage.enter(plan);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.start(customerId));
    await page.getByText('Waiting for your first request…').waitFor(PATIENT);
    const secret = await makeKey(page);
    await page.getByText('You have 1 key:').waitFor();

    expect(await page.locator('code', { hasText: 'curl' }).textContent()).toContain(
      `'${stage.gatewayUrl}/weather'`,
    );
    for (const [language, part] of [
      ['JavaScript', 'await fetch("'],
      ['Python', 'requests.request('],
      ['Go', 'http.NewRequest("GET", "'],
    ] as const) {
      await page.getByRole('button', { name: language, exact: true }).click();
      await page.getByText(part).first().waitFor();
      await page.getByRole('button', { name: `Copy the request in ${language}` }).click();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('/weather');
    }

    expect(await ask('/wether', secret)).toBe(404);
    await page.getByText('We saw it, and refused it: 404').waitFor(PATIENT);
    await page.getByText('No route has this host and path.').waitFor();
    expect(await ask('/weather', secret.slice(0, -1))).toBe(401);
    await page.getByText('The key is mistyped: its check digits do not fit.').waitFor(PATIENT);
    expect(await ask('/weather', secret)).toBe(200);
    await page.getByText(/^We saw it: 200, [\d.,]+ m?s, 1 request$/).waitFor(PATIENT);
    await ask('/weather', secret);
    await ask('/weather', secret);
    expect(await ask('/weather', secret)).toBe(429);
    await page.getByText('The quota is used up.').waitFor(PATIENT);
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'logs show a request with what was decided, and follow what comes; filters are in the URL',
  async () => {
    const visitor = await stage.enter(plan);
    const { customerId, context } = visitor;
    const page = await context.newPage();
    await page.goto(paths.logs(customerId));
    await page.getByText('No requests yet').waitFor(PATIENT);
    const key = await keyOf(visitor);
    await ask('/weather?secret=1', key);
    const row = page.getByRole('button', { name: /^Open GET \/weather,/ });
    await row.waitFor(PATIENT);
    await ask('/nowhere', key);
    await page.getByText('404 refused').waitFor(PATIENT);
    expect(await page.content()).not.toContain('secret=1');

    await page.getByLabel('How it ended').selectOption('refused');
    await page.waitForURL(/end=refused/);
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Open GET \/nowhere/ }).click();
    const drawer = page.getByRole('dialog', { name: 'Request' });
    await drawer.getByText('A route matches: no').waitFor(PATIENT);
    await page.keyboard.press('Escape');
    await page.getByLabel('How it ended').selectOption('server_error');
    await page.getByText('No requests match').waitFor(PATIENT);
    await page.getByRole('button', { name: 'Clear filters' }).click();

    await row.click();
    await drawer.getByText('Waiting for the API').waitFor(PATIENT);
    await drawer.getByText('1 request').waitFor();
    await page.reload();
    await drawer.getByText('Passed on to the API: yes').waitFor(PATIENT);
    await page.getByText('A request is kept for 72 h.').waitFor();
    await context.close();
  },
  TEST_MS,
);

test(
  'what cannot be loaded says so with its request id, and Retry heals it',
  async () => {
    const { customerId, context } = await stage.enter(plan, 'viewer');
    const page = await context.newPage();
    const body = {
      title: 'Something went wrong',
      status: 500,
      code: 'internal',
      request_id: 'req_1',
    };
    for (const [path, part, healed] of [
      [paths.start(customerId), '**/overview', 'The key comes from the environment:'],
      [paths.logs(customerId), '**/requests', 'No requests yet'],
    ] as const) {
      await page.route(part, (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', json: body }),
      );
      await page.goto(path);
      await page.getByText('req_1').first().waitFor(PATIENT);
      await page.unroute(part);
      await page.getByRole('button', { name: 'Retry' }).first().click();
      await page.getByText(healed).waitFor(PATIENT);
    }
    // Who may not make a key is told who can.
    await page.goto(paths.start(customerId));
    await page.getByText('An owner or a developer of this customer can create one.').waitFor();
    expect(await page.getByRole('button', { name: /^Create/ }).count()).toBe(0);
    await context.close();
  },
  TEST_MS,
);

test.each([
  [320, 'light'],
  [768, 'dark'],
  [1280, 'light'],
] as const)(
  'both pages are sound at %d px, %s',
  async (width, theme) => {
    const visitor = await stage.enter(plan);
    const page = await visitor.context.newPage();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const key = await keyOf(visitor);
    await page.goto(paths.start(visitor.customerId));
    await page.getByText('Waiting for your first request…').waitFor(PATIENT);
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    await ask('/weather', key);
    await page.getByText(/^We saw it: 200/).waitFor(PATIENT);
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    await ask('/nowhere', key);
    await page.getByText(/refused it: 404/).waitFor(PATIENT);
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    await page.goto(paths.logs(visitor.customerId));
    await page.getByRole('button', { name: /^Open GET \/nowhere/ }).click();
    await page.getByText('Where its time went').first().waitFor(PATIENT);
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
    await visitor.context.close();
  },
  TEST_MS,
);
