import { expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';

framePages(ADMIN);
const acme = () => {
  const one = stage.state.customers.at(-1);
  if (one === undefined) throw new Error('the mock has no customer');
  return one;
};
const dialog = () => page.getByRole('dialog');
const sound = async () => {
  expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over).toBeLessThanOrEqual(0);
};

test('an admin saves everything of a customer as a file', async () => {
  await page.goto(paths.adminCustomer(acme().id));
  const link = page.getByRole('link', { name: 'Export everything' });
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(file.url()).toMatch(new RegExp(`/v1/customers/${acme().id}/export$`));
});

test('a customer is erased after its objections are gone, by its name', async () => {
  const one = acme();
  await page.goto(paths.adminCustomer(one.id));
  await page.getByRole('button', { name: 'Erase…' }).click();
  await dialog().getByText('It is not archived').waitFor();
  await sound();
  await dialog().getByRole('button', { name: 'Close' }).last().click();
  one.state = 'archived';
  await page.reload();
  await page.getByRole('button', { name: 'Erase…' }).click();
  await dialog().getByText('Nobody can bring it back').waitFor();
  await dialog().getByText('E-mails of notices: 4').waitFor();
  await dialog().getByText('Payments: 4').waitFor();
  const sure = dialog().getByRole('button', { name: 'Erase for good' });
  expect(await sure.isDisabled()).toBe(true);
  await dialog().getByRole('textbox').fill('Somebody else');
  expect(await sure.isDisabled()).toBe(true);
  await sound();
  await dialog().getByRole('textbox').fill(one.name);
  await sure.click();
  await page.getByText('Customer erased').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Erased customer' }).waitFor();
  expect(await page.getByRole('button', { name: 'Erase…' }).count()).toBe(0);
});

test('how long things are kept is shown with what holds them, and set', async () => {
  await page.goto(paths.adminRetention);
  await page.getByText('26,500 MB').waitFor();
  await page
    .getByText('Days from 2025-06-01 on stay for now: an invoice that is not paid')
    .waitFor();
  await sound();
  const ledger = page.getByLabel('Rows of the ledger');
  await ledger.fill('5');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Too small').waitFor();
  await ledger.fill('');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved').waitFor();
  await page.reload();
  expect(await page.getByLabel('Rows of the ledger').inputValue()).toBe('');
});

test('an owner saves everything, in the portal', async () => {
  await enter(CUSTOMER);
  await page.goto(paths.settings(acme().id));
  const link = page.getByRole('link', { name: 'Export everything' });
  const href = await link.getAttribute('href');
  expect(href).toBe(`/api/portal/v1/customers/${acme().id}/export`);
});
