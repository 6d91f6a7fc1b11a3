import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// API reference and its console, before a real core and a real gateway.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
let stage: ShopStage;
let version: string;
let admin: BrowserContext;
let portal: string;

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Weather <b>', version: '2', description: '<img src=x onerror=alert(1)>' },
  servers: [{ url: 'https://evil.example' }],
  paths: {
    '/weather/{city}': {
      get: {
        summary: 'Weather of a city',
        tags: ['Weather'],
        parameters: [
          { name: 'city', in: 'path', schema: { type: 'string', example: 'Bonn' } },
          { name: 'unit', in: 'query', schema: { enum: ['c', 'f'] } },
        ],
        responses: { 200: { description: 'It is there' } },
      },
    },
    '/closed/a': { get: { summary: 'Not from a page' } },
    '/paid/a': { get: { summary: 'Of another plan' } },
    '/nowhere': { get: {} },
  },
};

beforeAll(async () => {
  stage = await raiseShop();
  const quota = { kind: 'quota', meter_id: 'mtr_requests', window: 'day', limit: '100' };
  version = await stage.shop.offer({ entitlements: [quota] });
  admin = await stage.enterAdmin();
  admin.setDefaultTimeout(WAIT_MS);
  const page = await admin.newPage();
  await page.goto(paths.adminHome);
  portal = new URL(page.url()).origin;
  await page.close();
  const open = { cors: { origins: [portal] }, cost_headers: true };
  await stage.shop.openRoute({ name: 'Cities', path_pattern: '/weather/*', ...open });
  await stage.shop.openRoute({ name: 'Closed', path_pattern: '/closed/*' });
  const paid = { required_features: ['paid'], ...open };
  await stage.shop.openRoute({ name: 'Paid', path_pattern: '/paid/*', ...paid });
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

async function visitor(): Promise<Visitor & { key: string; page: Page }> {
  const one = await stage.enter(version, 'developer');
  one.context.setDefaultTimeout(WAIT_MS);
  const path = `/customers/${one.customerId}/keys`;
  const { secret: key } = await stage.shop.api<{ secret: string }>(path, { name: 'k' });
  return { ...one, key, page: await one.context.newPage() };
}

const upload = (page: Page, content: string): Promise<void> =>
  page.getByLabel('OpenAPI document').setInputFiles({
    name: 'openapi.json',
    mimeType: 'application/json',
    buffer: Buffer.from(content),
  });

test(
  'an admin sets the document, is told what is wrong with one, and what no route takes',
  async () => {
    const page = await admin.newPage();
    const complaints = complaintsOf(page, /status of 40[04]/);
    await page.goto(paths.adminApiDocument);
    await page.getByText('No document yet').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await upload(page, '{"openapi":');
    await page.getByText('The file is no JSON').waitFor();
    await upload(page, JSON.stringify({ ...DOCUMENT, openapi: '2.0' }));
    await page.getByText('is not a version 3.0 or 3.1 of OpenAPI').waitFor();
    await upload(page, JSON.stringify(DOCUMENT));
    await page.getByText('Operations that no route takes').waitFor();
    await page.getByText('/nowhere').waitFor();
    await page.getByText('Weather <b>').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  },
  TEST_MS,
);

test(
  'a customer sees what it may call, and its own key goes to the gateway and nowhere else',
  async () => {
    const { page, customerId, key, context } = await visitor();
    const complaints = complaintsOf(page, /status of 401/);
    const sentTo = new Set<string>();
    page.on('request', (request) => {
      const text = `${request.url()} ${JSON.stringify(request.headers())} ${request.postData()}`;
      if (text.includes(key)) sentTo.add(new URL(request.url()).origin);
    });
    await page.goto(paths.reference(customerId));
    const operations = page.getByRole('navigation', { name: 'Operations' });
    await operations.getByText('Weather of a city').waitFor();
    expect(await operations.getByText('Of another plan').count()).toBe(0);
    expect(await operations.getByText('/nowhere').count()).toBe(0);
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await violationsOn(page)).toEqual([]);

    const console = page.getByRole('region', { name: 'Try it' });
    await console.getByRole('button', { name: 'Send' }).click();
    await console.getByText('Enter a key').waitFor();
    await console.getByLabel('Your key').fill(`${key.slice(0, -1)}x`);
    await console.getByRole('button', { name: 'Send' }).click();
    await console.getByText('401', { exact: true }).waitFor();
    await console.getByLabel('Your key').fill(key);
    await console.getByLabel('city').fill('Zürich');
    await console.getByLabel('unit').selectOption('f');
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.url().includes('unit=f') && one.method() === 'GET'),
      console.getByRole('button', { name: 'Send' }).click(),
    ]);
    expect(request.url()).toBe(`${stage.gatewayUrl}/weather/Z%C3%BCrich?unit=f`);
    const answer = console.getByRole('region', { name: 'Answer' });
    await answer.getByText('200', { exact: true }).waitFor();
    expect(await answer.getByTestId('took').textContent()).toMatch(/^[\d,]+ ms$/);
    await answer.getByText('"requests-day"', { exact: false }).first().waitFor();
    await answer.getByText(/"requests";charged="1"/).waitFor();
    await answer.getByText('ok', { exact: true }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    expect([...sentTo]).toEqual([stage.gatewayUrl]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie]),
    );
    expect(kept).not.toContain(key);
    expect(await page.locator('code', { hasText: 'curl' }).textContent()).not.toContain(key);
    await answer.getByRole('link', { name: 'Look at it in Logs' }).click();
    await page.getByRole('dialog', { name: 'Request' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'the page can reach no other origin, and says which routes it may not call',
  async () => {
    const { page, customerId, context } = await visitor();
    await page.goto(paths.reference(customerId, { op: 'GET /closed/a' }));
    await page
      .getByText('Its operator does not let this page call it.', { exact: false })
      .waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).count()).toBe(0);
    await page.locator('code', { hasText: `${stage.gatewayUrl}/closed/a` }).waitFor();
    const blocked = await page.evaluate(async () => {
      const seen = new Promise<string>((done) => {
        const name = 'securitypolicyviolation';
        document.addEventListener(name, (event) => done(event.effectiveDirective), { once: true });
      });
      await fetch('http://127.0.0.1:9/').catch(() => undefined);
      return seen;
    });
    expect(blocked).toBe('connect-src');
    await page.getByLabel('Search operations').fill('nothing of the kind');
    await page.getByText('No operations match').waitFor();
    await context.close();
  },
  TEST_MS,
);

test(
  'what cannot be read says why, with its request id, and Retry brings it',
  async () => {
    const { page, customerId, context } = await visitor();
    const body = { title: 'Not available just now', status: 503, code: 'unavailable' };
    await page.route('**/api-reference', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ ...body, request_id: 'req_7' }),
      }),
    );
    await page.goto(paths.reference(customerId));
    await page.getByText('req_7').first().waitFor();
    await page.unroute('**/api-reference');
    await page.getByRole('button', { name: 'Retry' }).first().click();
    await page.getByText('Weather of a city').first().waitFor();
    await page.route(`${stage.gatewayUrl}/**`, (route) => route.abort());
    const { key } = await visitor();
    await page.getByLabel('Your key').fill(key);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('No answer could be read').waitFor();
    expect(await page.getByText('req_7').count()).toBe(0);
    await context.close();
  },
  TEST_MS,
);

test.each([
  [320, 'light'],
  [768, 'dark'],
  [1280, 'dark'],
] as const)(
  'the page is sound at %d px, %s',
  async (width, theme) => {
    const { page, customerId, context } = await visitor();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(paths.reference(customerId));
    await page.getByText('Weather of a city').first().waitFor();
    expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
    await context.close();
  },
  TEST_MS,
);
