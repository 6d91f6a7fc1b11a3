import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { complaintsOf, CUSTOMER, raiseStage, type Stage, violationsOn } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
}, 120_000);
afterAll(() => stage.close());

function customerId(name: string): string {
  return stage.state.customers.find((one) => one.name === name)?.id ?? '';
}

describe('signing in', () => {
  test('leads back to the page that was asked for', async () => {
    const context = await stage.enter();
    const page = await context.newPage();
    const complaints = complaintsOf(page, /401/);
    const wanted = paths.usage(customerId('Acme'), { range: '7d' });
    await page.goto(wanted);
    await page.waitForURL('**/sign-in?return_to=**');
    await page.getByLabel('E-mail').fill(CUSTOMER.email);
    await page.getByLabel('Password').fill('wrong horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('E-mail or password is wrong').waitFor();
    await page.getByLabel('Password').fill(CUSTOMER.password);
    await page.getByLabel('Password').press('Enter');
    await page.waitForURL(`**${wanted}`);
    await page.getByTestId('usage-requests').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('that cannot be looked up is said on the page, with Retry', async () => {
    const context = await stage.enter(CUSTOMER);
    const page = await context.newPage();
    await page.route('**/portal/v1/me', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Not now', status: 503, code: 'x', request_id: 'req_7' }),
      }),
    );
    await page.goto(paths.keys(customerId('Acme')));
    const fault = page.getByRole('region', { name: 'Your account' });
    await fault.getByText('req_7').waitFor();
    await page.unroute('**/portal/v1/me');
    await fault.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('button', { name: 'Create key' }).waitFor();
    expect(await fault.count()).toBe(0);
    await context.close();
  });

  test.each([
    ['the first page', paths.home, 'Your account', (page: Page) => page.getByText('Plan')],
    ['Welcome', paths.welcome, 'Welcome', (page: Page) => page.getByLabel('Name of the customer')],
  ])('that cannot be looked up is said by %s, which asks for nothing', async (...row) => {
    const [, path, title, healed] = row;
    const context = await stage.enter(CUSTOMER);
    const page = await context.newPage();
    const body = { title: 'Not now', status: 503, code: 'x', request_id: 'req_7' };
    await page.route('**/portal/v1/me', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify(body),
      }),
    );
    await page.goto(path);
    await page.getByText('req_7').waitFor();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe(path);
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    await page.unroute('**/portal/v1/me');
    await page.getByRole('button', { name: 'Retry' }).click();
    await healed(page).first().waitFor();
    await context.close();
  });

  test('forgets what was loaded when the session ends elsewhere', async () => {
    const context = await stage.enter(CUSTOMER);
    const page = await context.newPage();
    await page.goto(paths.keys(customerId('Acme')));
    await page.getByText('Production server').waitFor();
    stage.state.sessions.clear();
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.waitForURL('**/sign-in?return_to=**');
    await page.getByLabel('Password').waitFor();
    expect(await page.getByText('Production server').count()).toBe(0);
    await context.close();
  });

  test('signing out ends the session on the server too', async () => {
    const context = await stage.enter(CUSTOMER);
    const page = await context.newPage();
    await page.goto(paths.overview(customerId('Acme')));
    await page.getByRole('button', { name: /Ada Lovelace/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    expect(stage.state.sessions.size).toBe(0);
    await context.close();
  });
});

describe('a reset link', () => {
  test('that was used says so, and leads to a new one', async () => {
    const context = await stage.enter();
    const page = await context.newPage();
    await page.goto(`${paths.resetPassword}?token=used`);
    await page.getByLabel('New password', { exact: true }).fill('long enough');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    await page.getByRole('link', { name: 'Send a new link' }).click();
    await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await context.close();
  });
});

describe('a new person', () => {
  test('signs up, makes a customer, and stands on its empty Overview', async () => {
    const context = await stage.enter();
    const page = await context.newPage();
    await page.goto(paths.signUp);
    await page.getByLabel('Your name').fill('Alan');
    await page.getByLabel('E-mail').fill('alan@example.com');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByText('Use at least 10 characters').waitFor();
    await page.getByLabel('Password').fill('long enough');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.waitForURL(`**${paths.welcome}`);
    await page.getByLabel('Name of the customer').fill('Bombe Ltd');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByTestId('requests-today').waitFor();
    expect(page.url()).toContain(paths.overview(customerId('Bombe Ltd')));
    await context.close();
  });

  test('reads nothing untrue where the address has an account', async () => {
    const context = await stage.enter();
    const page = await context.newPage();
    await page.goto(paths.signUp);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('E-mail').fill(CUSTOMER.email);
    await page.getByLabel('Password').fill('not that one');
    await page.getByRole('button', { name: 'Sign up' }).click();
    const told = page.getByText('If this address is new, your account was made.');
    await told.waitFor();
    expect(await page.getByText(/wrong|token/i).count()).toBe(0);
    expect(await told.getByRole('link', { name: 'reset it' }).getAttribute('href')).toBe(
      paths.forgotPassword,
    );
    await told.getByRole('link', { name: 'sign in with your password' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.close();
  });

  test('reads why, where sign-up is closed', async () => {
    stage.state.signUp = 'closed';
    const context = await stage.enter();
    const page = await context.newPage();
    await page.goto(paths.signUp);
    await page.getByText('Ask them for an invitation').waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
    await context.close();
  });
});
