import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, CUSTOMER, raiseStage, violationsOn, type Stage } from './stage.ts';

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
  await page.getByLabel('By').selectOption('To a time…');
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

test('every page of a customer with a clock of its own says what that shows', async () => {
  const context = await stage.enter(CUSTOMER);
  const page = await context.newPage();
  const acme = stage.state.customers.find(({ name }) => name === 'Acme');
  const id = acme?.id ?? '';
  const said = page.getByRole('note');
  await page.goto(paths.overview(id));
  await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
  const ahead = acme?.clock_ms ?? 0;
  if (acme) acme.clock_ms = 0;
  await page.reload();
  await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
  expect(await said.count()).toBe(0);
  if (acme) acme.clock_ms = Date.UTC(2031, 4, 6, 12) - Date.now() - stage.state.testClock.offset_ms;
  for (const [heading, path] of [
    ['Overview', paths.overview(id)],
    ['Usage', paths.usage(id)],
    ['Keys', paths.keys(id)],
    ['Invoices', paths.invoices(id)],
    ['Notices', paths.notices(id)],
  ] as const) {
    await page.goto(path);
    await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
    await page.getByText('Test clock: here it is May 6, 2031').waitFor();
    expect(await violationsOn(page), heading).toEqual([]);
  }
  if (acme) acme.clock_ms = ahead;
  await context.close();
});
