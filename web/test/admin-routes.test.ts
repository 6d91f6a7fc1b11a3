import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, raiseStage, type Stage } from './stage.ts';

let stage: Stage;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  stage = await raiseStage();
}, 120_000);
afterAll(() => stage.close());

beforeEach(async () => {
  context = await stage.enter(ADMIN);
  page = await context.newPage();
});
afterEach(() => context.close());

const routeOf = (name: string) => stage.state.routes.find((one) => one.name === name);

test('a rule about the response asks for what its source needs, and for no more', async () => {
  await page.goto(paths.adminRouteNew);
  await page.getByLabel('Name', { exact: true }).fill('Chat');
  await page.getByLabel('Path pattern').fill('/chat/*');
  await page.getByLabel('Upstream URL').fill('http://127.0.0.1:4003');
  expect(await page.getByLabel('Fallback').count()).toBe(0);
  await page.getByLabel('Counts').selectOption('response_header');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByText('Enter the name of a header').waitFor();
  await page.getByLabel('Counts').selectOption('response_sse');
  await page.getByLabel('JSON pointer').fill('usage');
  await page.getByLabel('Fallback').fill('25');
  await page.getByLabel('Most a request costs').fill('128000');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByText('Begin with /').waitFor();
  await page.getByLabel('JSON pointer').fill('/usage/total_tokens');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByRole('heading', { name: 'Chat' }).waitFor();
  expect(routeOf('Chat')?.metering).toEqual([
    {
      meter: 'requests',
      source: 'response_sse',
      pointer: '/usage/total_tokens',
      units: 1,
      max_cost: 128_000,
      fallback: 25,
      max_value: 1_000_000_000,
    },
  ]);
});

test('an admin sees which values of the upstream could not be read', async () => {
  const route = routeOf('Weather');
  const hour = new Date().toISOString();
  const at = { first_hour: hour, last_hour: hour };
  stage.state.valueFaults[route?.id ?? ''] = [
    { meter: 'requests', fault: 'missing', requests: 1_204, customers: 3, ...at },
  ];
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByRole('heading', { name: 'Values that could not be read' }).waitFor();
  const row = page.getByRole('row').filter({ hasText: 'The response does not have it' });
  expect(await row.innerText()).toContain('1,204');
});

test('a secret goes in, is chosen for a header by its name, and is never shown', async () => {
  await page.goto(paths.adminSecrets);
  await page.getByRole('button', { name: 'Create secret' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Upstream');
  await dialog.getByLabel('Text', { exact: true }).fill('sk_live_hidden');
  await dialog.getByRole('button', { name: 'Create secret' }).click();
  await dialog.getByText('Begin with a small letter').waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('upstream-key');
  await dialog.getByRole('button', { name: 'Create secret' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('row').filter({ hasText: 'upstream-key' }).getByText('No route').waitFor();
  expect(await page.content()).not.toContain('sk_live_hidden');

  const route = routeOf('Weather');
  await page.goto(paths.adminRoute(route?.id ?? ''));
  await page.getByText('Headers', { exact: true }).click();
  await page.getByRole('button', { name: 'Add header' }).first().click();
  await page.getByLabel('Header', { exact: true }).fill('Authorization');
  await page.getByLabel('From').selectOption('secret');
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Choose a secret').waitFor();
  await page.getByLabel('Secret', { exact: true }).selectOption('upstream-key');
  await page.getByLabel('Before it').fill('Bearer ');
  await page.getByLabel('Path upstream').selectOption('rewritten');
  await page.getByLabel('Rewrite to').fill('/api/*');
  await page.getByRole('button', { name: 'Save route' }).click();
  await page.getByText('Route saved').waitFor();
  expect(routeOf('Weather')).toMatchObject({
    strip_prefix: null,
    rewrite_path: '/api/*',
    request_headers: [
      { op: 'set', name: 'Authorization', secret: 'upstream-key', prefix: 'Bearer ' },
    ],
    response_headers: [],
  });
});
