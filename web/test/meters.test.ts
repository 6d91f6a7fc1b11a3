import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ADMIN_LOGIN } from '../../scripts/history/shop.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseHistory, type HistoryStage } from './history-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Admin · Meters, on forty-one days of real history.

const WAIT_MS = 120_000;
vi.setConfig({ testTimeout: 300_000 });

let stage: HistoryStage;
let admin: BrowserContext;
beforeAll(async () => {
  stage = await raiseHistory();
  admin = await stage.enter(ADMIN_LOGIN);
  admin.setDefaultTimeout(WAIT_MS);
}, 300_000);
afterAll(() => stage.close());

async function open(path: string, expected?: RegExp) {
  const page = await admin.newPage();
  const complaints = complaintsOf(page, expected);
  await page.goto(path);
  return { page, complaints };
}

/** Not the page of that name among the admin's pages. */
const tokensOf = (page: Page) =>
  page.getByRole('main').getByRole('link', { name: 'Tokens', exact: true });

const openTokens = async (page: Page): Promise<void> => {
  await tokensOf(page).click();
  await page.getByRole('heading', { level: 1, name: 'Tokens' }).waitFor();
};

test('a meter says what feeds it, what it costs and limits, and how much was used', async () => {
  const { page, complaints } = await open(paths.adminMeters());
  await tokensOf(page).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await openTokens(page);
  const card = (name: string) => page.getByRole('region', { name });
  await card('Routes that feed it').getByRole('link').first().waitFor();
  await card('Prices that use it')
    .getByRole('link', { name: /^Growth, version/ })
    .waitFor();
  await card('Prices that use it')
    .getByText(/\d subscription/)
    .first()
    .waitFor();
  await page.getByTestId('usage-requests').waitFor();
  const plot = page.getByRole('img', { name: /^Tokens: [\d,.]+; at most [\d,.]+ a day/ });
  await page.getByLabel('Range').selectOption('30d');
  await plot.waitFor();
  await page.getByRole('button', { name: 'View as table' }).click();
  await page.getByRole('region', { name: 'Tokens, as a table' }).getByRole('table').waitFor();
  expect(new URL(page.url()).search).toBe('?range=30d');
  expect(await violationsOn(page)).toEqual([]);
  await card('Prices that use it')
    .getByRole('link', { name: /^Growth, version/ })
    .click();
  await page.getByRole('heading', { level: 1, name: /^Growth, version/ }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test('one is created, renamed, archived and taken back; not one that is counted on', async () => {
  const { page, complaints } = await open(paths.adminMeters(), /status of 4(00|09)/);
  await page.getByRole('button', { name: 'Create meter' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Pages <b>');
  await dialog.getByLabel('Slug').fill('Pages');
  await dialog.getByLabel('Unit').fill('page');
  expect(await violationsOn(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create meter' }).click();
  await dialog
    .getByText(/lower-case letters, digits and _/i)
    .last()
    .waitFor();
  await dialog.getByLabel('Slug').fill('pages');
  await dialog.getByRole('button', { name: 'Create meter' }).click();
  await page.getByRole('heading', { level: 1, name: 'Pages <b>' }).waitFor();
  await page.getByText('No route counts on it.').waitFor();
  await page.getByRole('button', { name: 'Rename…' }).click();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Pages');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Pages', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Archive…' }).click();
  await dialog.getByRole('button', { name: 'Archive meter' }).click();
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('button', { name: 'Archive…' }).waitFor();

  await page.goto(paths.adminMeters());
  await openTokens(page);
  await page.getByRole('button', { name: 'Archive…' }).click();
  await dialog.getByRole('button', { name: 'Archive meter' }).click();
  await dialog.getByText(/^Routes count on it: /).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test('what cannot be read says why, with its request id, and Retry brings it', async () => {
  const body = { title: 'Not available just now', status: 503, code: 'unavailable' };
  const { page } = await open(paths.adminMeters());
  await openTokens(page);
  const here = new URL(page.url()).pathname;
  for (const [at, call, healed] of [
    [paths.adminMeters(), '**/v1/meters', 'Tokens'],
    [here, '**/v1/meters/*/uses', 'Routes that feed it'],
    [here, '**/v1/usage?*', 'Figures'],
  ] as const) {
    await page.route(call, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ ...body, request_id: 'req_7' }),
      }),
    );
    await page.goto(at);
    await page.getByText('req_7').first().waitFor();
    await page.unroute(call);
    await page.getByRole('button', { name: 'Retry' }).first().click();
    await page.getByRole('main').getByText(healed).first().waitFor();
    expect(await page.getByText('req_7').count()).toBe(0);
  }
  await page.close();
});

test.each([
  [320, 'light'],
  [768, 'dark'],
  [1280, 'dark'],
] as const)('both pages are sound at %d px, %s', async (width, theme) => {
  const { page } = await open(paths.adminMeters());
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  const sound = async (): Promise<void> => {
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
  };
  await tokensOf(page).waitFor();
  await sound();
  await openTokens(page);
  await page.getByTestId('usage-requests').waitFor();
  await page.getByText('Routes that feed it').first().waitFor();
  await sound();
  await page.close();
});
