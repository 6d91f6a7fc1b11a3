import { beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { complaints, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';
import { differentBooks, noBooks, run } from '../mock/reconciliations.ts';

framePages(ADMIN);
beforeEach(() => {
  Object.assign(stage.state.books, noBooks());
});

const acme = () => {
  const one = stage.state.customers.find(({ name }) => name === 'Acme');
  return { id: one?.id ?? '', name: 'Acme' };
};
const sent = (): string => stage.state.invoices.find(({ state }) => state === 'open')?.id ?? '';

/** Books that differ, with what is behind it. Out: the run that says so. */
function drift(): string {
  const { run: one, ...found } = differentBooks(acme(), sent());
  Object.assign(stage.state.books, { runs: [one, run()], ...found });
  return one.id;
}
const dialog = () => page.getByRole('dialog');
const nav = () => page.getByRole('navigation', { name: 'Pages' });

describe('an admin', () => {
  test('whose books were never compared is told what that is, and has it done', async () => {
    await page.goto(paths.adminReconciliations);
    await page.getByText('The books were never compared').waitFor();
    await page.getByRole('button', { name: 'Reconcile now' }).click();
    await page.getByText('2 stages compared').waitFor();
    expect(await page.getByRole('button', { name: 'Reconcile now' }).isDisabled()).toBe(true);
    const [one] = stage.state.books.runs;
    await page.getByRole('table').getByRole('link').click();
    await page.getByText('This page follows.').waitFor();
    Object.assign(one ?? {}, run({ id: one?.id ?? '' }));
    await page.getByText('All books say the same: 71 figures were compared').waitFor();
    expect(complaints).toEqual([]);
  });

  test('reads each difference with its rows, and repairs one after confirming it', async () => {
    await page.goto(paths.adminReconciliation(drift()));
    await page.getByText('2 differences were found.').waitFor();
    await page.getByText('Admins were told by e-mail.').waitFor();
    await page.getByRole('button', { name: 'Rows of difference 1: Not at Stripe' }).click();
    await dialog().getByText('Invoice at Stripe').waitFor();
    await dialog().getByText('$76.97 USD').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Tell Stripe again' }).click();
    await dialog().getByText('what is not there is made anew').waitFor();
    expect(stage.state.books.differences[0]?.repaired_at).toBe(null);
    await dialog().getByRole('button', { name: 'Tell Stripe again' }).click();
    await page.getByText('Repaired', { exact: true }).waitFor();
    await page.getByText('Somebody has to look').waitFor();
    const csv = page.getByRole('link', { name: 'Differences as CSV' });
    expect(await csv.getAttribute('href')).toMatch(/^\/api\/v1\/reconciliations\/.*\.csv$/);
    expect(complaints).toEqual([]);
  });

  test('is told why a repair changed nothing, and may choose another', async () => {
    const path = paths.adminReconciliation(drift());
    const [first] = stage.state.books.differences;
    Object.assign(first ?? {}, { kind: 'overpaid', repairs: ['refund_over', 'credit_over'] });
    stage.state.books.repairSaid = 'Nothing of it can go back through stripe';
    await page.goto(path);
    await page.getByRole('button', { name: 'Refund through Stripe' }).click();
    await dialog().getByText('goes back to the card').waitFor();
    await dialog().getByRole('button', { name: 'Refund through Stripe' }).click();
    await page
      .getByText('The repair changed nothing: Nothing of it can go back through stripe')
      .waitFor();
    expect(await page.getByText('Repaired', { exact: true }).count()).toBe(0);
    stage.state.books.repairSaid = '';
    await page.getByRole('button', { name: 'Make it credit' }).click();
    await dialog().getByRole('button', { name: 'Make it credit' }).click();
    await page.getByText('Repaired', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('sees the books of a customer and month in one row, currencies apart', async () => {
    await page.goto(paths.adminReconciliation(drift()));
    const totals = page.getByRole('region', { name: 'By customer and month' });
    await totals.getByText('$0.00 USD ≠ $76.97 USD').waitFor();
    await totals.getByText('120,431').waitFor();
    const stages = page.getByRole('region', { name: 'Stages' });
    await stages.getByText('€5.00 EUR').first().waitFor();
    await stages.getByText('$71.86 USD').first().waitFor();
    expect(await stages.getByText(/^€\S+ EUR$/).count()).toBe(2);
  });

  test('is shown where the books differ, on each page and where admins arrive', async () => {
    drift();
    await page.goto(paths.adminCustomers());
    await nav().getByRole('link', { name: 'Reconciliation 2 differences' }).waitFor();
    await page.getByText('The books differ: 2.').waitFor();
    await page.getByRole('link', { name: 'Look at the reconciliation' }).click();
    await page.getByText('2 differences were found.').waitFor();
    expect(await page.getByText('The books differ: 2.').count()).toBe(0);
  });

  test('of whom the books are clean is not bothered', async () => {
    stage.state.books.runs = [run()];
    await page.goto(paths.adminCustomers());
    await nav().getByRole('link', { name: 'Reconciliation', exact: true }).waitFor();
    expect(await page.getByRole('region', { name: 'Needs attention' }).count()).toBe(0);
  });

  test('is told what went wrong, and may try again', async () => {
    await enter(ADMIN, /500/);
    const path = '/v1/reconciliations';
    stage.state.failing.add(path);
    await page.goto(paths.adminReconciliations);
    await page.getByText('Request id').waitFor();
    stage.state.failing.delete(path);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('The books were never compared').waitFor();
    stage.state.failing.add(path);
    await page.getByRole('button', { name: 'Reconcile now' }).click();
    await page.getByRole('alert').getByText('Request id').waitFor();
    stage.state.failing.delete(path);
    expect(complaints).toEqual([]);
  });

  test('reads of an old comparison what it came to, and that its details are gone', async () => {
    const { run: one } = differentBooks(acme(), sent());
    stage.state.books.runs = [{ ...one, pruned_at: one.began_at }];
    await page.goto(paths.adminReconciliation(one.id));
    await page.getByText('2 differences were found.').waitFor();
    await page.getByText('are kept for 92 days').waitFor();
    expect(await page.getByRole('link', { name: 'Differences as CSV' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('reads why a comparison failed', async () => {
    const one = run({ state: 'failed', stages: [], said: 'Stripe did not answer' });
    stage.state.books.runs = [one];
    await page.goto(paths.adminReconciliation(one.id));
    await page.getByText('Stripe did not answer').waitFor();
    expect(await page.getByText('All books say the same').count()).toBe(0);
  });

  test.each([
    [320, 'light'],
    [320, 'dark'],
    [768, 'dark'],
    [1280, 'light'],
  ] as const)('has sound pages at %d px, %s', async (width, theme) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const id = drift();
    for (const path of [paths.adminReconciliations, paths.adminReconciliation(id)]) {
      await page.goto(path);
      await page.getByText('Differences', { exact: true }).first().waitFor();
      await page.getByText('Loading').first().waitFor({ state: 'detached' });
      expect((await violationsOn(page)).map((one) => one.id)).toEqual([]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over).toBeLessThanOrEqual(0);
    }
  });
});

test('whoever is no admin sees nothing of it', async () => {
  drift();
  await enter(CUSTOMER, /403/);
  await page.goto(paths.adminReconciliations);
  await page.getByText('This side is for administrators').waitFor();
  expect(await page.getByText('Looks back to').count()).toBe(0);
});
