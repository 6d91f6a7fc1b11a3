import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Invoice, InvoiceSummary } from '../../billing-core/src/contract/invoice.ts';
import type { Payment } from '../../billing-core/src/contract/payment.ts';
import type { Reconciliation } from '../../billing-core/src/contract/reconciliation.ts';
import type { Subscription } from '../../billing-core/src/contract/subscription.ts';
import { pagesOf } from '../../billing-core/test/documents/read.ts';
import { paths } from '../../web/src/kit/paths.ts';
import { Installation } from '../start/test/installation.ts';
import { launchBrowser } from '../test/browser.ts';
import { createKey, jump, send, signUp } from './stranger.ts';
import { type Card, DECLINED_LATER, GOOD, saveCard, stripeOf } from './stripe-pages.ts';

// From the first visit to the credit note, as a customer and an admin do it: two browsers, the
// product as `npm start` runs it, and its own Stripe. Money is read on the pages, in the API and at
// Stripe, at each stage.

const TEST_MS = 1_200_000;
const STEP_MS = 60_000;
const SOON = { timeout: 120_000, interval: 200 };
/** Gateways vouch for a minute after a clock was moved; the job that bills comes each minute. */
const BILLED = { timeout: 420_000, interval: 1_000 };
const REQUESTS = 17;
const MINUTE_MS = 60_000;
/** 17 × 50 ¢, and 19 % of it, which is 161.5 ¢. */
const TOTAL = '1012';
const CREDITED = '400';

let tollgate: Installation;
let browser: Browser;
beforeAll(async () => {
  tollgate = await Installation.make();
  [browser] = await Promise.all([launchBrowser(), tollgate.start([], { TEST_CLOCK: 'on' })]);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await tollgate?.remove();
});

async function api<Body>(method: string, path: string, body?: object): Promise<Body> {
  const { billing_core_url: url, admin_api_token: token } = tollgate.dev();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${url}/v1${path}`, { method, headers, ...sent });
  const text = await answer.text();
  expect(answer.status, `${path}: ${text}`).toBeLessThan(300);
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}
const list = async <Row>(path: string): Promise<Row[]> =>
  (await api<{ data: Row[] }>('GET', path)).data;
const stripe = () => stripeOf(tollgate.dev().stripe_url ?? '');

/** What there is before anybody comes: a plan that costs 50 ¢ a request, and no plan by itself. */
async function sell(): Promise<void> {
  for (const { id } of await list<{ id: string }>('/plans')) {
    await api('PATCH', `/plans/${id}`, { self_serve_default: false });
  }
  const plan = await api<{ id: string }>('POST', '/plans', { slug: 'metered', name: 'Metered' });
  const price = { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '50' };
  const content = { currency: 'USD', prices: [price], entitlements: [] };
  const version = await api<{ id: string }>('POST', `/plans/${plan.id}/versions`, content);
  await api('POST', `/plan-versions/${version.id}/publish`, {});
}

async function openPage(login?: { email: string; password: string } | null): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    baseURL: tollgate.dev().portal_url,
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  if (login) await context.request.post('/api/auth/sign-in/email', { data: login });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  return page;
}

async function subscribe(admin: Page, customer: string): Promise<void> {
  await api('PUT', `/customers/${customer}/tax-rates`, {
    tax_rate_ids: [
      (await api<{ id: string }>('POST', '/tax-rates', { name: 'VAT', percent: '19' })).id,
    ],
  });
  await admin.goto(paths.adminCustomer(customer, { tab: 'subscription' }));
  await admin.getByLabel('Plan version').selectOption({ label: 'Metered v1 (USD)' });
  await admin.getByRole('button', { name: 'Subscribe', exact: true }).click();
  await admin.getByRole('link', { name: 'Metered v1' }).waitFor();
}

/** Gives a card on Stripe's page, to which the portal leads. */
async function giveCard(ada: Page, button: string, card: Card): Promise<void> {
  await jump(ada, 'Payments');
  await ada.getByRole('button', { name: button }).click();
  await saveCard(ada, card);
  await ada.getByRole('heading', { level: 1, name: 'Payments' }).waitFor();
  const shown = ada.getByTestId('card');
  await expect.poll(() => shown.innerText(), SOON).toContain(`VISA ending in ${card.last4}`);
  const { customer, payment_method } = await stripe().objects();
  const [payer] = customer;
  const charged = payment_method.find(
    ({ id }) => id === payer?.invoice_settings.default_payment_method,
  );
  expect(charged?.card?.last4).toBe(card.last4);
}

/** Moves the customer's time over the end of its period. */
async function endPeriod(admin: Page, customer: string): Promise<void> {
  const [live] = await list<Subscription>(`/subscriptions?customer_id=${customer}`);
  const end = Date.parse(live?.current_period.end ?? '') + 10 * MINUTE_MS;
  await admin.goto(paths.adminCustomer(customer));
  await admin.getByRole('button', { name: 'Move its time forward…' }).click();
  await admin.getByLabel('By').selectOption('To a time…');
  await admin
    .getByRole('textbox', { name: 'To' })
    .fill(new Date(end).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length));
  await admin.getByRole('button', { name: 'Move forward' }).click();
  await admin.getByText('test clock:').first().waitFor();
}

/** The only invoice that Stripe has, and what we have of it. */
async function both(id: string) {
  const ours = await api<Invoice>('GET', `/invoices/${id}`);
  const objects = await stripe().objects();
  const theirs = objects.invoice.filter(({ metadata }) => metadata?.['tollgate_invoice'] === id);
  expect(theirs.length).toBeLessThan(2);
  return { ours, theirs: theirs[0], payments: await list<Payment>(`/invoices/${id}/payments`) };
}

/** Until Stripe says so and we know of it. */
async function becomes(
  id: string,
  ours: Partial<Invoice>,
  theirs: Partial<Stripe.Invoice>,
): Promise<void> {
  await expect.poll(() => both(id), SOON).toMatchObject({ ours, theirs });
}

async function openInvoice(page: Page, number: string): Promise<void> {
  await jump(page, 'Invoices');
  await page.getByRole('link', { name: number }).click();
  await page.getByRole('heading', { level: 1, name: number }).waitFor();
}

const due = (page: Page) => page.getByTestId('due');
const badge = (page: Page, state: string) => page.getByText(state, { exact: true }).first();

/** The first bill: declined at once, when asked for, and by Stripe's schedule. */
async function declined(ada: Page, { id, number }: InvoiceSummary): Promise<void> {
  await becomes(id, { state: 'open', due: TOTAL }, { status: 'open', attempt_count: 1 });
  const { theirs, ours } = await both(id);
  expect(theirs).toMatchObject({ number, total: Number(TOTAL), amount_paid: 0, amount_due: 1_012 });
  expect(ours).toMatchObject({ subtotal: '850', total: TOTAL, paid: '0' });
  await openInvoice(ada, number ?? '');
  await badge(ada, 'Open').waitFor();
  expect(await due(ada).innerText()).toBe('$10.12 USD');
  await ada.getByText('The last try to charge you failed: Your card was declined.').waitFor();
  await ada.getByRole('button', { name: 'Pay now' }).click();
  await ada.getByRole('alert').getByText('Your card was declined.').waitFor();
  expect((await both(id)).payments).toEqual([]);
  await stripe().passDays(3);
  await becomes(id, { state: 'open', due: TOTAL }, { status: 'open', attempt_count: 2 });
}

/** Another card, and Stripe's next try. */
async function paid(ada: Page, { id, number }: InvoiceSummary): Promise<void> {
  await giveCard(ada, 'Use another card', GOOD);
  await openInvoice(ada, number ?? '');
  await stripe().passDays(5);
  // Nobody touches the page: it is charged by itself, and shown.
  await badge(ada, 'Paid').waitFor({ timeout: SOON.timeout });
  await becomes(id, { state: 'paid', paid: TOTAL, due: '0' }, { status: 'paid', attempt_count: 3 });
  const { payments, theirs } = await both(id);
  const [payment, ...more] = payments;
  expect(more).toEqual([]);
  expect(payment).toMatchObject({ kind: 'payment', method: 'stripe', amount: TOTAL });
  expect(theirs).toMatchObject({ amount_paid: 1_012, amount_remaining: 0 });
  const { payment_intent } = await stripe().objects();
  const moved = payment_intent.filter(({ status }) => status === 'succeeded');
  expect(moved.map((one) => [one.id, one.amount_received])).toEqual([[payment?.reference, 1_012]]);
  expect(await due(ada).innerText()).toBe('$0.00 USD');
  await ada.getByText(`Payment · stripe · ${payment?.reference}`).waitFor();
}

/** An admin credits a part, and has it go back. */
async function refunded(admin: Page, { id }: InvoiceSummary): Promise<void> {
  await admin.goto(paths.adminInvoice(id));
  await admin.getByRole('button', { name: 'Credit', exact: true }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('Amount in USD').fill('4.00');
  await dialog.getByLabel('Reason').fill('An outage');
  await dialog.getByRole('button', { name: 'Credit', exact: true }).click();
  await admin.getByText('An outage').waitFor();
  await api('POST', `/invoices/${id}/payments`, { kind: 'refund', method: 'stripe' });
  const noted = { post_payment_credit_notes_amount: Number(CREDITED) };
  await becomes(id, { state: 'paid', credited: CREDITED, paid: '612', due: '0' }, noted);
  const returned = async () =>
    (await stripe().objects()).refund.map(({ amount, status }) => [amount, status]);
  await expect.poll(returned, SOON).toEqual([[400, 'succeeded']]);
  await admin.reload();
  await admin.getByText('Refund · stripe').waitFor();
}

/** The customer reads the credit note, and has it as a file. */
async function readsCreditNote(ada: Page, { id, number }: InvoiceSummary): Promise<void> {
  const { ours } = await both(id);
  const [note] = ours.credit_notes;
  expect(note).toMatchObject({ total: CREDITED, refundable: CREDITED, reason: 'An outage' });
  await jump(ada, 'Payments');
  const history = ada.getByRole('table', { name: 'Payments' });
  await history.getByText('-$4.00 USD', { exact: true }).waitFor();
  await history.getByText('$10.12 USD', { exact: true }).waitFor();
  await openInvoice(ada, number ?? '');
  await ada.reload();
  const row = ada.getByRole('listitem').filter({ hasText: `${note?.number} · An outage` });
  await row.getByText('-$4.00 USD').waitFor();
  const [download] = await Promise.all([
    ada.waitForEvent('download'),
    row.getByRole('link', { name: `${note?.number} as PDF` }).click(),
  ]);
  const pages = await pagesOf(new Uint8Array(await readFile(await download.path())));
  const text = pages.map((page) => page.text).join('');
  for (const word of [note?.number, number, '4.00', 'An outage', 'Ada’s company']) {
    expect(text).toContain(word);
  }
}

async function booksAreClean(): Promise<void> {
  const { id } = await api<Reconciliation>('POST', '/reconciliations', {});
  const compared = () => api<Reconciliation>('GET', `/reconciliations/${id}`);
  await expect.poll(async () => (await compared()).state, SOON).not.toBe('running');
  const { state, stages } = await compared();
  expect([state, await list(`/reconciliations/${id}/differences`)]).toEqual(['clean', []]);
  expect(stages.map(({ stage, here, there }) => [stage, here, there])).toEqual([
    ['ledger', `${REQUESTS} requests`, `${REQUESTS} requests`],
    ['rated', 'USD 850', 'USD 850'],
    ['invoiced', `USD ${TOTAL}`, `USD ${TOTAL}`],
    ['stripe', `USD ${TOTAL}`, `USD ${TOTAL}`],
  ]);
}

test(
  'a stranger signs up, uses, is billed, declined, pays, is refunded, and reads the credit note',
  async () => {
    await sell();
    const [ada, admin] = [await openPage(), await openPage(tollgate.dev().admin_login)];
    const customer = await signUp(ada, tollgate.dev(), 'Ada');
    await ada.getByText('No subscription').waitFor();
    await subscribe(admin, customer);
    await ada.reload();
    await ada.getByText('$0.50').first().waitFor();
    await giveCard(ada, 'Add a card', DECLINED_LATER);

    const key = await createKey(ada);
    for (let sent = 0; sent < REQUESTS; sent++) {
      expect(await send(tollgate.dev(), key, '/demo/weather?city=Berlin')).toBe(200);
    }
    await jump(ada, 'Overview');
    const today = () => ada.getByTestId('requests-today').innerText();
    await expect.poll(today, SOON).toBe(String(REQUESTS));

    await endPeriod(admin, customer);
    const invoices = () => list<InvoiceSummary>(`/invoices?customer_id=${customer}`);
    await expect.poll(async () => (await invoices()).length, BILLED).toBe(1);
    const [invoice] = (await invoices()) as [InvoiceSummary];

    await declined(ada, invoice);
    await paid(ada, invoice);
    await refunded(admin, invoice);
    await readsCreditNote(ada, invoice);
    await booksAreClean();
    await Promise.all([ada.context().close(), admin.context().close()]);
  },
  TEST_MS,
);
