import { expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER } from './stage.ts';

framePages(ADMIN);

test('a customer is found, created, and its duplicate refused at the field', async () => {
  await page.goto(paths.adminCustomers());
  await page.getByLabel('Search customers').fill('umbrella');
  await page.waitForURL('**?q=umbrella');
  await page.getByRole('link', { name: 'Acme' }).waitFor({ state: 'detached' });
  await page.getByLabel('Search customers').fill('nobody');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('link', { name: 'Acme' }).waitFor();
  await page.getByRole('button', { name: 'Create customer' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Initech');
  await page.getByLabel('External id').fill('crm-4711');
  const create = page.getByRole('dialog').getByRole('button', { name: 'Create customer' });
  await create.click();
  await page.getByText('Is taken').waitFor();
  await page.getByLabel('External id').fill('crm-4712');
  await create.click();
  await page.getByRole('heading', { name: 'Initech' }).waitFor();
  expect(stage.state.customers.filter((one) => one.name === 'Initech')).toHaveLength(1);
});

test('a plan goes from name to draft to published, in exact minor units', async () => {
  await page.goto(paths.adminPlans({ create: 'true' }));
  await page.getByLabel('Name', { exact: true }).fill('Scale');
  await page.getByLabel('Slug').fill('scale');
  await page.getByRole('dialog').getByRole('button', { name: 'Create plan' }).click();
  await page.getByRole('button', { name: 'Add price' }).click();
  await page.getByLabel('Model').selectOption('per_unit');
  await page.getByLabel('Amount in USD').fill('0.0015');
  await page.getByText('Reads: $0.0015 USD per request').waitFor();
  await page.getByRole('button', { name: 'Add entitlement' }).click();
  await page.getByLabel('Limit', { exact: true }).fill('5000');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.getByRole('heading', { name: 'Scale, version 1' }).waitFor();
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByText('It can’t be changed afterwards').waitFor();
  await page.getByRole('button', { name: 'Publish version' }).click();
  await page.getByText('5,000 requests per month, then refused').waitFor();
  const version = stage.state.plans.find((plan) => plan.slug === 'scale')?.versions[0];
  expect(version).toMatchObject({
    state: 'published',
    prices: [{ model: 'per_unit', unit_amount: '0.15', included_units: '0' }],
    entitlements: [{ kind: 'quota', limit: '5000', window: 'month', enforcement: 'hard' }],
  });
});

test('a route is created, refused where another has its path, and disabled', async () => {
  await page.goto(paths.adminRouteNew);
  await page.getByLabel('Name', { exact: true }).fill('Search');
  await page.getByLabel('Path pattern').fill('/demo/*');
  await page.getByLabel('Upstream URL').fill('http://127.0.0.1:4003');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByText('Belongs to another route').waitFor();
  await page.getByLabel('Path pattern').fill('/search/*');
  await page.getByRole('button', { name: 'Create route' }).click();
  await page.getByRole('heading', { name: 'Search' }).waitFor();
  await page.getByRole('button', { name: 'Disable…' }).click();
  await page.getByText('Its requests get 404').waitFor();
  await page.getByRole('button', { name: 'Disable route' }).click();
  await page.getByText('Disabled', { exact: true }).waitFor();
  const route = stage.state.routes.find((one) => one.name === 'Search');
  await vi.waitFor(() => expect(route?.state).toBe('disabled'));
});

test('meters of one name can be told apart where one is chosen', async () => {
  const [requests, egress] = stage.state.meters;
  stage.state.meters.push({ ...egress!, id: 'mtr_twin', slug: 'egress_eu' });
  const labels = ['Requests', 'Egress (egress)', 'Egress (egress_eu)'];
  await page.goto(paths.adminRouteNew);
  const meter = page.getByLabel('Meter', { exact: true });
  await meter.getByText('Egress (egress_eu)').waitFor({ state: 'attached' });
  expect(await meter.locator('option').allTextContents()).toEqual(labels);
  const pro = stage.state.plans.find((plan) => plan.slug === 'pro');
  await page.goto(paths.adminPlanVersion(pro?.id ?? '', pro?.versions[1]?.id ?? ''));
  const first = page.getByLabel('Meter', { exact: true }).first();
  await first.waitFor();
  expect(await first.locator('option').allTextContents()).toEqual(labels);
  expect(await first.inputValue()).toBe(requests?.id);
  stage.state.meters.pop();
});

test('a version says what it changes of the one before', async () => {
  const pro = stage.state.plans.find((plan) => plan.slug === 'pro');
  await page.goto(paths.adminPlanVersion(pro?.id ?? '', pro?.versions[1]?.id ?? ''));
  const changes = page.getByRole('region', { name: 'Changes since version 1' });
  await changes.getByText('None').waitFor();
  await page.getByLabel('Trial, days').fill('30');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await changes.getByText('New:Trial, days: 30').waitFor();
  await changes.getByText('Gone:Trial, days: 0').waitFor();
  expect(pro?.versions[1]?.trial_days).toBe(30);
});

test('a customer is moved to another plan, and told before what that comes to', async () => {
  const acme = stage.state.customers.find((one) => one.name === 'Acme')?.id ?? '';
  const free = stage.state.plans.find((plan) => plan.slug === 'free');
  await page.goto(paths.adminCustomer(acme, { tab: 'subscription' }));
  await page.getByLabel('Plan version').selectOption(free?.versions[0]?.id ?? '');
  await page.getByText('Due now').waitFor();
  await page.getByText(/^Unused: Flat fee/).waitFor();
  await page.getByRole('button', { name: 'Change plan…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Due now').waitFor();
  await dialog.getByRole('button', { name: 'Change plan' }).click();
  await page.getByRole('link', { name: 'Free v1' }).waitFor();
  const held = stage.state.subscriptions.filter((one) => one.customer_id === acme);
  expect(held.map((one) => one.plan_id)).toEqual([free?.id]);
});

test('a cancel with the period is pending until it is withdrawn', async () => {
  const acme = stage.state.customers.find((one) => one.name === 'Acme')?.id ?? '';
  const held = stage.state.subscriptions.find((one) => one.customer_id === acme);
  await page.goto(paths.adminCustomer(acme, { tab: 'subscription' }));
  await page.getByLabel('Step').selectOption('cancel');
  await page.getByLabel('When').selectOption('period_end');
  await page.getByRole('button', { name: 'Cancel subscription…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel subscription' }).click();
  await page.getByRole('button', { name: 'Withdraw…' }).waitFor();
  expect(held?.pending_change).toMatchObject({ kind: 'cancel' });
  await page.getByRole('button', { name: 'Withdraw…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('button', { name: 'Withdraw…' }).waitFor({ state: 'detached' });
  expect(held?.pending_change).toBeNull();
});

test('a customer is given a tax and a coupon, and both are taken away again', async () => {
  const acme = stage.state.customers.find((one) => one.name === 'Acme')?.id ?? '';
  await page.goto(paths.adminCustomer(acme, { tab: 'subscription' }));
  const card = page.getByRole('region', { name: 'Taxes and coupons' });
  for (const [form, row] of [
    ['Tax rate', 'VAT, 19% on top'],
    ['Coupon', 'Spring, 12.5% off'],
  ] as const) {
    const add = card.getByRole('form', { name: form });
    await add.getByLabel(form).selectOption({ label: row });
    await add.getByRole('button', { name: 'Add' }).click();
    await card.getByRole('listitem').getByText(row).waitFor();
  }
  expect(stage.state.taxed[acme]).toEqual([stage.state.taxRates[0]?.id]);
  for (const row of ['VAT, 19% on top', 'Spring, 12.5% off']) {
    await card.getByRole('button', { name: `Remove ${row}` }).click();
    await card.getByRole('listitem').getByText(row).waitFor({ state: 'detached' });
  }
  expect(stage.state.taxed[acme]).toEqual([]);
  expect(stage.state.customerCoupons.map(({ ended_at }) => ended_at === null)).toEqual([false]);
});

test('where the installation is for tests, its time is shown and moved forward', async () => {
  await page.goto(paths.adminPlans());
  await page.getByRole('heading', { name: 'Plans' }).waitFor();
  expect(await page.getByRole('region', { name: 'Test clock' }).count()).toBe(0);
  stage.state.testClock.enabled = true;
  await page.reload();
  await page.getByRole('button', { name: 'Move time forward…' }).click();
  await page.getByLabel('By').selectOption('7');
  await page.getByRole('button', { name: 'Move forward', exact: true }).click();
  await page.getByText(/^It is /).waitFor();
  const days = stage.state.testClock.offset_ms / 86_400_000;
  expect(Math.round(days)).toBe(7);
  stage.state.testClock = { enabled: false, offset_ms: 0 };
});

test('the admin side tells a customer that it is not theirs', async () => {
  const other = await stage.enter(CUSTOMER);
  const visit = await other.newPage();
  await visit.goto(paths.adminCustomers());
  await visit.getByText('This side is for administrators').waitFor();
  expect(await visit.getByRole('button', { name: 'Create customer' }).count()).toBe(0);
  await other.close();
});
