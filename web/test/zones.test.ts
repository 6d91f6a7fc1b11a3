import { expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { acme, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER } from './stage.ts';

/** Longer than a page takes on a full machine. */
const PATIENT = { timeout: 30_000 };

/** The browser of these tests is in UTC, the customer in Berlin. */
framePages(CUSTOMER);
async function choose(zone: RegExp): Promise<void> {
  await page.getByRole('button', { name: /Account/ }).click();
  await page.getByRole('menuitemradio', { name: zone }).click();
}

const DAY = '2026-03-09T23:30:00.000Z';
const WINTER = { range: 'custom', from: DAY, to: '2026-03-10T03:00:00.000Z' };

test('a choice of zone changes every time on the page, and lasts', async () => {
  stage.state.today.set(acme(), 1_000);
  await page.goto(paths.usage(acme(), { ...WINTER, interval: 'hour' }));
  await page.getByText('Times and days are in UTC.').waitFor();
  await page.getByRole('button', { name: 'Mar 9, 2026, 23:00' }).first().waitFor();
  expect(await page.getByLabel('From').inputValue()).toBe('2026-03-09T23:30');
  await choose(/The customer: Berlin/);
  await page.getByText('Times and days are in GMT+1.').waitFor();
  await page.getByRole('button', { name: 'Mar 10, 2026, 00:00' }).first().waitFor();
  expect(await page.getByLabel('From').inputValue()).toBe('2026-03-10T00:30');
  await page.reload();
  await page.getByRole('button', { name: 'Mar 10, 2026, 00:00' }).first().waitFor();
  await choose(/^UTC$/);
  await page.getByRole('button', { name: 'Mar 9, 2026, 23:00' }).first().waitFor();
});

test('days are asked for, and drawn, as those of the zone', async () => {
  stage.state.today.set(acme(), 1_000);
  await page.goto(paths.usage(acme(), { ...WINTER, interval: 'day' }));
  await page.getByTestId('usage-requests').waitFor();
  const asked = page.waitForRequest((request) => request.url().includes('zone=Europe%2FBerlin'));
  await choose(/The customer: Berlin/);
  const query = new URL((await asked).url()).searchParams;
  // The day that this instant lies in began at 23:00 UTC.
  expect(query.get('from')).toBe('2026-03-09T23:00:00.000Z');
});

test('what is typed is a time of the zone', async () => {
  await page.goto(paths.usage(acme(), { ...WINTER, interval: 'hour' }));
  await choose(/The customer: Berlin/);
  await page.getByText('Times and days are in GMT+1.').waitFor();
  await page.getByLabel('From').fill('2026-03-09T12:00');
  await page.getByLabel('From').blur();
  await expect.poll(() => page.url()).toContain('from=2026-03-09T11%3A00%3A00');
});

test('an admin sees a customer in the customer’s zone, others in the device’s', async () => {
  await enter(ADMIN);
  await page.goto(paths.adminCustomer(acme()));
  await choose(/The customer: Berlin/);
  const created = page.locator('time').first();
  await expect.poll(() => created.getAttribute('title'), PATIENT).toMatch(/GMT\+[12]/);
  await page.goto(paths.adminCustomers());
  await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
  const first = page.locator('time').first();
  await expect.poll(() => first.getAttribute('title'), PATIENT).toMatch(/UTC/);
});
