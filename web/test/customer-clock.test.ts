import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, raiseStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
}, 120_000);
afterAll(() => stage.close());

test('an admin moves the time of one customer of a test installation', async () => {
  const context = await stage.enter(ADMIN);
  const page = await context.newPage();
  const [customer] = stage.state.customers;
  const path = paths.adminCustomer(customer?.id ?? '');
  await page.goto(path);
  await page.getByText('Billing zone').waitFor();
  expect(await page.getByText('Test clock').count()).toBe(0);
  stage.state.testClock.enabled = true;
  await page.goto(path);
  await page.getByText('its time is the installation’s').waitFor();
  await page.getByRole('button', { name: 'Move its time forward…' }).click();
  await page.getByRole('textbox', { name: 'To' }).fill('2030-03-01T00:00');
  const faults = (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);
  expect(faults).toEqual([]);
  await page.getByRole('button', { name: 'Move forward' }).click();
  await page.getByText('test clock: Mar 1, 2030').waitFor();
  expect(Date.now() + (customer?.clock_ms ?? 0)).toBeGreaterThanOrEqual(Date.UTC(2030, 2, 1));
  const other = stage.state.customers.find(({ id }) => id !== customer?.id);
  expect(other?.clock_ms).toBe(0);
  await context.close();
});
