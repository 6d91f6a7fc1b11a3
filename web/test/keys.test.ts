import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Keys of a customer, and tokens of admins, before a real core and a real gateway.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
let stage: ShopStage;
let version: string;

beforeAll(async () => {
  stage = await raiseShop();
  version = await stage.shop.offer({ entitlements: [] });
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

type Open = Visitor & { page: Page; complaints: string[]; key: string };

async function open(): Promise<Open> {
  const visitor = await stage.enter(version, 'developer');
  visitor.context.setDefaultTimeout(WAIT_MS);
  const path = `/customers/${visitor.customerId}/keys`;
  const { secret: key } = await stage.shop.api<{ secret: string }>(path, { name: 'Server' });
  const page = await visitor.context.newPage();
  return { ...visitor, page, key, complaints: complaintsOf(page) };
}

async function status(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${stage.gatewayUrl}/weather`, { headers });
  await answer.text();
  return answer.status;
}

const becomes = (key: string, wanted: number): Promise<unknown> =>
  vi.waitUntil(async () => (await status(key)) === wanted, { timeout: WAIT_MS });

async function act(page: Page, deed: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions for Server' }).first().click();
  await page.getByRole('menuitem', { name: deed }).click();
}

test(
  'a key shows what it was used for, is made anew, and the old one ends at the gateway',
  async () => {
    const { page, context, customerId, key, complaints } = await open();
    await becomes(key, 200);
    const path = `/usage?customer_id=${customerId}`;
    await vi.waitUntil(
      async () => {
        const { totals } = await stage.shop.api<{ totals: { requests: number } }>(path);
        return totals.requests > 0;
      },
      { timeout: WAIT_MS },
    );
    await page.goto(paths.keys(customerId));
    await page.getByRole('img', { name: /in the last 7 days$/ }).waitFor();
    await act(page, 'Make anew…');
    const dialog = page.getByRole('dialog');
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByLabel('Grace for the old key').selectOption('None: it is revoked at once');
    await dialog.getByRole('button', { name: 'Make the new key' }).click();
    const secret = await page.getByTestId('key-secret').innerText();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('You have not copied the key.').waitFor();
    await page.getByRole('button', { name: 'Close without copying' }).click();
    await becomes(secret, 200);
    await becomes(key, 401);
    expect(await page.getByRole('table', { name: 'Keys' }).getByRole('row').count()).toBe(2);
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'a key is disabled and enabled again, and the gateway refuses it meanwhile',
  async () => {
    const { page, context, customerId, key, complaints } = await open();
    await becomes(key, 200);
    await page.goto(paths.keys(customerId));
    const row = page.getByRole('table', { name: 'Keys' }).getByRole('row').nth(1);
    await act(page, 'Disable…');
    await page.getByText(/until it is enabled again/).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.route('**/disable', (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Disable key' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Disable key' }).click();
    await row.getByText('Disabled', { exact: true }).waitFor();
    await becomes(key, 401);
    await page.getByLabel('State').selectOption('Disabled');
    await row.getByText('Disabled', { exact: true }).waitFor();
    await act(page, 'Enable…');
    await page.getByRole('button', { name: 'Enable key' }).click();
    await page.getByText('Key enabled').waitFor();
    await page.getByLabel('State').selectOption('Current');
    await row.getByText('Active', { exact: true }).waitFor();
    await becomes(key, 200);
    expect(complaints.filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'a key is given other limits, and the gateway holds to them',
  async () => {
    const { page, context, customerId, key, complaints } = await open();
    await becomes(key, 200);
    await page.goto(paths.keys(customerId));
    await act(page, 'Change…');
    const dialog = page.getByRole('dialog');
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('Server of the office');
    await dialog.getByLabel('Only from').fill('203.0.113.7');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('only from 203.0.113.7').waitFor();
    await page.getByText('Server of the office').first().waitFor();
    await becomes(key, 403);
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'a key is limited to a route, and the gateway refuses it for others',
  async () => {
    const { page, context, customerId, key, complaints } = await open();
    await becomes(key, 200);
    const other = await stage.shop.api<{ id: string; name: string }>('/routes', {
      name: 'elsewhere',
      host: '*',
      path_pattern: '/elsewhere',
      upstreams: [{ url: 'http://127.0.0.1:9' }],
    });
    await page.goto(paths.keys(customerId));
    await act(page, 'Change…');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('group', { name: 'Only for routes' }).waitFor();
    await dialog.getByLabel(other.name).check();
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('only for elsewhere').waitFor();
    await becomes(key, 403);
    await act(page, 'Change…');
    await dialog.getByLabel(other.name).uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await becomes(key, 200);
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

async function calls(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${stage.shop.coreUrl}/v1/customers?limit=1`, { headers });
  await answer.text();
  return answer.status;
}

test(
  'an admin makes a token, shown once, and revokes it',
  async () => {
    const context: BrowserContext = await stage.enterAdmin();
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.adminTokens());
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('Enter a name').waitFor();
    await dialog.getByLabel('Name').fill('Nightly export');
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create token' }).click();
    const token = await page.getByTestId('key-secret').innerText();
    expect(await calls(token)).toBe(200);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Close without copying' }).click();
    await page.getByRole('button', { name: 'Revoke Nightly export' }).click();
    await page.getByText(/Every call with it is refused from now on/).waitFor();
    await page.getByRole('button', { name: 'Revoke token' }).click();
    await page.getByText('Token revoked').waitFor();
    await vi.waitUntil(async () => (await calls(token)) === 401, { timeout: WAIT_MS });
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'what cannot be read says why, with its request id, and Retry brings it',
  async () => {
    const context = await stage.enterAdmin();
    const page = await context.newPage();
    const body = { title: 'Not available just now', status: 503, code: 'unavailable' };
    const call = '**/v1/admin-tokens*';
    await page.route(call, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ ...body, request_id: 'req_8' }),
      }),
    );
    await page.goto(paths.adminTokens());
    await page.getByText('req_8').waitFor({ timeout: WAIT_MS });
    await page.unroute(call);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('table', { name: 'Tokens' }).waitFor({ timeout: WAIT_MS });
    expect(await page.getByText('req_8').count()).toBe(0);
    await context.close();
  },
  TEST_MS,
);
