import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from '../start/test/installation.ts';
import { launchBrowser } from '../test/browser.ts';

// What a customer is told, as it comes: from the request that uses up a quota to the portal and the
// mailbox, in the product as `npm start` runs it.

const TEST_MS = 120_000;
const LIMIT = 10;
/** From the answer that crosses 80 % until the notice is there. */
const BAR_MS = 5_000;

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

type Body = Record<string, never> & { id: string; data: { id: string; title: string }[] };

async function admin(method: string, path: string, body?: object): Promise<Body> {
  const { billing_core_url: url, admin_api_token: token } = tollgate.dev();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${url}/v1${path}`, { method, headers, ...sent });
  expect([path, answer.status < 300]).toEqual([path, true]);
  return answer.json() as Promise<Body>;
}

/** The demo's customer, on a plan with a small quota; its key. */
async function small(): Promise<{ customer: string; key: string; path: string }> {
  const { demo } = tollgate.dev();
  const { customer_id: customer, api_key: key, path } = demo as NonNullable<typeof demo>;
  const plan = await admin('POST', '/plans', { slug: 'small', name: 'Small' });
  const quota = { kind: 'quota', meter_id: 'mtr_requests', limit: String(LIMIT), window: 'month' };
  const content = { currency: 'USD', prices: [], entitlements: [quota] };
  const version = await admin('POST', `/plans/${plan.id}/versions`, content);
  await admin('POST', `/plan-versions/${version.id}/publish`, {});
  const live = await admin('GET', `/subscriptions?customer_id=${customer}`);
  const change = { plan_version_id: version.id };
  await admin('POST', `/subscriptions/${live.data[0]?.id}/change`, change);
  return { customer, key, path };
}

test(
  'who uses 80 % of a quota is told within seconds, in the portal and by e-mail',
  async () => {
    const { customer, key, path } = await small();
    const { gateway_url, mailbox_url, portal_url, customer_login } = tollgate.dev();
    const context = await browser.newContext({ baseURL: portal_url });
    const data = { email: customer_login?.email, password: customer_login?.password };
    await context.request.post('/api/auth/sign-in/email', { data });
    const page = await context.newPage();
    await page.goto(`/c/${customer}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();

    const ask = () =>
      fetch(`${gateway_url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    for (let sent = 0; sent < LIMIT * 0.8; sent++) expect((await ask()).status).toBe(200);
    const crossed = performance.now();
    const told = async () => (await admin('GET', `/notices?customer_id=${customer}`)).data.length;
    await expect.poll(told, { timeout: 30_000, interval: 20 }).toBe(1);
    const took = Math.round(performance.now() - crossed);
    console.log(`a notice ${took} ms after the answer that crossed 80 % (bar ${BAR_MS} ms)`);
    expect(took).toBeLessThan(BAR_MS);

    const mailbox = async () => (await fetch(mailbox_url ?? '')).text();
    await expect.poll(mailbox, { timeout: 30_000 }).toContain('80 % of the quota of requests');
    console.log(`its letter ${Math.round(performance.now() - crossed)} ms after it`);
    await page.getByRole('link', { name: 'Notices 1 new' }).click({ timeout: 30_000 });
    await page.getByRole('heading', { name: '80 % of the quota of requests is used' }).waitFor();
    await context.close();
  },
  TEST_MS,
);
