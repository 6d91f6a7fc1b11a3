import { expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { complaints, framePages, page, stage } from './frame.ts';
import { ADMIN } from './stage.ts';

framePages(ADMIN);
const dialog = () => page.getByRole('dialog');
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

test('a coupon of an amount is sent in minor units of its currency', async () => {
  await page.goto(paths.adminTerms);
  await press('Create coupon');
  await dialog().getByLabel('Name').fill('Welcome');
  await dialog().getByLabel('Slug').fill('welcome');
  await dialog().getByLabel('Takes off').selectOption('amount');
  await dialog().getByLabel('Amount').fill('5.50');
  await dialog().getByLabel('Currency').fill('kwd');
  await dialog().getByLabel('Invoices').fill('3');
  await dialog().getByRole('button', { name: 'Create coupon' }).click();
  await page.getByText('Coupon created').waitFor();
  expect(stage.state.coupons[0]).toMatchObject({
    ...{ name: 'Welcome', slug: 'welcome', amount_off: '5500', currency: 'KWD' },
    ...{ percent_off: null, invoices: 3, redemptions_max: null, redeem_by: null },
  });
  expect(complaints).toEqual([]);
});

test('a tax rate is created, renamed and archived', async () => {
  await page.goto(paths.adminTerms);
  await press('Create tax rate');
  await dialog().getByLabel('Name').fill('City tax');
  await dialog().getByLabel('Percent').fill('x');
  await dialog().getByRole('button', { name: 'Create tax rate' }).click();
  await dialog().getByText('Use a number such as 2.9').waitFor();
  await dialog().getByLabel('Percent').fill('1.5');
  await dialog().getByLabel('In prices already').check();
  await dialog().getByRole('button', { name: 'Create tax rate' }).click();
  await page.getByText('1.5% in prices').waitFor();
  await press('Rename City tax');
  await dialog().getByLabel('Name', { exact: true }).fill('Town tax');
  await dialog().getByRole('button', { name: 'Rename', exact: true }).click();
  await press('Archive Town tax');
  await dialog().getByText('who has it keeps it').waitFor();
  await dialog().getByRole('button', { name: 'Archive', exact: true }).click();
  await dialog().waitFor({ state: 'detached' });
  expect(stage.state.taxRates[0]).toMatchObject({ name: 'Town tax', state: 'archived' });
});

test('the audit log is filtered by its URL, and tells what was before and after', async () => {
  await page.goto(paths.adminAudit());
  await page.getByText('subscription.trial_end').first().waitFor();
  await page.getByLabel('What', { exact: true }).fill('customer');
  await press('Filter');
  await page.getByText('subscription.trial_end').first().waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toBe('?action=customer');
  await press('Details of customer.update');
  await dialog().getByText('4711').waitFor();
  expect(await dialog().locator('del').first().innerText()).toContain('Acme');
  expect(complaints).toEqual([]);
});
