import { beforeEach, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { acme, complaints, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';

framePages();
beforeEach(() => {
  for (const [at, one] of stage.state.notices.entries()) one.read = at > 0;
});

async function open(who: typeof ADMIN, path: string): Promise<void> {
  await enter(who);
  await page.goto(path);
}

const bell = () =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Notices/ });

test('the bell says that there is something new, until it is read', async () => {
  await open(CUSTOMER, paths.overview(acme()));
  await page.getByRole('link', { name: 'Notices 1 new' }).click();
  await page.getByRole('heading', { name: 'The quota of requests is used up' }).waitFor();
  await page.getByRole('button', { name: /^Mark read/ }).click();
  await expect.poll(() => bell().innerText()).toBe('Notices');
  expect(stage.state.notices[0]?.read).toBe(true);
  expect(complaints).toEqual([]);
});

test('all are marked read at once', async () => {
  await open(CUSTOMER, paths.notices(acme()));
  await page.getByRole('button', { name: 'Mark all read' }).click();
  await page.getByRole('button', { name: 'Mark all read' }).waitFor({ state: 'detached' });
  expect(stage.state.notices.every(({ read }) => read)).toBe(true);
});

test('owners say where e-mails go, and of what', async () => {
  await open(CUSTOMER, paths.notices(acme()));
  await page.getByLabel('E-mails go to').selectOption('addresses');
  await page.getByLabel('Addresses').fill('bills@acme.example\nops@acme.example');
  await page.getByLabel('Quotas').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('E-mails changed').waitFor();
  expect(stage.state.noticeSettings).toEqual({
    addresses: ['bills@acme.example', 'ops@acme.example'],
    mailed: ['included_units', 'trial_ending', 'payment_failed'],
  });
});

test('admins see what became of each e-mail', async () => {
  await open(ADMIN, paths.adminCustomer(acme(), { tab: 'notices' }));
  await page.getByText('gone@acme.example').waitFor();
  await page.getByText('Refused', { exact: true }).waitFor();
  await page.getByText(/nobody of that name/).waitFor();
  expect(complaints).toEqual([]);
});

test.each([
  [320, 'light'],
  [320, 'dark'],
  [768, 'dark'],
  [1280, 'light'],
] as const)('both pages are sound at %d px, %s', async (width, theme) => {
  for (const [who, path] of [
    [CUSTOMER, paths.notices(acme())],
    [ADMIN, paths.adminCustomer(acme(), { tab: 'notices' })],
  ] as const) {
    await open(who, path);
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.getByLabel('E-mails go to').waitFor();
    await page.getByText('The quota of requests is used up').waitFor();
    const faults = (await violationsOn(page)).map((one) => one.id);
    expect(faults).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
  }
});
