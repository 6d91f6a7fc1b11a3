import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from '../start/test/installation.ts';
import { launchBrowser } from '../test/browser.ts';

// The main job, as a stranger does it: one person, one browser, the product as `npm start` runs it.

// How soon it is shown is printed, not asserted: other tests share this machine's two cores.
const WAIT = { timeout: 15_000, interval: 20 };
const STEP_MS = 10_000;
const TEST_MS = 60_000;
const REQUESTS = 17;

let tollgate: Installation;
let browser: Browser;
beforeAll(async () => {
  tollgate = await Installation.make();
  [browser] = await Promise.all([launchBrowser(), tollgate.start()]);
}, TEST_MS);
afterAll(async () => {
  await browser?.close();
  await tollgate?.remove();
});

async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(STEP_MS);
  return page;
}

async function signUp(page: Page, name: string): Promise<void> {
  await page.goto(`${tollgate.dev().portal_url}/sign-up`);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.com`);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByLabel('Name of the customer').fill(`${name}’s company`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

const jump = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();

async function createKey(page: Page): Promise<string> {
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

const send = async (key: string, path: string): Promise<number> => {
  const answer = await fetch(`${tollgate.dev().gateway_url}${path}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await answer.arrayBuffer();
  return answer.status;
};

const today = (page: Page) => page.getByTestId('requests-today');

test(
  'sign up, create a key, send traffic, and see the exact count, live',
  async () => {
    const page = await openPage();
    await signUp(page, 'Ada');
    const key = await createKey(page);
    await jump(page, 'Overview');
    const shown = () => today(page).innerText();
    await expect.poll(shown, WAIT).toBe('0');

    // One after another within the rate limit of the plan that sign-up gives.
    for (let i = 0; i < REQUESTS; i++) {
      expect(await send(key, '/demo/weather?city=Berlin')).toBe(200);
    }
    const answered = performance.now();
    await expect.poll(shown, WAIT).toBe(String(REQUESTS));
    console.log(`shown ${Math.round(performance.now() - answered)} ms after the last answer`);

    // A refused request is not usage.
    expect(await send(`${key.slice(0, -1)}_`, '/demo/weather?city=Berlin')).toBe(401);
    await page.reload();
    await expect.poll(shown, WAIT).toBe(String(REQUESTS));
    await page.close();
  },
  TEST_MS,
);

test(
  'a key revoked in the portal is refused by the gateway',
  async () => {
    const page = await openPage();
    await signUp(page, 'Grace');
    const key = await createKey(page);
    expect(await send(key, '/demo/weather?city=Oslo')).toBe(200);
    await page.getByRole('button', { name: 'Actions for Laptop' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByRole('button', { name: 'Revoke key' }).waitFor({ state: 'detached' });
    const revoked = performance.now();
    await expect.poll(() => send(key, '/demo/weather?city=Oslo'), WAIT).toBe(401);
    console.log(`refused ${Math.round(performance.now() - revoked)} ms after it was revoked`);
    await page.close();
  },
  TEST_MS,
);
