import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ADMIN_LOGIN } from '../../scripts/history/shop.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseHistory, type HistoryStage } from './history-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Pages of the admin side on forty-one days of real history, on a whole core.

const REFUSED = /status of 503/;
/** What one waits for comes; a machine with much to do is slow. */
const WAIT_MS = 120_000;
const TEST_MS = 300_000;

vi.setConfig({ testTimeout: TEST_MS });

let stage: HistoryStage;
let admin: BrowserContext;
beforeAll(async () => {
  stage = await raiseHistory();
  admin = await stage.enter(ADMIN_LOGIN);
  admin.setDefaultTimeout(WAIT_MS);
}, 300_000);
afterAll(() => stage.close());

/** Has this call answered as if something were wrong, until the function is called. */
async function fails(page: Page, path: string): Promise<() => Promise<void>> {
  const problem = { title: 'Not available just now', code: 'unavailable', request_id: 'req_7' };
  const pattern = `**/api${path}`;
  await page.route(pattern, (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 503, ...problem }),
    }),
  );
  return () => page.unroute(pattern);
}

async function open(path: string, expected?: RegExp) {
  const page = await admin.newPage();
  const complaints = complaintsOf(page, expected);
  await page.goto(path);
  return { page, complaints };
}

test('Home shows each currency by itself, and figures lead to what they are made of', async () => {
  const { page, complaints } = await open(paths.adminHome);
  const figure = (id: string) => page.getByTestId(id);
  // Four pay $29 a month, others 149 and 99, one a twelfth of 1,200; one is free.
  expect(await figure('mrr-USD').innerText()).toContain('$464.00 USD');
  expect(await figure('mrr-EUR').innerText()).toContain('€499.00 EUR');
  expect(await figure('unbilled-USD').innerText()).toMatch(/\$\d+\.\d\d USD/);
  expect(await figure('past-due-USD').innerText()).not.toContain('$0.00');
  expect(await figure('books').innerText()).toContain('the same');
  expect(await figure('lag').innerText()).toMatch(/s|min/);
  expect(await violationsOn(page)).toEqual([]);
  await figure('mrr-USD').getByRole('link').click();
  await page.getByRole('link', { name: 'Growth', exact: true }).first().waitFor();
  expect(new URL(page.url()).search).toBe('?tab=recurring&currency=USD');
  await page.goBack();
  await figure('past-due-USD').getByRole('link').click();
  await page.getByText('Dunder Mifflin').first().waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test('Home that cannot be read says why, and Retry brings it', async () => {
  const page = await admin.newPage();
  const complaints = complaintsOf(page, REFUSED);
  const mend = await fails(page, '/v1/figures');
  await page.goto(paths.adminHome);
  await page.getByRole('alert').getByText('Not available just now').waitFor();
  await page.getByText('req_7').first().waitFor();
  await mend();
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByTestId('mrr-USD').waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test('what is not billed yet is unknown where it cannot be computed, and is no zero', async () => {
  const page = await admin.newPage();
  await fails(page, '/v1/figures/unbilled');
  await page.goto(paths.adminHome);
  await page.getByText('could not be computed just now').first().waitFor();
  expect(await page.getByTestId('unbilled-USD').count()).toBe(0);
  await page.close();
});

test('Revenue is told by meter, plan, route and customer, in the URL, and as a file', async () => {
  const { page, complaints } = await open(paths.adminRevenue());
  const groups = page.getByLabel('Groups in USD');
  await groups.getByText('Usage', { exact: true }).waitFor();
  for (const [label, value, name] of [
    ['Meter', 'meter', 'Tokens'],
    ['Plan', 'plan', 'Starter'],
    ['Route', 'route', 'Search'],
    ['Customer', 'customer', 'Acme'],
  ] as const) {
    await page.getByLabel('Group by').selectOption({ label });
    await groups.getByText(name, { exact: true }).first().waitFor();
    expect(new URL(page.url()).searchParams.get('group_by')).toBe(value);
  }
  expect(await violationsOn(page)).toEqual([]);
  await page.getByLabel('Currency').selectOption('EUR');
  await page.getByLabel('Groups in EUR').waitFor();
  expect(await groups.count()).toBe(0);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^revenue-by-customer-.*\.csv$/);
  await page.goto(paths.adminRevenue({ tab: 'unbilled' }));
  await page.getByLabel('Not billed yet in USD').getByText('Blue Bottle Coffee').first().waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test('Revenue that cannot be read says why, and Retry brings it', async () => {
  const page = await admin.newPage();
  const mend = await fails(page, '/v1/figures/revenue?*');
  await page.goto(paths.adminRevenue());
  await page.getByRole('alert').getByText('Not available just now').waitFor();
  await mend();
  await page.getByRole('button', { name: 'Retry' }).click();
  const groups = page.getByLabel('Groups in USD');
  await groups.getByText('Usage', { exact: true }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await page.close();
});

test('a customer’s page tells what happened in one order, and by topic', async () => {
  const { id } = stage.history.people.blueBottle;
  const { page, complaints } = await open(paths.adminCustomer(id));
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText('An outage on the first of the month').first().waitFor();
  await timeline.getByText('Refund of').waitFor();
  await timeline.getByText('Add-on began:').waitFor();
  await page.getByLabel('About').selectOption({ label: 'Keys and members' });
  await timeline.getByText('Key created:').waitFor();
  expect(await timeline.getByText('Refund of').count()).toBe(0);
  expect(await violationsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test('credit that is given is there, on an invoice, and once', async () => {
  const { id } = stage.history.people.quiet;
  const { page } = await open(paths.adminCustomer(id, { tab: 'money' }));
  await page.getByTestId('credit').getByText('$0.00 USD').waitFor();
  await page.getByRole('button', { name: 'Give credit…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Amount in USD').fill('12.50');
  await dialog.getByLabel('What for').fill('Goodwill');
  await dialog.getByRole('button', { name: 'Give credit' }).click();
  await page.getByTestId('credit').getByText('$12.50 USD').waitFor();
  expect(await page.getByRole('link', { name: /^INV-/ }).count()).toBe(2);
  await page.close();
});

test('an admin views as a customer, changes nothing, and ends it', async () => {
  const { id } = stage.history.people.acme;
  const { page } = await open(paths.adminCustomer(id));
  await page.getByRole('button', { name: 'View as customer…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Ticket 4711');
  await dialog.getByRole('button', { name: 'View, read-only' }).click();
  const banner = page.getByRole('region', { name: 'Viewing as a customer' });
  await banner.getByText('You view as Acme, read-only').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  const refused = await page.request.post(`/api/v1/customers`, {
    data: { name: 'Never' },
    headers: { origin: stage.url },
  });
  expect([refused.status(), (await refused.json()).code]).toEqual([403, 'view_only']);
  await banner.getByRole('button', { name: 'End viewing' }).click();
  await page.getByRole('heading', { level: 1, name: 'Acme' }).waitFor();
  await banner.waitFor({ state: 'detached' });
  await page
    .getByRole('region', { name: 'Timeline' })
    .getByText(/Ticket 4711/)
    .waitFor();
  await page.close();
});
