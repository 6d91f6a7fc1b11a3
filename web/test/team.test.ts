import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { appCodeAt } from '../../billing-core/src/test/totp.ts';
import { testFolder } from '../../scripts/test/folder.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// The page Team, before a real core that writes its letters into a folder.

const TEST_MS = 240_000;
const CODE_MS = 30_000;
const PATIENT = { timeout: 30_000 };
const mailDir = testFolder('letters');
let stage: ShopStage;

beforeAll(async () => {
  stage = await raiseShop({ MAIL_DIR: mailDir });
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

type Open = Visitor & { page: Page };

async function open(role?: string): Promise<Open> {
  const visitor = await stage.enter(undefined, role);
  const page = await visitor.context.newPage();
  await page.goto(paths.team(visitor.customerId));
  return { ...visitor, page };
}

type Letter = { to: string; subject: string; text: string };

/** The letters to this address, the newest last. */
async function lettersTo(address: string): Promise<Letter[]> {
  const names = (await readdir(mailDir)).toSorted();
  const letters = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(mailDir, name), 'utf8')) as Letter),
  );
  return letters.filter(({ to }) => to === address);
}

const subjectsTo = async (address: string): Promise<string[]> =>
  (await lettersTo(address)).map(({ subject }) => subject);

/** The path of the link in the newest letter to this address. */
async function linkTo(address: string): Promise<string> {
  const text = await vi.waitFor(async () => {
    const letter = (await lettersTo(address)).at(-1);
    expect(letter).toBeDefined();
    return letter?.text ?? '';
  }, PATIENT);
  const link = new URL(/http\S+\/invitation\S+/.exec(text)?.[0] ?? '');
  return `${link.pathname}${link.search}`;
}

async function invite(page: Page, email: string, role: string): Promise<void> {
  await page.getByRole('button', { name: 'Invite somebody' }).click(PATIENT);
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  expect(await violationsOn(page)).toEqual([]);
  await dialog.getByLabel('E-mail').fill(email);
  await dialog.getByLabel('Role').selectOption(role);
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  await dialog.waitFor({ state: 'detached' });
}

const rowOf = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Members' }).getByRole('row').filter({ hasText: name });

test(
  'somebody new is invited, joins by the letter, is given another role and is removed',
  async () => {
    const { page, context, customerId } = await open();
    const complaints = complaintsOf(page);
    await invite(page, 'Zoe@Example.test', 'viewer');
    const invitations = page.getByRole('region', { name: 'Invitations' });
    await invitations.getByText('zoe@example.test').waitFor(PATIENT);
    const link = await linkTo('zoe@example.test');

    const theirs = await stage.nobody();
    const joining = await theirs.newPage();
    const theirComplaints = complaintsOf(joining);
    await joining.goto(link);
    await joining.getByRole('heading', { name: /^Join Acme/ }).waitFor(PATIENT);
    await joining.getByText('as: Viewer.').waitFor();
    await joining.getByLabel('Your name').fill('<img src=x onerror=alert(1)>');
    await joining.getByLabel('Password').fill('a good long password');
    await joining.getByRole('button', { name: 'Create the account and join' }).click();
    await joining.waitForURL((url) => url.pathname === paths.overview(customerId), PATIENT);
    expect(theirComplaints).toEqual([]);

    await page.reload();
    const row = rowOf(page, 'zoe@example.test');
    await row.getByText('<img src=x onerror=alert(1)>').waitFor(PATIENT);
    await invitations.getByText('Nobody is invited just now.').waitFor(PATIENT);
    await row.getByRole('combobox').selectOption('billing');
    await page.getByText('Role changed').waitFor(PATIENT);
    await row.getByRole('button', { name: /^Remove / }).click();
    await page
      .getByRole('dialog')
      .getByText(/They lose access to this customer at once/)
      .waitFor();
    await page.getByRole('button', { name: 'Remove member' }).click();
    await row.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);

    // The link is used up, and says so.
    await joining.goto(link);
    await joining.getByText('This invitation was accepted already').waitFor(PATIENT);
    await theirs.close();
    await context.close();
  },
  TEST_MS,
);

async function signIn(page: Page, { email, password }: Visitor): Promise<void> {
  await page.getByLabel('E-mail').fill(email, PATIENT);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test(
  'who has an account signs in to accept; another person is told whom the link is for',
  async () => {
    const [owner, guest, stranger] = [await open(), await open(), await open()];
    await invite(owner.page, guest.email, 'developer');
    const link = await linkTo(guest.email);
    await stranger.page.goto(link);
    await stranger.page.getByText(`this invitation is for ${guest.email}.`).waitFor(PATIENT);

    const fresh = await stage.nobody();
    const page = await fresh.newPage();
    await page.goto(link);
    await page.getByRole('link', { name: 'Sign in to accept' }).click(PATIENT);
    await signIn(page, guest);
    await page.getByRole('button', { name: 'Accept the invitation' }).click(PATIENT);
    await page.waitForURL((url) => url.pathname === paths.overview(owner.customerId), PATIENT);
    await owner.page.reload();
    await rowOf(owner.page, guest.email).waitFor(PATIENT);
    expect(await rowOf(owner.page, stranger.email).count()).toBe(0);
    for (const one of [owner, guest, stranger]) await one.context.close();
    await fresh.close();
  },
  TEST_MS,
);

async function withRoles(page: Page): Promise<void> {
  await page.getByRole('table', { name: 'Members' }).waitFor(PATIENT);
}

test(
  'the last owner cannot go, and is told why; who owns nothing invites nobody',
  async () => {
    const { page, context } = await open();
    await withRoles(page);
    await page.getByRole('button', { name: 'Leave…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave this customer?' });
    await dialog.getByRole('button', { name: 'Leave', exact: true }).click();
    await dialog.getByText('A customer needs an owner: name another one first').waitFor(PATIENT);
    await context.close();

    const reader = await open('developer');
    await withRoles(reader.page);
    expect(await reader.page.getByRole('button', { name: /Invite|^Remove/ }).count()).toBe(0);
    expect(await reader.page.getByRole('combobox').count()).toBe(0);
    await reader.context.close();
  },
  TEST_MS,
);

test(
  'an error has its request id and Retry',
  async () => {
    const { page, context } = await open();
    const problem = { title: 'Something went wrong', status: 500, code: 'internal' };
    for (const [part, healed] of [
      ['**/memberships', 'Leave…'],
      ['**/invitations', 'Nobody is invited just now.'],
      ['**/me/sessions', 'This browser'],
      ['**/me/two-factor', 'Turn on…'],
    ] as const) {
      await page.route(part, (route) =>
        route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          json: { ...problem, request_id: 'req_1' },
        }),
      );
      await page.reload();
      await page.getByText('req_1').first().waitFor(PATIENT);
      await page.unroute(part);
      await page.getByRole('button', { name: 'Retry' }).first().click();
      await page.getByText(healed).first().waitFor(PATIENT);
      expect(await page.getByText('req_1').count()).toBe(0);
    }
    await context.close();
  },
  TEST_MS,
);

/** Turns it on. Out: what the app was given, and the recovery codes. */
async function guard(page: Page, password: string): Promise<{ uri: string; codes: string[] }> {
  await page.getByRole('button', { name: 'Turn on…' }).click(PATIENT);
  const dialog = page.getByRole('dialog', { name: 'Turn two-factor authentication on' });
  await dialog.getByLabel('Your password').fill('not the password');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('Is not your password').waitFor(PATIENT);
  await dialog.getByLabel('Your password').fill(password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor(PATIENT);
  expect(await violationsOn(page)).toEqual([]);
  const uri = `otpauth://totp/x?secret=${await dialog.locator('code').textContent()}`;
  // The code before, which is taken as well: each is taken once, and the next is for signing in.
  const code = appCodeAt(uri, Date.now() - CODE_MS);
  await dialog.getByLabel('The code that the app shows').fill(code);
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  const list = page.getByRole('list', { name: 'Recovery codes' });
  await list.waitFor(PATIENT);
  const codes = await list.getByRole('listitem').allTextContents();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes are left.').waitFor(PATIENT);
  return { uri, codes };
}

/** A new browser in which the password was right and a code is asked for. */
async function atTheCode(visitor: Visitor): Promise<{ context: BrowserContext; page: Page }> {
  const context = await stage.nobody();
  const page = await context.newPage();
  await page.goto(paths.signIn(paths.team(visitor.customerId)));
  await signIn(page, visitor);
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor(PATIENT);
  return { context, page };
}

test(
  'a second factor is turned on and asked for; sessions are seen and ended; it is turned off',
  async () => {
    const own = await open();
    const { page } = own;
    const { uri, codes } = await guard(page, own.password);
    expect(codes).toHaveLength(10);
    await rowOf(page, own.email).getByRole('cell', { name: 'On', exact: true }).waitFor(PATIENT);

    const second = await atTheCode(own);
    expect(await violationsOn(second.page)).toEqual([]);
    await second.page.getByRole('textbox', { name: 'Code' }).fill('abcde-fghij');
    await second.page.getByRole('button', { name: 'Sign in' }).click();
    await second.page.getByText('Is wrong, or its time is over').waitFor(PATIENT);
    await second.page.getByRole('textbox', { name: 'Code' }).fill(appCodeAt(uri, Date.now()));
    await second.page.getByRole('button', { name: 'Sign in' }).click();
    await second.page.getByRole('heading', { name: 'Team' }).waitFor(PATIENT);

    const third = await atTheCode(own);
    await third.page.getByRole('textbox', { name: 'Code' }).fill(codes[0] ?? '');
    await third.page.getByRole('button', { name: 'Sign in' }).click();
    await third.page.getByText('9 recovery codes are left.').waitFor(PATIENT);

    await page.reload();
    const sessions = page.getByRole('region', { name: 'Where you are signed in' });
    await sessions.getByRole('button', { name: 'Sign out everywhere else' }).click(PATIENT);
    const all = sessions.getByRole('button', { name: 'Sign out everywhere else' });
    await all.waitFor({ state: 'detached' });
    expect(await sessions.getByRole('button', { name: /^Sign out/ }).count()).toBe(0);
    await third.page.reload();
    await third.page.getByRole('heading', { name: 'Sign in' }).waitFor(PATIENT);

    await page.getByRole('button', { name: 'Turn off…' }).click();
    await page.getByLabel('Your password').fill(own.password);
    await page.getByRole('button', { name: 'Turn off', exact: true }).click();
    await page.getByRole('button', { name: 'Turn on…' }).waitFor(PATIENT);
    const told = ['Your second factor is on', 'Your second factor is off'];
    await vi.waitFor(async () => expect(await subjectsTo(own.email)).toEqual(told), PATIENT);
    for (const one of [own, second, third]) await one.context.close();
  },
  TEST_MS,
);
