import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_LOGIN, OWNER_LOGIN } from '../../scripts/history/shop.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseHistory, type HistoryStage } from './history-stage.ts';
import { complaintsOf } from './stage.ts';

let stage: HistoryStage;
beforeAll(async () => {
  stage = await raiseHistory();
}, 300_000);
afterAll(() => stage.close());

test('an owner sees what the history has of the customer, on a whole core', async () => {
  const page = await (await stage.enter(OWNER_LOGIN)).newPage();
  const complaints = complaintsOf(page);
  const { id } = stage.history.people.acme;
  await page.goto(paths.invoices(id));
  await page.getByRole('link', { name: /^INV-/ }).first().waitFor();
  expect(await page.getByRole('link', { name: /^INV-/ }).count()).toBe(2);
  expect(complaints).toEqual([]);
});

test('an admin sees all customers; a name of markup is text', async () => {
  const page = await (await stage.enter(ADMIN_LOGIN)).newPage();
  const complaints = complaintsOf(page);
  await page.goto(paths.adminCustomers());
  await page.getByRole('link', { name: 'Kiosk <img src=x onerror=alert(1)>' }).waitFor();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(complaints).toEqual([]);
});
