import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, CUSTOMER, raiseStage, type Stage } from './stage.ts';

// What a page only sometimes needs, when it cannot be read.

let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
}, 120_000);
afterAll(() => stage.close());

const acme = (): string => stage.state.customers.find(({ name }) => name === 'Acme')?.id ?? '';
const owed = (): string => stage.state.invoices.find(({ state }) => state === 'open')?.id ?? '';

const CARDS: readonly [who: typeof ADMIN, path: () => string, call: string, card: string][] = [
  [CUSTOMER, () => paths.invoices(acme()), '**/balance?**', 'Your credit'],
  [CUSTOMER, () => paths.invoices(acme()), '**/collector', 'Payment'],
  [CUSTOMER, () => paths.invoice(acme(), owed()), '**/collector', 'Payment'],
  [ADMIN, () => paths.adminCustomer(acme(), { tab: 'subscription' }), '**/debt', 'Past due'],
];

test.each(CARDS.map(([who, path, call, card]) => ({ who, path, call, card })))(
  'without $call the card “$card” says so, and Retry brings what there is',
  async ({ who, path, call, card }) => {
    const context = await stage.enter(who);
    const page = await context.newPage();
    const body = { title: 'Not now', status: 503, code: 'unavailable', request_id: 'req_7' };
    const contentType = 'application/problem+json';
    await page.route(call, (route) =>
      route.fulfill({ status: 503, contentType, body: JSON.stringify(body) }),
    );
    await page.goto(path());
    const shown = page.getByRole('region', { name: card, exact: true });
    await shown.getByText('req_7').waitFor();
    await page.unroute(call);
    await shown.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(() => page.getByText('req_7').count(), { timeout: 30_000 }).toBe(0);
    await context.close();
  },
  60_000,
);

test('new terms begin from no others than were asked for', async () => {
  const context = await stage.enter(ADMIN);
  const page = await context.newPage();
  const pro = stage.state.plans.find(({ slug }) => slug === 'pro');
  const [from] = pro?.versions ?? [];
  const contentType = 'application/problem+json';
  const body = JSON.stringify({ title: 'Not now', status: 503, code: 'x', request_id: 'req_7' });
  await page.route('**/v1/plan-versions/*', (route) =>
    route.fulfill({ status: 503, contentType, body }),
  );
  await page.goto(
    paths.adminPlanNewVersion(pro?.id ?? '', { customer: acme(), from: from?.id ?? '' }),
  );
  await page.getByText('req_7').waitFor();
  expect(await page.getByRole('button', { name: 'Save draft' }).count()).toBe(0);
  await page.unroute('**/v1/plan-versions/*');
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('button', { name: 'Save draft' }).waitFor();
  await context.close();
}, 60_000);
