import { beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';
import { owed } from '../mock/dunning.ts';

/** A busy machine takes over a second for a page. */
const PATIENT = { timeout: 20_000 };

framePages();

const sent = () => stage.state.invoices.find(({ number }) => number === 'INV-000042');
const draft = () => stage.state.invoices.find(({ reason }) => reason === 'manual');
const due = () => page.getByTestId('due').textContent();
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('an admin', () => {
  beforeEach(() => enter(ADMIN));

  test('follows a line down to the ledger', async () => {
    await page.goto(paths.adminInvoice(sent()?.id ?? ''));
    await page.getByRole('button', { name: 'Show usage of line 2' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: /\d{4}/ }).first().click();
    await drawer.getByRole('button', { name: 'Back to hours' }).waitFor();
    await drawer.getByRole('button', { name: /\d{4}/ }).first().click();
    await drawer.getByText('bt_5f0c77d2aa').waitFor();
    await drawer.getByRole('button', { name: 'Back to minutes' }).click();
    await drawer.getByRole('button', { name: 'Back to hours' }).click();
    await drawer.getByRole('button', { name: 'Back to hours' }).waitFor({ state: 'detached' });
    expect(await drawer.getByText('bt_5f0c77d2aa').count()).toBe(0);
  });

  test('records a part of a payment, the rest, and a refund', async () => {
    await page.goto(paths.adminInvoice(sent()?.id ?? ''));
    await expect.poll(due, PATIENT).toBe('$76.97 USD');
    await button('Record payment').click();
    await page.getByLabel('Amount in USD').fill('50.00');
    await page.getByLabel('Reference').fill('transfer 7');
    await button('Record').click();
    await expect.poll(due, PATIENT).toBe('$26.97 USD');
    await page.getByText('transfer 7').waitFor();
    await button('Record payment').click();
    await button('Record').click();
    await page.getByText('Paid', { exact: true }).first().waitFor();
    await button('Record refund').click();
    await page.getByLabel('Amount in USD').fill('10');
    await button('Record').click();
    await expect.poll(due, PATIENT).toBe('$10.00 USD');
    expect(stage.state.payments).toHaveLength(3);
  });

  test('credits with a reason, which the customer reads', async () => {
    await page.goto(paths.adminInvoice(sent()?.id ?? ''));
    await button('Credit').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Credit', exact: true }).click();
    await page.getByText('Enter a reason').waitFor();
    await page.getByLabel('Reason').fill('An outage');
    await page.getByRole('dialog').getByRole('button', { name: 'Credit', exact: true }).click();
    await page.getByText('CN-000001 · An outage').waitFor();
    expect(sent()?.credit_notes).toHaveLength(1);
  });

  test('finalizes a draft after being told what that means', async () => {
    await page.goto(paths.adminInvoices({ state: 'draft' }));
    await page.getByRole('link', { name: 'Draft' }).click();
    await button('Finalize').click();
    await page.getByText('nothing on it can be changed').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Finalize' }).click();
    await page.getByRole('heading', { level: 1, name: 'INV-000043' }).waitFor();
    expect(draft()?.state).toBe('open');
  });

  test('sees what is done about one that is owed, and pauses it', async () => {
    const invoice = sent();
    if (invoice === undefined) throw new Error('no invoice');
    owed(invoice);
    await page.goto(paths.adminCustomer(invoice.customer.id, { tab: 'subscription' }));
    await page.getByText('Its requests are refused (402).').waitFor();
    await page.getByRole('link', { name: 'INV-000042' }).click();
    await page.getByTestId('next-step').getByText('Reminder').waitFor();
    await button('Remind now').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remind now' }).click();
    await page.getByText('Reminder, asked for').waitFor();
    await button('Pause dunning').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause dunning' }).click();
    await button('Resume dunning').waitFor();
    expect(await page.getByTestId('next-step').count()).toBe(0);
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
  });

  test('has each document as a file and to print', async () => {
    await page.goto(paths.adminInvoice(sent()?.id ?? ''));
    const pdf = page.getByRole('link', { name: 'INV-000042 as PDF' });
    expect(await pdf.getAttribute('href')).toBe(`/api/v1/invoices/${sent()?.id}/pdf`);
    const print = page.getByRole('link', { name: 'Print view of INV-000042, in a new tab' });
    expect(await print.getAttribute('href')).toBe(`/api/v1/invoices/${sent()?.id}/html`);
  });

  test('reads the number in one line beside all that can be done', async () => {
    await page.goto(paths.adminInvoice(sent()?.id ?? ''));
    const title = page.getByRole('heading', { level: 1, name: 'INV-000042' });
    for (const width of [320, 640, 768, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const { height = 0 } = (await title.boundingBox()) ?? {};
      expect([width, height > 10 && height < 40]).toEqual([width, true]);
    }
  });

  test('sets what holds for invoices, and is told what cannot be', async () => {
    await page.goto(paths.adminInvoices());
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { level: 1, name: 'Billing settings' }).waitFor();
    await page.getByLabel('Sender').fill('Acme Ltd\n1 Main St');
    await page.getByLabel('Reminders, days past due').fill('7, 7');
    await button('Save').click();
    await page.getByText('A day is there twice').waitFor();
    await page.getByLabel('Reminders, days past due').fill('7, 1');
    await page.getByLabel('An invoice that comes to nothing').selectOption('skip');
    await page.getByLabel('The plan’s choice holds after, days past due').fill('0');
    await button('Save').click();
    await page.getByText('Billing settings saved').waitFor();
    expect(stage.state.billingSettings).toEqual({
      ...{ issuer: 'Acme Ltd\n1 Main St', footer: '', due_days: 14, grace_minutes: 1_440 },
      ...{ zero_amount: 'skip', reminder_days: [1, 7], debt_grace_days: 0 },
    });
    await page.reload();
    expect(await page.getByLabel('Reminders, days past due').inputValue()).toBe('1, 7');
  });

  test('is told that a filter leaves none, not that there are none', async () => {
    await page.goto(paths.adminInvoices({ state: 'uncollectible' }));
    await page.getByText('No invoices match').waitFor();
    expect(await page.getByText('No invoice yet').count()).toBe(0);
  });
});

describe('a member', () => {
  beforeEach(() => enter(CUSTOMER));
  const acme = (): string => stage.state.customers.find(({ name }) => name === 'Acme')?.id ?? '';

  test('sees invoices and what is behind them, and no button that is not theirs', async () => {
    await page.goto(paths.invoices(acme()));
    await page.getByRole('link', { name: 'INV-000042' }).click();
    await page.getByRole('heading', { level: 1, name: 'INV-000042' }).waitFor();
    await page.getByText('20,431 × $0.002').waitFor();
    await page.getByText('gw_p41xd8/bt_5f0c77d2aa').waitFor();
    expect(await button('Void').count()).toBe(0);
    expect(await button('Record payment').count()).toBe(0);
  });

  test('whose payments are not known just now is not told that there are none', async () => {
    const path = `/portal/v1/customers/${acme()}/invoices/${sent()?.id}/payments`;
    stage.state.failing.add(path);
    await page.goto(paths.invoice(acme(), sent()?.id ?? ''));
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    stage.state.failing.delete(path);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('20,431 × $0.002').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test.each([
    [320, 'light'],
    [768, 'dark'],
    [1280, 'light'],
  ] as const)('reads them at %d px, %s, and the usage behind', async (width, theme) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const faults = async () => (await violationsOn(page)).map((one) => one.id);
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await page.goto(paths.invoice(acme(), sent()?.id ?? ''));
    await page.getByText('20,431 × $0.002').waitFor();
    expect(await faults()).toEqual([]);
    expect(await over()).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Show usage of line 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /\d{4}/ }).first().waitFor();
    expect(await faults()).toEqual([]);
  });

  test.each([
    [320, 'dark'],
    [768, 'light'],
    [1280, 'dark'],
  ] as const)('pays by card at %d px, %s, and reads why not', async (width, theme) => {
    const card = { brand: 'visa', last4: '4242', exp_month: 3, exp_year: 2031 };
    const before = stage.state.collector;
    stage.state.collector = { kind: 'stripe', is_test: true, is_simulated: true, card };
    // Admins have settled it by now.
    Object.assign(sent() ?? {}, { state: 'open' });
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(paths.invoices(acme()));
    await page.getByText('VISA ending in 4242, valid until 03/2031').waitFor();
    await page.getByText('no money moves').waitFor();
    expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
    stage.state.declined = 'Your card has insufficient funds.';
    await page.goto(paths.invoice(acme(), sent()?.id ?? ''));
    await page.getByText('failed: Your card has insufficient funds.').waitFor();
    await button('Pay now').click();
    await page.getByText('Your card was declined.').waitFor();
    expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
    await page.goto(paths.invoices(acme()));
    await button('Use another card').click();
    await page.waitForURL(/#card$/);
    Object.assign(stage.state, { collector: before, declined: null });
  });
});
