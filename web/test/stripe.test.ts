import { beforeEach, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { complaints, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';
import { noStripe, someStripe } from '../mock/stripe.ts';

framePages(ADMIN);
beforeEach(() => {
  const one = stage.state.customers.find(({ name }) => name === 'Acme');
  const invoice = stage.state.invoices.find(({ number }) => number !== null);
  const acme = { id: one?.id ?? '', name: 'Acme' };
  const named = { id: invoice?.id ?? '', number: invoice?.number ?? '' };
  Object.assign(stage.state.stripe, someStripe(acme, named));
});

const dialog = () => page.getByRole('dialog');
const nav = () => page.getByRole('navigation', { name: 'Pages' });

test('an admin sees who is stuck and why, and has Stripe told again', async () => {
  await page.goto(paths.adminStripe());
  await nav().getByRole('link', { name: 'Stripe 3 waiting for somebody' }).waitFor();
  await page.getByText('A local Stripe: no money moves').waitFor();
  await page.getByText('2026-10-28.endive').waitFor();
  await page.getByRole('link', { name: 'To be told' }).click();
  await page.getByText('comes to 1001 at Stripe').waitFor();
  await page.getByRole('link', { name: 'INV-000042' }).waitFor();
  await page.getByRole('button', { name: 'Retry' }).click();
  await dialog().getByText('Nothing is made twice by it').waitFor();
  expect(stage.state.stripe.queue).toHaveLength(1);
  await dialog().getByRole('button', { name: 'Tell now' }).click();
  await page.getByText('Stripe was told of everything.').waitFor();
  expect(complaints).toEqual([]);
});

test('sees what Stripe told, in each state, and has one followed again', async () => {
  await page.goto(paths.adminStripe({ tab: 'events' }));
  await page.getByText('capability.updated').waitFor();
  await page.getByText('Not followed', { exact: true }).last().waitFor();
  await page.getByLabel('State').selectOption('failed');
  await page.getByText('No such invoice').waitFor();
  expect(await page.getByText('capability.updated').count()).toBe(0);
  await page.getByRole('button', { name: 'Retry' }).click();
  await dialog().getByRole('button', { name: 'Follow again' }).click();
  await page.getByText('No events match').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByText('capability.updated').waitFor();
});

test.each([
  [401, 'Stripe does not know the key', 'Nothing is collected'],
  [403, 'The key may not do all it has to', 'POST /v1/refunds'],
] as const)('is told plainly that Stripe refuses the key (%d)', async (status, title, words) => {
  const since = new Date(Date.now() - 3_600_000).toISOString();
  stage.state.stripe.state.key_refused = {
    status,
    since,
    tries: 12,
    operation: 'POST /v1/refunds',
  };
  await page.goto(paths.adminCustomers());
  await page.getByRole('link', { name: 'Look at Stripe' }).click();
  await page.getByRole('alert').getByRole('heading', { name: title }).waitFor();
  await page.getByRole('alert').getByText(words).waitFor();
  expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
});

test('sees a dispute in the list, on the customer and on the invoice, with its time', async () => {
  const [dispute] = stage.state.stripe.disputes;
  await page.goto(paths.adminCustomers());
  await page.getByText('1 dispute waits for evidence.').waitFor();
  await page.getByRole('link', { name: 'Look at the disputes' }).click();
  await page.getByText('fraudulent').waitFor();
  await page.getByText('$76.97 USD').waitFor();
  await page.getByText(/evidence until \w{3} \d/).waitFor();
  await page.getByLabel('State').selectOption('won');
  await page.getByText('No disputes match').waitFor();
  await page.goto(paths.adminCustomer(dispute?.customer.id ?? '', { tab: 'subscription' }));
  await page.getByText('needs response').waitFor();
  await page.getByRole('link', { name: dispute?.invoice.number ?? '' }).click();
  const there = page.getByRole('region', { name: 'At Stripe' });
  await there.getByText('Nothing is booked before the bank has decided.').waitFor();
  expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('gives money back through Stripe, and sees how far it is', async () => {
  const invoice = stage.state.invoices.find(({ number }) => number === 'INV-000042');
  Object.assign(invoice ?? {}, { state: 'paid', paid: '7697', due: '0' });
  stage.state.stripe.collection = {
    stripe: {
      id: 'in_42',
      status: 'paid',
      failure: '',
      hosted_url: null,
      url: null,
    },
    refundable: '7697',
    refunds: [],
    trouble: '',
  };
  await page.goto(paths.adminInvoice(invoice?.id ?? ''));
  await page.getByText('in_42').waitFor();
  await page.getByRole('button', { name: 'Record refund' }).click();
  await dialog().getByText('At most $76.97 USD.').waitFor();
  await dialog().getByLabel('Amount in USD').fill('10');
  await dialog().getByRole('button', { name: 'Refund through Stripe' }).click();
  await page.getByText('Refund · stripe').waitFor();
  const [payment] = stage.state.payments;
  expect(payment).toMatchObject({ method: 'stripe', kind: 'refund', amount: '1000' });
  for (const [state, words] of [
    ['pending', 'Pending'],
    ['succeeded', 'Succeeded'],
    ['failed', 'Failed: the money came back'],
  ] as const) {
    stage.state.stripe.collection.refunds = [
      { payment_id: payment?.id ?? '', state, stripe_id: 're_1' },
    ];
    await page.reload();
    await page.getByText(words, { exact: true }).waitFor();
  }
  await page.getByRole('button', { name: 'Record refund' }).click();
  await dialog().getByLabel('How it goes back').selectOption('other');
  await dialog().getByText('Nothing is sent').waitFor();
  await dialog().getByLabel('Amount in USD').fill('5');
  await dialog().getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('Refund · manual').waitFor();
  expect(complaints).toEqual([]);
});

test('is told that nobody knows what is at Stripe, and that it may be asked again', async () => {
  await enter(ADMIN, /500/);
  const invoice = stage.state.invoices.find(({ number }) => number === 'INV-000042');
  const path = `/v1/invoices/${invoice?.id}/collection`;
  stage.state.failing.add(path);
  await page.goto(paths.adminInvoice(invoice?.id ?? ''));
  const there = page.getByRole('region', { name: 'At Stripe' });
  await there.getByText('Request id').waitFor();
  await page.getByRole('region', { name: 'Lines' }).waitFor();
  stage.state.failing.delete(path);
  await there.getByRole('button', { name: 'Retry' }).click();
  await there.getByText('Nothing is booked').waitFor();
  expect(complaints).toEqual([]);
});

test('is told what this page is where nothing of Stripe is set', async () => {
  Object.assign(stage.state.stripe, noStripe());
  await page.goto(paths.adminStripe());
  await page.getByText('Stripe does not collect').waitFor();
  expect(await page.getByRole('link', { name: 'To be told' }).count()).toBe(0);
});

test('is told what went wrong, and may try again', async () => {
  await enter(ADMIN, /500/);
  for (const [path, tab] of [
    ['/v1/stripe', 'now'],
    ['/v1/stripe/queue', 'queue'],
    ['/v1/stripe/events', 'events'],
    ['/v1/disputes', 'disputes'],
  ] as const) {
    stage.state.failing.add(path);
    await page.goto(paths.adminStripe({ tab }));
    await page.getByText('Request id').waitFor();
    stage.state.failing.delete(path);
    await page.getByRole('button', { name: 'Retry' }).first().click();
    await page.getByText('Request id').waitFor({ state: 'detached' });
  }
  expect(complaints).toEqual([]);
});

test.each([
  [320, 'light'],
  [320, 'dark'],
  [768, 'dark'],
  [1280, 'light'],
] as const)('has sound pages at %d px, %s', async (width, theme) => {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  for (const tab of ['now', 'queue', 'events', 'disputes']) {
    await page.goto(paths.adminStripe({ tab }));
    await page.getByRole('link', { name: 'To be told' }).waitFor();
    await page.getByText('Loading').first().waitFor({ state: 'detached' });
    expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
  }
});

test('whoever is no admin sees nothing of it', async () => {
  await enter(CUSTOMER, /403/);
  await page.goto(paths.adminStripe());
  await page.getByText('This side is for administrators').waitFor();
  expect(await page.getByText('no money moves').count()).toBe(0);
});
