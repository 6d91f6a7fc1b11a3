import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, raiseStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
}, 120_000);
afterAll(() => stage.close());

test('an admin chooses what becomes of customers who do not pay', async () => {
  const context = await stage.enter(ADMIN);
  const page = await context.newPage();
  const plan = stage.state.plans.find(({ slug }) => slug === 'free');
  await page.goto(paths.adminPlan(plan?.id ?? ''));
  await page.getByText('Requests go on', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'When nobody pays…' }).click();
  await page.getByLabel('After the grace time').selectOption('limit');
  await page.getByLabel('Requests a second').fill('2.5');
  const faults = (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);
  expect(faults).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('At most 2.5 requests a second').waitFor();
  expect(plan).toMatchObject({ unpaid_action: 'limit', unpaid_rate_per_second: '2.5' });
  await context.close();
});
