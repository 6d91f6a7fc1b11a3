import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// The pages Payments and Settings, before a real core.

const TEST_MS = 240_000;
const PATIENT = { timeout: 30_000 };
const HOSTILE = '=HYPERLINK("http://evil.test")';
let stage: ShopStage;

beforeAll(async () => {
  stage = await raiseShop();
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

type Open = Visitor & { page: Page };

async function open(path: (id: string) => string, role?: string): Promise<Open> {
  const visitor = await stage.enter(undefined, role);
  const page = await visitor.context.newPage();
  await page.goto(path(visitor.customerId));
  return { ...visitor, page };
}

/** An invoice of so many cents that was paid, and of which a part went back. */
async function paidAndGivenBack(customerId: string): Promise<void> {
  const lines = [{ description: 'Work', amount: '5000' }];
  const draft = { customer_id: customerId, lines };
  const { id } = await stage.shop.api<{ id: string }>('/invoices', draft);
  await stage.shop.api(`/invoices/${id}/finalize`, {});
  const path = `/invoices/${id}/payments`;
  await stage.shop.api(path, { method: 'transfer', reference: HOSTILE });
  await stage.shop.api(path, { kind: 'refund', amount: '1250', method: 'transfer' });
}

test(
  'payments and refunds lead to their invoice, are filtered, and are a file',
  async () => {
    const { page, context, customerId } = await open(paths.payments);
    const complaints = complaintsOf(page);
    await page.getByText('Nothing was paid yet').waitFor(PATIENT);
    await page.getByText('Nothing is charged by card here').waitFor();
    await paidAndGivenBack(customerId);
    await page.reload();
    const table = page.getByRole('table', { name: 'Payments' });
    await table.getByText('$50.00 USD', { exact: true }).waitFor(PATIENT);
    await table.getByText('-$12.50 USD', { exact: true }).waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    const csv = await (await (await file).createReadStream()).toArray();
    const text = Buffer.concat(csv).toString();
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
    await page.getByLabel('Show').selectOption('refund');
    await table.getByText('$50.00 USD', { exact: true }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?kind=refund');
    await table.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: /^INV-/ }).waitFor(PATIENT);
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'address and tax number are changed by who does the billing, and stand on the next invoice',
  async () => {
    const { page, context, customerId } = await open(paths.payments, 'billing');
    await page.getByRole('button', { name: 'Edit' }).click(PATIENT);
    const dialog = page.getByRole('dialog', { name: 'On your invoices' });
    await dialog.getByLabel('Billing address').fill('1 High Street\n<b>Springfield</b>');
    await dialog.getByLabel('Tax number').fill('x'.repeat(60));
    await dialog.getByLabel('Tax number').fill('DE 123');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const card = page.getByRole('region', { name: 'On your invoices' });
    await card.getByText('<b>Springfield</b>').waitFor(PATIENT);
    const known = await stage.shop.api<{ tax_number: string }>(`/customers/${customerId}`);
    expect(known.tax_number).toBe('DE 123');
    await context.close();

    const reader = await open(paths.payments, 'developer');
    await reader.page.getByText('Nothing was paid yet').waitFor(PATIENT);
    expect(await reader.page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    await reader.context.close();
  },
  TEST_MS,
);

test(
  'the name and the zone are an owner’s to change; a browser keeps what is its own',
  async () => {
    const { page, context, customerId } = await open(paths.settings);
    const complaints = complaintsOf(page);
    const form = page.getByRole('form', { name: 'Customer' });
    await form.getByLabel('Name').fill('Globex', PATIENT);
    await form.getByLabel('Billing zone').selectOption('Europe/Berlin');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor(PATIENT);
    const known = await stage.shop.api<object>(`/customers/${customerId}`);
    expect(known).toMatchObject({ name: 'Globex', billing_zone: 'Europe/Berlin' });
    await page.getByLabel('Use keys that are pressed alone').uncheck();
    await page.getByLabel('Time zone', { exact: true }).selectOption('utc');
    await page.reload();
    await form.getByLabel('Name').waitFor(PATIENT);
    expect(await page.getByLabel('Use keys that are pressed alone').isChecked()).toBe(false);
    expect(await page.getByLabel('Time zone', { exact: true }).inputValue()).toBe('utc');
    await page.getByLabel('E-mails go to').selectOption('nobody');
    await page.getByRole('form', { name: 'E-mails' }).getByRole('button', { name: 'Save' }).click();
    await page.getByText('E-mails changed').waitFor(PATIENT);
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('heading', { name: 'Настройки' }).waitFor(PATIENT);
    expect(complaints).toEqual([]);
    await context.close();

    const reader = await open(paths.settings, 'viewer');
    await reader.page.getByText('Billing zone').waitFor(PATIENT);
    expect(await reader.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await reader.context.close();
  },
  TEST_MS,
);

test(
  'an error has its request id and Retry',
  async () => {
    const { page, context, customerId } = await open(paths.payments);
    const json = {
      title: 'Something went wrong',
      status: 500,
      code: 'internal',
      request_id: 'req_1',
    };
    for (const [path, part, healed] of [
      [paths.payments(customerId), '**/payments', 'Nothing was paid yet'],
      [paths.payments(customerId), '**/collector', 'Nothing is charged by card here'],
      [paths.settings(customerId), `**/customers/${customerId}`, 'Copy the customer id'],
    ] as const) {
      await page.route(`${part}`, (route) =>
        route.request().url().includes('/api/')
          ? route.fulfill({ status: 500, contentType: 'application/problem+json', json })
          : route.fallback(),
      );
      await page.goto(path);
      await page.getByText('req_1').first().waitFor(PATIENT);
      await page.unroute(part);
      await page.getByRole('button', { name: 'Retry' }).first().click();
      await page
        .getByText(healed)
        .or(page.getByRole('button', { name: healed }))
        .first()
        .waitFor(PATIENT);
      expect(await page.getByText('req_1').count()).toBe(0);
    }
    await context.close();
  },
  TEST_MS,
);

test.each([
  [320, 'dark'],
  [768, 'light'],
  [1280, 'dark'],
] as const)(
  'both pages are sound at %d px, %s',
  async (width, theme) => {
    const { page, context, customerId } = await open(paths.payments);
    await paidAndGivenBack(customerId);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const sound = async (): Promise<void> => {
      expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over).toBeLessThanOrEqual(0);
    };
    await page.reload();
    await page.getByText('-$12.50 USD', { exact: true }).waitFor(PATIENT);
    await sound();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').waitFor();
    await sound();
    await page.goto(paths.settings(customerId));
    await page.getByLabel('Billing zone').waitFor(PATIENT);
    await sound();
    await context.close();
  },
  TEST_MS,
);
