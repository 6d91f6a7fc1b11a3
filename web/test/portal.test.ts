import { afterEach, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { acme, framePages, page, stage } from './frame.ts';
import { CUSTOMER } from './stage.ts';

framePages(CUSTOMER);
afterEach(() => {
  stage.state.frozen = false;
});

const PATIENCE = { timeout: 10_000 };
const last24h = () => page.getByTestId('requests-24h').textContent();
const today = () => page.getByTestId('requests-today').textContent();

describe('Overview', () => {
  test('shows the exact count, and follows it without a reload', async () => {
    stage.state.today.set(acme(), 1_234_567);
    await page.goto(paths.overview(acme()));
    await expect.poll(today, PATIENCE).toBe('1,234,567');
    stage.state.today.set(acme(), 1_234_568);
    await expect.poll(today, PATIENCE).toBe('1,234,568');
  });

  test('never lets today and 24 hours tell of different traffic for long', async () => {
    stage.state.today.set(acme(), 1_000);
    await page.goto(paths.overview(acme()));
    await expect.poll(last24h, PATIENCE).toBe('1,000');
    for (const count of [1_001, 1_002, 1_040]) {
      stage.state.today.set(acme(), count);
      await expect.poll(today, PATIENCE).toBe(count.toLocaleString('en-US'));
      await expect.poll(last24h, PATIENCE).toBe(count.toLocaleString('en-US'));
    }
  });

  test('says that requests are refused, and when the subscription goes on or ends', async () => {
    const held = stage.state.subscriptions.find((one) => one.customer_id === acme())!;
    const at = '2030-05-01T00:00:00.000Z';
    const plan = page.getByRole('region', { name: 'Plan', exact: true });
    Object.assign(held, {
      state: 'paused',
      pending_change: { kind: 'resume', at, plan_version_id: null },
    });
    await page.goto(paths.overview(acme()));
    await plan.getByText('Paused: requests are refused').waitFor();
    await plan.getByText('Goes on').waitFor();
    Object.assign(held, {
      state: 'past_due',
      pending_change: { kind: 'cancel', at, plan_version_id: null },
    });
    await page.reload();
    await plan.getByText('Payment is due').waitFor();
    await plan.getByText('Ends', { exact: true }).waitFor();
    expect(await plan.locator(`time[datetime="${at}"]`).count()).toBe(1);
    Object.assign(held, { state: 'active', pending_change: null });
  });

  test('keeps old figures with their age while the stream is lost, then catches up', async () => {
    stage.state.today.set(acme(), 100);
    await page.goto(paths.overview(acme()));
    await expect.poll(today, PATIENCE).toBe('100');
    const live = `/portal/v1/customers/${acme()}/usage/live`;
    stage.state.failing.add(live);
    stage.state.dropStreams();
    await page.getByText(/Reconnecting · updated/).waitFor();
    await expect.poll(today, PATIENCE).toBe('100');
    stage.state.today.set(acme(), 101);
    stage.state.failing.delete(live);
    await expect.poll(today, PATIENCE).toBe('101');
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test('a core that stands still is not called live, and no page loads for ever', async () => {
    stage.state.today.set(acme(), 100);
    await page.goto(paths.overview(acme()));
    await page.getByText('Live', { exact: true }).waitFor();
    stage.state.frozen = true;
    const other = await page.context().newPage();
    await other.goto(paths.usage(acme()));
    await page.getByText(/Reconnecting · updated/).waitFor({ timeout: 12_000 });
    expect(await today()).toBe('100');
    const main = other.getByRole('main');
    const said = main.getByText('The server took too long to answer', { exact: true });
    await said.waitFor({ timeout: 30_000 });
    stage.state.frozen = false;
    await main.getByRole('button', { name: 'Retry', exact: true }).click();
    await other.getByTestId('usage-requests').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
  }, 60_000);

  test('shows an error with its request id, and Retry heals it', async () => {
    const failing = `/portal/v1/customers/${acme()}/overview`;
    stage.state.failing.add(failing);
    await page.goto(paths.overview(acme()));
    await page.getByText('req_0123456789abcdefghjkmnpq').waitFor();
    expect(await page.getByTestId('requests-today').count()).toBe(0);
    stage.state.failing.delete(failing);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Put your key into TOLLGATE_KEY').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a pattern is offered as a template to fill, not as an address', async () => {
    await page.goto(paths.overview(acme()));
    await page.getByText('A template: replace <path> before you send it.').waitFor();
    await page.locator('mark', { hasText: '<path>' }).waitFor();
    expect(await page.getByText('/demo/<path>').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Copy the template for Weather' }).count()).toBe(
      1,
    );
  });

  test('needs at most 180 kB of compressed script before its figures', async () => {
    const BUDGET_BYTES = 180_000;
    const scripts: string[] = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(request.url());
    });
    await page.goto(paths.overview(acme()));
    await page.getByText('Put your key into TOLLGATE_KEY').waitFor();
    await page.locator('.recharts-bar').first().waitFor();
    // The chart is drawn after the figures, so its code is no part of the first load.
    const first = scripts.filter((url) => !url.includes('chart-plot'));
    expect(first.length).toBeLessThan(scripts.length);
    const headers = { 'accept-encoding': 'gzip' };
    const answers = await Promise.all(first.map((url) => page.request.get(url, { headers })));
    const sizes = answers.map((answer) => Number(answer.headers()['content-length']));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGET_BYTES);
  });

  test('a customer the person does not belong to is not found', async () => {
    const other = stage.state.customers.find((one) => one.name.startsWith('Umbrella'))?.id ?? '';
    await page.goto(paths.overview(other));
    await page.getByText('Not found').first().waitFor();
    expect(await page.getByText('Umbrella').count()).toBe(0);
  });
});

describe('Usage', () => {
  test('holds its state in the URL and opens the ledger behind a figure', async () => {
    stage.state.today.set(acme(), 100);
    await page.goto(paths.usage(acme()));
    await page.getByLabel('Range').selectOption('7d');
    await page.getByLabel('Group by').selectOption('route');
    await page.waitForURL(/range=7d.*group_by=route/);
    await page.reload();
    await page.getByRole('table', { name: 'Figures' }).getByText('Weather').first().waitFor();
    await page.getByRole('table', { name: 'Figures' }).getByRole('button').first().click();
    const drawer = page.getByRole('dialog', { name: 'Ledger entries' });
    await drawer.getByText('gateway gw_7k2m9q').first().waitFor();
    await drawer.getByText('Not billed: repeated').first().waitFor();
    await drawer.getByRole('button', { name: 'Load more' }).click();
    await drawer.getByText('batch 8069').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('entries')).toBe(false);
  });
});

describe('Keys', () => {
  test('a secret is shown once, and is not left uncopied by accident', async () => {
    await page.goto(paths.keys(acme()));
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Crawler');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    const secret = (await page.getByTestId('key-secret').textContent()) ?? '';
    expect(secret).toMatch(/^tg_live_[0-9A-Za-z]{48}$/);
    await page.keyboard.press('Escape');
    await page.getByText('You have not copied the key.').waitFor();
    await page.getByRole('button', { name: 'Back to the key' }).click();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy key' }).click();
    await page.getByRole('dialog').getByText('Copied').first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell', { name: 'Crawler', exact: true }).waitFor();
    expect(await page.content()).not.toContain(secret);
  });

  test('a key gets scopes that its customer may give, and from where it may come', async () => {
    stage.state.customers.find(({ id }) => id === acme())!.key_scopes = ['orders:read', 'refunds'];
    await page.goto(paths.keys(acme()));
    await page.getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Reader');
    await dialog.getByLabel('refunds', { exact: true }).uncheck();
    await dialog.getByText('Restrict', { exact: true }).click();
    await dialog.getByLabel('Only from').fill('203.0.113.7, 2001:db8::/32');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await page.getByTestId('key-secret').waitFor();
    const made = stage.state.keys.find(({ name }) => name === 'Reader');
    const ip_allow = ['203.0.113.7', '2001:db8::/32'];
    expect(made).toMatchObject({ scopes: ['orders:read'], ip_allow });
    await page.goto(paths.keys(acme()));
    const row = page.getByRole('row').filter({ hasText: 'Reader' });
    await row.getByText('orders:read; only from 203.0.113.7, 2001:db8::/32').waitFor();
  });

  test('revoking says what it does before it is done', async () => {
    await page.goto(paths.keys(acme()));
    await page.getByRole('button', { name: 'Actions for Production server' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    await page.getByText('This can’t be undone').waitFor();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('Key revoked').waitFor();
    await page.getByRole('cell', { name: 'Production server' }).waitFor({ state: 'detached' });
    expect(stage.state.keys.find((key) => key.name === 'Production server')?.state).toBe('revoked');
  });

  test('a name with markup is text', async () => {
    await page.goto(paths.keys(acme(), { state: 'all' }));
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
  });

  test('a refused name stands at its field, and nothing is made twice on a retry', async () => {
    const path = `/portal/v1/customers/${acme()}/keys`;
    await page.goto(paths.keys(acme(), { create: 'true' }));
    await page.getByRole('textbox', { name: 'Name' }).fill(' ');
    const send = page.getByRole('dialog').getByRole('button', { name: 'Create key' });
    await send.click();
    await page.getByText('Is required').waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('Twice');
    const sent: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.headers()['idempotency-key']);
    });
    stage.state.failing.add(path);
    await send.click();
    await page.getByText('Internal').waitFor();
    stage.state.failing.delete(path);
    await send.click();
    await page.getByTestId('key-secret').waitFor();
    expect(sent).toHaveLength(2);
    expect(sent[0]).toBe(sent[1]);
  });
});

test('a menu stays open while the page learns more about its table', async () => {
  const late = Promise.withResolvers<void>();
  await page.route('**/overview', async (asked) => {
    await late.promise;
    await asked.continue();
  });
  await page.goto(paths.keys(acme()));
  await page
    .getByRole('button', { name: /^Actions for / })
    .first()
    .click();
  const item = page.getByRole('menuitem', { name: 'Disable…' });
  await item.waitFor();
  const come = page.waitForResponse('**/overview');
  late.resolve();
  await (await come).finished();
  // The routes are known now: the dialog that needs them opens.
  expect(await item.isVisible()).toBe(true);
  await page.getByRole('menuitem', { name: 'Change…' }).click();
  await page.getByRole('group', { name: 'Only for routes' }).waitFor();
});

test('a table is a file too, with what its filter leaves', async () => {
  await page.goto(paths.keys(acme()));
  const link = page.getByRole('link', { name: 'Download CSV' });
  expect(await link.getAttribute('href')).toMatch(/\/keys\.csv\?live=true$/);
  await page.goto(paths.keys(acme(), { state: 'all' }));
  await expect.poll(() => link.getAttribute('href'), PATIENCE).toMatch(/\/keys\.csv$/);
});
