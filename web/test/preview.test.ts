import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DraftLine } from '../../billing-core/src/invoicing/model.ts';
import { paths } from '../src/kit/paths.ts';
import { acme, complaints, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';
import { creditEntry } from '../mock/credit.ts';

// What a change comes to is read before it is made: by an admin, and by the customer.

const SIZES = [
  [320, 'dark'],
  [768, 'light'],
  [768, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
  [320, 'light'],
] as const;

const minimum = (start: string, end: string): DraftLine => ({
  kind: 'usage',
  description:
    '120,431 requests: 100,000 included + 20,431 × $0.002 = $40.862, rounded to $40.86, ' +
    'which is raised to the minimum of $75.00',
  time: { start: Date.parse(start), end: Date.parse(end) },
  planVersionId: 'plv_1',
  priceId: 'prc_usage',
  chargeId: null,
  terms: {},
  usage: {
    ...{ meterId: 'mtr_requests', quantity: '120431', events: 120_431n },
    ...{ fromMinute: 0, toMinute: 1, rollAfter: 0n, rollUntil: 1n },
  },
  exactAmount: '7500',
  amount: 7500n,
  slices: [],
});

const free = (): string =>
  stage.state.plans.find(({ slug }) => slug === 'free')?.versions[0]?.id ?? '';

framePages();
beforeAll(() => {
  const { credit } = stage.state;
  credit.usage = [minimum('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z')];
  credit.bearing = {
    discounts: [
      { id: 'red_1', name: 'Spring offer', percent_off: '10', amount_off: null },
      { id: 'red_2', name: 'Spring offer', percent_off: null, amount_off: 150n },
    ],
    taxes: [{ id: 'txr_1', name: 'VAT', percent: '19', inclusive: false }],
  };
  credit.entries.push(creditEntry(acme(), { kind: 'grant', amount: '2500', invoice_id: 'inv_1' }));
});

async function fits(name: string, [width, theme]: (typeof SIZES)[number]): Promise<void> {
  const { PAGES } = process.env;
  if (PAGES !== undefined) {
    await page.screenshot({ path: `${PAGES}/${name}-${width}-${theme}.png`, fullPage: true });
  }
  expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over).toBeLessThanOrEqual(0);
}
const look = async ([width, theme]: (typeof SIZES)[number]): Promise<void> => {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
};
const button = (name: string) => page.getByRole('button', { name, exact: true });
const textOf = async (name: string): Promise<string[]> => {
  const rows = page.getByRole('status').locator('dl > div').filter({ hasText: name });
  return rows.allTextContents();
};

describe('an admin', () => {
  beforeEach(() => enter(ADMIN));

  test.each(SIZES)('reads what a change comes to, at %d px, %s', async (...size) => {
    await look(size);
    await page.goto(paths.adminCustomer(acme(), { tab: 'subscription' }));
    await page.getByLabel('Plan version').selectOption(free());
    await page.getByText('Next invoice,').waitFor();
    await page.getByText('which is raised to the minimum of $75.00').waitFor();
    await page.getByText('as if nothing more were used').waitFor();
    // Of the next invoice, and of what is due now where that has anything: each adds up by itself.
    expect((await textOf('VAT 19%')).length).toBeGreaterThan(0);
    expect((await textOf('Spring offer')).length).toBeGreaterThanOrEqual(2);
    await page.getByText('From credit').first().waitFor();
    await fits('admin-change', size);
    expect(complaints).toEqual([]);
  });

  test('is shown it once more where it is confirmed, by keyboard alone', async () => {
    await page.goto(paths.adminCustomer(acme(), { tab: 'subscription' }));
    await page.getByLabel('Plan version').selectOption(free());
    await page.getByText('Next invoice,').waitFor();
    await button('Change plan…').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
    await dialog.getByText('which is raised to the minimum of $75.00').waitFor();
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('is told why there is no preview, and tries again', async () => {
    const one = stage.state.subscriptions.find(({ customer_id }) => customer_id === acme());
    const path = `/v1/subscriptions/${one?.id}/preview`;
    stage.state.failing.add(path);
    await page.goto(paths.adminCustomer(acme(), { tab: 'subscription' }));
    await page.getByLabel('Plan version').selectOption(free());
    await page.getByRole('status').getByRole('alert').waitFor();
    stage.state.failing.delete(path);
    await page.getByLabel('When').selectOption('period_end');
    await page.getByText('Next invoice,').waitFor();
    expect(await page.getByRole('status').getByRole('alert').count()).toBe(0);
  });

  test.each(SIZES)('sees the credit of a customer, at %d px, %s', async (...size) => {
    await look(size);
    await page.goto(paths.adminCustomer(acme(), { tab: 'subscription' }));
    await page.getByText('Credit: $25.00 USD').waitFor();
    // In one place alone, to which the other leads.
    expect(await page.getByText('Given by').count()).toBe(0);
    await page.getByRole('link', { name: 'What it is made of' }).click();
    await page.getByTestId('credit').getByText('$25.00 USD').waitFor();
    await page.getByText('Given by an invoice below zero').waitFor();
    await button('Pay out…').click();
    await page.getByRole('dialog').getByLabel('Amount in USD').waitFor();
    expect(await page.getByLabel('Amount in USD').inputValue()).toBe('25');
    await fits('admin-payout', size);
  });

  test('sets credit off against an open invoice, and pays out what is left', async () => {
    const invoice = stage.state.invoices.find(({ number }) => number === 'INV-000042');
    await page.goto(paths.adminInvoice(invoice?.id ?? ''));
    await button('Set off credit').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('There is $25.00 USD.').waitFor();
    expect(await dialog.getByLabel('Amount in USD').inputValue()).toBe('25');
    await dialog.getByLabel('Amount in USD').fill('10.00');
    await dialog.getByRole('button', { name: 'Set off' }).click();
    await page.getByText('Set off of credit').waitFor();
    await expect.poll(() => page.getByTestId('due').textContent()).toBe('$66.97 USD');
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    await page.goto(paths.adminCustomer(acme(), { tab: 'money' }));
    await page.getByTestId('credit').getByText('$15.00 USD').waitFor();
    await button('Pay out…').click();
    await page.getByLabel('Amount in USD').fill('5.00');
    await page.getByLabel('Reference').fill('transfer 9');
    await page.getByRole('dialog').getByRole('button', { name: 'Pay out' }).click();
    await page.getByTestId('credit').getByText('$10.00 USD').waitFor();
    await page.getByText('transfer 9').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('a member', () => {
  beforeEach(() => enter(CUSTOMER));

  test.each(SIZES)('reads the invoice that comes next, at %d px, %s', async (...size) => {
    await look(size);
    await page.goto(paths.invoices(acme()));
    await page.getByRole('heading', { name: 'Next invoice' }).waitFor();
    await page.getByText('which is raised to the minimum of $75.00').waitFor();
    await page.getByText('VAT 19%').waitFor();
    await page.getByText(/Your credit: \$\d+\.00 USD/).waitFor();
    await fits('portal-next', size);
    expect(complaints).toEqual([]);
  });

  test('is told when it cannot be read, and tries again', async () => {
    const path = `/portal/v1/customers/${acme()}/next-invoice`;
    stage.state.failing.add(path);
    await page.goto(paths.invoices(acme()));
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    stage.state.failing.delete(path);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('VAT 19%').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
