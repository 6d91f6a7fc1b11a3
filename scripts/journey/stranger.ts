import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Installation } from '../start/test/installation.ts';

// What somebody does whom nobody helps: by the names that are on the page.

/** Signs up, and makes a customer. Out: the customer's id. */
export async function signUp(page: Page, { portal_url }: Where, name: string): Promise<string> {
  await page.goto(`${portal_url}/sign-up`);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.com`);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByLabel('Name of the customer').fill(`${name}’s company`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return /\/c\/(cus_\w+)/.exec(page.url())?.[1] ?? '';
}

type Where = Pick<ReturnType<Installation['dev']>, 'portal_url' | 'gateway_url'>;

/** Goes to another page of the portal. */
export const jump = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();

/** Creates a key. Out: its secret. */
export async function createKey(page: Page): Promise<string> {
  await jump(page, 'Keys');
  await page
    .getByRole('button', { name: /^Create (a )?key$/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Laptop');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const secret = await page.getByTestId('key-secret').innerText();
  expect(secret.trim()).toMatch(/^tg_live_[0-9A-Za-z]{48}$/);
  // Shown once: the dialog asks before it lets go of a key that nobody copied.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close without copying' }).click();
  await dialog.waitFor({ state: 'detached' });
  return secret.trim();
}

/** One request through the gateway. Out: its status, after the whole answer. */
export async function send({ gateway_url }: Where, key: string, path: string): Promise<number> {
  const answer = await fetch(`${gateway_url}${path}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await answer.arrayBuffer();
  return answer.status;
}
