import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, raiseStage, violationsOn, type Stage } from './stage.ts';

// What a version of a plan can be beside one that is for all: a customer's own, and an add-on's.

let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
}, 120_000);
afterAll(() => stage.close());

test('an admin writes terms for one customer, who alone can be put on them', async () => {
  const context = await stage.enter(ADMIN);
  const page = await context.newPage();
  const live = stage.state.subscriptions.find(({ state }) => state !== 'canceled');
  const customer = stage.state.customers.find(({ id }) => id === live?.customer_id);
  const { id = '', name = '' } = customer ?? {};
  const subscription = paths.adminCustomer(id, { tab: 'subscription' });
  await page.goto(subscription);
  await page.getByText('None: those of its plan hold.').waitFor();
  await page.getByRole('link', { name: 'Write own terms' }).click();
  await page.getByRole('heading', { level: 1, name: 'New own terms' }).waitFor();
  await page.getByText('Own terms of').getByRole('link', { name, exact: true }).waitFor();
  await page.getByLabel('Trial, days').fill('45');
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByRole('button', { name: 'Publish version' }).click();
  await page.getByText('Version published').waitFor();
  const [own] = stage.state.plans
    .flatMap(({ versions }) => versions)
    .filter(({ customer_id }) => customer_id !== null);
  expect(own).toMatchObject({ customer_id: id, trial_days: 45, state: 'published' });
  await page.goto(subscription);
  const options = page.getByLabel('Plan version').getByRole('option', { name: /own terms/ });
  await options.waitFor({ state: 'attached' });
  expect(await options.count()).toBe(1);
  expect(await violationsOn(page)).toEqual([]);
  const other = stage.state.customers.find((one) => one.id !== id);
  await page.goto(paths.adminCustomer(other?.id ?? '', { tab: 'subscription' }));
  await page.getByLabel('Plan version').waitFor();
  expect(await page.getByRole('option', { name: /own terms/ }).count()).toBe(0);
  await context.close();
});

test('an add-on adds included units, and says so where it is shown', async () => {
  const context = await stage.enter(ADMIN);
  const page = await context.newPage();
  const data = { slug: 'pack', name: 'Pack', kind: 'add_on' };
  const made = await context.request.post('/api/v1/plans', { data });
  const plan = (await made.json()) as Plan;
  await page.goto(paths.adminPlanNewVersion(plan.id));
  await page.getByRole('button', { name: 'Add entitlement' }).click();
  const entry = page.getByRole('group', { name: 'Entitlement 1' });
  await entry.getByLabel('Kind').selectOption('Adds included units');
  await page.getByLabel('Units a period, each').fill('none');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.getByText('Use a whole number').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByLabel('Units a period, each').fill('500');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByRole('button', { name: 'Publish version' }).click();
  await page.getByText('+500 requests included per period each').waitFor();
  const version = stage.state.plans.find(({ id }) => id === plan.id)?.versions[0];
  expect(version?.entitlements).toMatchObject([{ kind: 'included_units', units: '500' }]);
  await context.close();
});
