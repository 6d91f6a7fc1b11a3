import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage } from './shop-stage.ts';
import { complaintsOf } from './stage.ts';

// How a gateway does, as a real one tells a real core.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
let stage: ShopStage;

beforeAll(async () => {
  stage = await raiseShop();
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

test(
  'an upstream that is taken out is shown with its gateway, and how full its spool is',
  async () => {
    const route = await stage.shop.api<{ id: string }>('/routes', {
      name: 'nobody-there',
      path_pattern: '/nobody-there',
      public: true,
      upstreams: [{ url: 'http://127.0.0.1:9' }],
      circuit_breaker: { failures: 1, open_ms: 600_000 },
    });
    const ask = async (): Promise<number> => {
      const answer = await fetch(`${stage.gatewayUrl}/nobody-there`);
      await answer.text();
      return answer.status;
    };
    // The breaker has turned: nobody is asked any more.
    await vi.waitUntil(async () => (await ask()) === 503, { timeout: WAIT_MS });
    const context = await stage.enterAdmin();
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.adminRoute(route.id));
    const card = page.getByRole('region', { name: 'Upstream health' });
    await card.getByText('Taken out').waitFor();
    await card.getByRole('link', { name: /^gw_/ }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText(/ of 1 GB \(/).waitFor();
    const checked = await stage.shop.api<{ id: string }>('/routes', {
      name: 'nobody-well',
      path_pattern: '/nobody-well',
      upstreams: [{ url: 'http://127.0.0.1:9' }],
      health_check: { path: '/', interval_ms: 1_000, timeout_ms: 500, unhealthy_after: 1 },
    });
    await page.goto(paths.adminRoute(checked.id));
    await card.getByText('Failing').waitFor();
    await card.getByText('None set').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);
