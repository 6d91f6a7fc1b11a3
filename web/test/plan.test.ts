import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Subscription } from '../../billing-core/src/contract/subscription.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Plan and Quotas, before a real core.

const TEST_MS = 240_000;
const PATIENT = { timeout: 30_000 };
let stage: ShopStage;
let basic: string;

/** A self-serve plan with this flat price, in cents. */
async function offer(name: string, amount: string, patch: object = {}): Promise<string> {
  const slug = name.toLowerCase();
  const plan = await stage.shop.api<{ id: string }>('/plans', {
    slug,
    name,
    self_serve: true,
    ...patch,
  });
  const version = await stage.shop.api<{ id: string }>(`/plans/${plan.id}/versions`, {
    currency: 'USD',
    prices: [{ model: 'flat', amount }],
    entitlements: [
      { kind: 'quota', meter_id: 'mtr_requests', limit: amount, window: 'day' },
      { kind: 'rate_limit', rate_per_second: '10', burst: 20 },
    ],
  });
  await stage.shop.api(`/plan-versions/${version.id}/publish`, {});
  return version.id;
}

beforeAll(async () => {
  stage = await raiseShop();
  basic = await offer('Basic', '3000', { pausable: true });
  await offer('Pro', '9000');
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

async function open(
  path: (id: string) => string,
  role?: string,
): Promise<Visitor & { page: Page }> {
  const visitor = await stage.enter(basic, role);
  const page = await visitor.context.newPage();
  await page.goto(path(visitor.customerId));
  return { ...visitor, page };
}

async function subscription(customerId: string): Promise<Subscription> {
  const path = `/subscriptions?customer_id=${customerId}`;
  const [only] = (await stage.shop.api<{ data: Subscription[] }>(path)).data;
  return only!;
}

test(
  'an upgrade shows what it comes to before it is made, and nothing before core has made it',
  async () => {
    const { page, context, customerId } = await open(paths.plan);
    const complaints = complaintsOf(page);
    await page.getByRole('button', { name: 'Change to Pro…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change to Pro' });
    const due = dialog.getByRole('region', { name: 'Due now' });
    await due.getByText('To pay').waitFor(PATIENT);
    const amount = (await due.getByTestId('due').textContent()) ?? '';
    expect(amount).toMatch(/^\$\d+\.\d\d USD$/);
    const confirm = dialog.getByRole('button', { name: `Change now for ${amount}` });
    await confirm.click();
    await page.getByText('Plan changed').waitFor(PATIENT);
    const plan = page.getByRole('region', { name: 'Your plan' });
    await plan.getByText('Pro', { exact: true }).waitFor(PATIENT);

    await page.getByRole('button', { name: 'Change to Basic…' }).click();
    await page.getByText(/You keep what you have until .* then Basic begins/).waitFor(PATIENT);
    await page.getByRole('button', { name: /^Change on / }).click();
    await plan.getByText(/^Changes to Basic on /).waitFor(PATIENT);
    expect((await subscription(customerId)).pending_change?.kind).toBe('change');
    await plan.getByRole('button', { name: 'Keep Pro' }).click();
    await plan.getByText(/^Changes to Basic on /).waitFor({ state: 'detached' });
    expect((await subscription(customerId)).pending_change).toBeNull();
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);

test(
  'a cancel names its consequence and asks why; it and a pause can be taken back',
  async () => {
    const { page, context, customerId } = await open(paths.plan, 'billing');
    await page.getByRole('button', { name: 'Cancel the subscription…' }).click(PATIENT);
    const dialog = page.getByRole('dialog', { name: 'Cancel the subscription?' });
    await dialog.getByText(/from then on every request is refused/).waitFor();
    await dialog.getByLabel('Why do you leave?').selectOption('too_expensive');
    await dialog.getByLabel('What could be better?').fill('<img src=x onerror=alert(1)>');
    await dialog.getByRole('button', { name: /^End on / }).click();
    await page.getByRole('button', { name: 'Keep the subscription' }).click(PATIENT);
    await page.getByRole('button', { name: 'Pause…' }).click(PATIENT);
    await page.getByRole('button', { name: /^Pause on / }).click();
    await page.getByRole('button', { name: 'Do not pause' }).waitFor(PATIENT);
    expect((await subscription(customerId)).pending_change?.kind).toBe('pause');
    await page.getByRole('button', { name: 'Do not pause' }).click();
    await page.getByRole('button', { name: 'Pause…' }).waitFor(PATIENT);
    await context.close();
  },
  TEST_MS,
);

test(
  'who may not change the plan sees it all the same; an error has its request id and Retry',
  async () => {
    const { page, context, customerId } = await open(paths.plan, 'developer');
    await page
      .getByText('An owner, or who does the billing, can change the plan.')
      .waitFor(PATIENT);
    expect(await page.getByRole('button', { name: /Change to|Cancel|Pause/ }).count()).toBe(0);
    const body = {
      title: 'Something went wrong',
      status: 500,
      code: 'internal',
      request_id: 'req_1',
    };
    for (const [path, part, healed] of [
      [paths.plan(customerId), '**/subscription', 'Period'],
      [paths.quotas(customerId), '**/quota-requests', 'Nothing was asked for.'],
    ] as const) {
      await page.route(part, (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', json: body }),
      );
      await page.goto(path);
      await page.getByText('req_1').first().waitFor(PATIENT);
      await page.unroute(part);
      await page.getByRole('button', { name: 'Retry' }).first().click();
      await page.getByText(healed).first().waitFor(PATIENT);
    }
    await context.close();
  },
  TEST_MS,
);

test(
  'more of a quota is asked for, answered by an admin, and the answer is read',
  async () => {
    const { page, context, customerId } = await open(paths.quotas, 'developer');
    await page.getByRole('button', { name: 'Ask for more…' }).click(PATIENT);
    const dialog = page.getByRole('dialog', { name: 'Ask for more' });
    await dialog.getByLabel('How many do you need?').fill('2,000');
    await dialog.getByLabel('What for?').fill('Launch week');
    await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
    await dialog.getByText('Is not more than the limit that holds now').waitFor(PATIENT);
    await dialog.getByLabel('How many do you need?').fill('20,000');
    await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('Requests per day: 3,000 to 20,000').waitFor(PATIENT);
    const list = `/quota-requests?customer_id=${customerId}`;
    const [asked] = (await stage.shop.api<{ data: { id: string }[] }>(list)).data;
    await stage.shop.api(`/quota-requests/${asked?.id}/answer`, {
      decision: 'declined',
      answer: 'Pro has 9,000',
    });
    await page.reload();
    await page.getByText('Declined').waitFor(PATIENT);
    await page.getByText('Pro has 9,000').waitFor();
    const fields = await page.locator('code', { hasText: 'RateLimit-Policy' }).textContent();
    expect(fields).toContain('"requests-day";q=3000;w=86400');
    await context.close();
  },
  TEST_MS,
);

test.each([
  [320, 'light'],
  [768, 'dark'],
  [1280, 'light'],
] as const)(
  'both pages are sound at %d px, %s',
  async (width, theme) => {
    const { page, context, customerId } = await open(paths.plan);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const sound = async (): Promise<void> => {
      expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over).toBeLessThanOrEqual(0);
    };
    await page.getByRole('button', { name: 'Change to Pro…' }).waitFor(PATIENT);
    await sound();
    await page.getByRole('button', { name: 'Change to Pro…' }).click();
    await page.getByRole('button', { name: /^Change now for/ }).waitFor(PATIENT);
    await sound();
    await page.goto(paths.quotas(customerId));
    await page.getByRole('button', { name: 'Ask for more…' }).waitFor(PATIENT);
    await page.getByText('Nothing was asked for.').waitFor(PATIENT);
    await sound();
    await context.close();
  },
  TEST_MS,
);
