import { AxeBuilder } from '@axe-core/playwright';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../scripts/test/browser.ts';
import { customerWith, draftOf, refused, startSim } from './rig.ts';

const { sim, stripe, url } = await startSim();
const browser = await launchBrowser();
// Where pages lead back to.
const home = createServer((_, response) => response.end('back'));
await new Promise<void>((resolve) => home.listen(0, '127.0.0.1', resolve));
const BACK = `http://127.0.0.1:${(home.address() as AddressInfo).port}/back`;
afterAll(async () => {
  await browser.close();
  home.close();
});

async function open(address: string | null | undefined): Promise<Page> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('422')) errors.push(message.text());
  });
  page.on('close', () => expect(errors).toEqual([]));
  await page.goto(address ?? '');
  return page;
}

async function fillCard(page: Page, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry').fill('12 / 34');
  await page.getByLabel('Security code').fill('123');
  await page.getByLabel('Name on card').fill('Ada <b>Lovelace</b>');
}

const checkout = (
  customer: string,
  more: object = {},
): ReturnType<typeof stripe.checkout.sessions.create> =>
  stripe.checkout.sessions.create({
    mode: 'setup',
    customer,
    success_url: `${BACK}?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${BACK}?canceled`,
    metadata: { customer_id: 'ours' },
    ...more,
  });

describe('Checkout in setup mode', () => {
  test('saves a card and leads back with the session', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'a@example.com' });
    const session = await checkout(customer);
    expect(session).toMatchObject({
      status: 'open',
      mode: 'setup',
      payment_status: 'no_payment_required',
    });
    const page = await open(session.url);
    await fillCard(page, '4242 4242 4242 4242');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.waitForURL(`${BACK}?session=${session.id}`);
    await page.close();
    const after = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['setup_intent.payment_method'],
    });
    expect(after).toMatchObject({
      status: 'complete',
      url: null,
      setup_intent: {
        status: 'succeeded',
        payment_method: {
          customer,
          card: { last4: '4242', exp_year: 2034 },
          billing_details: { name: 'Ada <b>Lovelace</b>' },
        },
      },
    });
    const [event] = (await stripe.events.list({ type: 'checkout.session.completed' })).data;
    expect(event?.data.object).toMatchObject({ id: session.id, metadata: { customer_id: 'ours' } });
  });

  test('says what is wrong, keeps what was typed, and takes another card', async () => {
    const { id: customer } = await stripe.customers.create();
    const session = await checkout(customer);
    const page = await open(session.url);
    await fillCard(page, '4000 0000 0000 0002');
    await page.getByRole('button', { name: 'Save card' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('Your card was declined.');
    expect(await page.getByLabel('Name on card').inputValue()).toBe('Ada <b>Lovelace</b>');
    expect(await page.getByLabel('Security code').inputValue()).toBe('');
    await fillCard(page, '4242424242424242');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.waitForURL(`${BACK}**`);
    await page.close();
  });

  test.each([
    ['complete', 'Complete authentication', 'succeeded'],
    ['fail', 'Fail authentication', 'requires_payment_method'],
  ])('with 3D Secure: %s', async (outcome, button, status) => {
    const { id: customer } = await stripe.customers.create();
    const session = await checkout(customer);
    const page = await open(session.url);
    await fillCard(page, '4000 0025 0000 3155');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL(outcome === 'complete' ? `${BACK}**` : String(session.url));
    const intent = await stripe.setupIntents.retrieve(String(session.setup_intent));
    expect(intent.status).toBe(status);
    if (outcome === 'fail') expect(await page.getByRole('alert').count()).toBe(1);
    await page.close();
  });

  test('expires after a day, or when it is told to', async () => {
    const { id: customer } = await stripe.customers.create();
    const [one, other] = [await checkout(customer), await checkout(customer)];
    await stripe.checkout.sessions.expire(one.id);
    sim.advance(86_400);
    for (const { id, url: address } of [one, other]) {
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'expired' });
      const page = await open(address);
      expect(await page.getByText('This page has expired.').count()).toBe(1);
      await page.close();
    }
    expect(await refused(stripe.checkout.sessions.expire(one.id))).toMatchObject({
      statusCode: 400,
    });
  });

  test('refuses other modes and odd times', async () => {
    const { id: customer } = await stripe.customers.create();
    expect(await refused(checkout(customer, { mode: 'payment' }))).toMatchObject({ param: 'mode' });
    const soon = sim.world.clock.now() + 60;
    expect(await refused(checkout(customer, { expires_at: soon }))).toMatchObject({
      param: 'expires_at',
    });
  });
});

describe('the portal', () => {
  test('adds, chooses and removes cards', async () => {
    const { id: customer } = await customerWith(stripe, 'pm_card_mastercard');
    const session = await stripe.billingPortal.sessions.create({ customer, return_url: BACK });
    const page = await open(session.url);
    await fillCard(page, '4242 4242 4242 4242');
    await page.getByRole('button', { name: 'Save card' }).click();
    await expect.poll(() => page.getByText('visa ending in 4242').count()).toBe(1);
    const [visa] = (await stripe.customers.listPaymentMethods(customer)).data;
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      invoice_settings: { default_payment_method: visa?.id },
    });
    await page.getByRole('button', { name: 'Make default: card ending in 4444' }).click();
    await page.getByRole('button', { name: 'Remove card ending in 4242' }).click();
    const { data } = await stripe.customers.listPaymentMethods(customer);
    expect(data.map(({ card }) => card?.last4)).toEqual(['4444']);
    await page.getByRole('link', { name: 'Back' }).click();
    await page.waitForURL(BACK);
    await page.close();
  });

  test('by deep link changes the card and leads back', async () => {
    const { id: customer } = await stripe.customers.create();
    const session = await stripe.billingPortal.sessions.create({
      customer,
      flow_data: {
        type: 'payment_method_update',
        after_completion: { type: 'redirect', redirect: { return_url: BACK } },
      },
    });
    const page = await open(session.url);
    await fillCard(page, '4000 0027 6000 3184');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.getByRole('button', { name: 'Complete authentication' }).click();
    await page.waitForURL(BACK);
    const [card] = (await stripe.customers.listPaymentMethods(customer)).data;
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      invoice_settings: { default_payment_method: card?.id },
    });
    await page.close();
  });

  test('changes details, and what is forbidden it neither shows nor does', async () => {
    const { id: customer } = await stripe.customers.create({ name: 'Old' });
    const session = await stripe.billingPortal.sessions.create({ customer });
    const page = await open(session.url);
    await page.getByLabel('Name', { exact: true }).fill('New');
    await page.getByLabel('City').fill('Köln');
    await page.getByRole('button', { name: 'Save details' }).click();
    await expect.poll(() => page.getByLabel('City').inputValue()).toBe('Köln');
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      name: 'New',
      address: { city: 'Köln' },
    });
    await page.close();
    const { id: configuration } = await stripe.billingPortal.configurations.create({
      features: { customer_update: { enabled: false, allowed_updates: ['name'] } },
    });
    const narrow = await stripe.billingPortal.sessions.create({ customer, configuration });
    await fetch(`${narrow.url}/details`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'x' }),
    });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: 'New' });
  });
});

describe('an invoice’s page', () => {
  test('is paid there, after a declined card', async () => {
    const { id: customer } = await stripe.customers.create();
    const draft = await draftOf(stripe, customer, { amount: 123_456 });
    const invoice = await stripe.invoices.finalizeInvoice(draft.id);
    const page = await open(invoice.hosted_invoice_url);
    expect(await page.getByText('USD 1234.56').count()).toBeGreaterThan(0);
    await fillCard(page, '4000 0000 0000 0341');
    await page.getByRole('button', { name: 'Pay USD 1234.56' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('Your card was declined.');
    await fillCard(page, '4242 4242 4242 4242');
    await page.getByRole('button', { name: 'Pay USD 1234.56' }).click();
    await expect.poll(() => page.getByText('Status: paid').count()).toBe(1);
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: 'paid' });
    await page.close();
  });

  test('with 3D Secure is paid after it', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.invoices.finalizeInvoice((await draftOf(stripe, customer)).id);
    const page = await open(`${url}/i/${id}`);
    await fillCard(page, '4000 0027 6000 3184');
    await page.getByRole('button', { name: 'Pay USD 10.00' }).click();
    await page.getByRole('button', { name: 'Complete authentication' }).click();
    await expect.poll(() => page.getByText('Status: paid').count()).toBe(1);
    await page.close();
  });

  test.each([['/i/in_x'], ['/c/pay/cs_x'], ['/p/session/x'], ['/_sim/authenticate/x']])(
    'of nothing is not found: %s',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        expect((await fetch(`${url}${path}`, { method })).status).toBe(404);
      }
    },
  );
});

test.each([['light'], ['dark']] as const)(
  'pages are accessible, and fit, in %s',
  async (scheme) => {
    const { id: customer } = await customerWith(stripe, 'pm_card_visa');
    const invoice = await stripe.invoices.finalizeInvoice((await draftOf(stripe, customer)).id);
    const portal = await stripe.billingPortal.sessions.create({ customer, return_url: BACK });
    const context = await browser.newContext({
      colorScheme: scheme,
      viewport: { width: 320, height: 640 },
    });
    const page = await context.newPage();
    for (const address of [
      (await checkout(customer)).url,
      portal.url,
      invoice.hosted_invoice_url,
    ]) {
      await page.goto(address ?? '');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        320,
      );
    }
    await context.close();
  },
);

test('pages need no scripts', async () => {
  const { id: customer } = await stripe.customers.create();
  const session = await checkout(customer);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(String(session.url));
  await fillCard(page, '4242 4242 4242 4242');
  await page.getByRole('button', { name: 'Save card' }).click();
  await page.waitForURL(`${BACK}**`);
  expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
  await context.close();
});
