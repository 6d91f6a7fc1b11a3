import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from '../start/test/installation.ts';
import { launchBrowser } from '../test/browser.ts';
import { createKey, jump, send, signUp } from './stranger.ts';

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

const ask = (key: string, city: string): Promise<number> =>
  send(tollgate.dev(), key, `/demo/weather?city=${city}`);
const today = (page: Page) => page.getByTestId('requests-today');

test(
  'sign up, create a key, send traffic, and see the exact count, live',
  async () => {
    const page = await openPage();
    await signUp(page, tollgate.dev(), 'Ada');
    const key = await createKey(page);
    await jump(page, 'Overview');
    const shown = () => today(page).innerText();
    await expect.poll(shown, WAIT).toBe('0');

    // One after another within the rate limit of the plan that sign-up gives.
    for (let i = 0; i < REQUESTS; i++) {
      expect(await ask(key, 'Berlin')).toBe(200);
    }
    const answered = performance.now();
    await expect.poll(shown, WAIT).toBe(String(REQUESTS));
    console.log(`shown ${Math.round(performance.now() - answered)} ms after the last answer`);

    // A refused request is not usage.
    expect(await ask(`${key.slice(0, -1)}_`, 'Berlin')).toBe(401);
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
    await signUp(page, tollgate.dev(), 'Grace');
    const key = await createKey(page);
    expect(await ask(key, 'Oslo')).toBe(200);
    await page.getByRole('button', { name: 'Actions for Laptop' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByRole('button', { name: 'Revoke key' }).waitFor({ state: 'detached' });
    const revoked = performance.now();
    await expect.poll(() => ask(key, 'Oslo'), WAIT).toBe(401);
    console.log(`refused ${Math.round(performance.now() - revoked)} ms after it was revoked`);
    await page.close();
  },
  TEST_MS,
);
