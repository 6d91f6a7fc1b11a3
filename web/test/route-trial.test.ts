import { expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN } from './stage.ts';

framePages(ADMIN);
const told = () => page.getByRole('status');

test('an admin sees where a path goes, what it counts and what limits its key', async () => {
  const acme = stage.state.customers.find(({ name }) => name === 'Acme')?.id ?? '';
  await page.goto(paths.adminCustomer(acme, { tab: 'keys' }));
  await page.getByRole('button', { name: 'Actions for Production server' }).click();
  await page.getByRole('menuitem', { name: 'Test a path' }).click();
  await page.getByRole('heading', { name: 'Test a path' }).waitFor();
  await page.getByLabel('Path', { exact: true }).fill('/demo/today?city=Ulm');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await told().getByText('Forwarded', { exact: true }).waitFor();
  const text = await told().innerText();
  expect(text).toContain('http://127.0.0.1:4003/today?city=Ulm');
  expect(text).toContain('Each request: 1 × requests');
  expect(text).toContain('100,000 requests per month');
  expect(text).not.toContain('Still open');
  await page.reload();
  expect(await page.getByLabel('Path', { exact: true }).inputValue()).toBe('/demo/today?city=Ulm');
});

test('an admin sees why a path is refused, and what has to be put right', async () => {
  await page.goto(paths.adminRoutes);
  await page.getByRole('link', { name: 'Test a path' }).click();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Enter a path').waitFor();
  await page.getByLabel('Path', { exact: true }).fill('/demo/%2e%2e/secret');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await told().getByText('400 invalid_request').waitFor();
  await page.getByLabel('Path', { exact: true }).fill('/nowhere');
  await page.getByLabel('Address of the client').fill('here');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Is not an address').waitFor();
  await page.getByLabel('Address of the client').fill('');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await told().getByText('404 route_not_found').waitFor();
  expect(await told().innerText()).toContain('No route matches this host and path');
});
