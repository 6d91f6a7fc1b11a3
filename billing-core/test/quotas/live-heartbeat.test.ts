import { expect, test, vi } from 'vitest';
import type { UsageLive } from '../../src/contract/usage.ts';
import { api } from '../../src/kit/http.ts';
import { portalLiveHttp } from '../../src/quotas/live-http.ts';
import type { Follower, Watch } from '../../src/usage/watch.ts';

test('a live view without news says every five seconds that it still stands', async () => {
  const follower = {
    over: false as boolean,
    next: vi.fn(async () => null),
    leave: () => {},
  } satisfies Follower<UsageLive>;
  const watch: Watch<UsageLive> = { follow: () => follower, stop: () => {} };
  const app = api();
  app.use(async (c, next) => {
    c.set('customer', { id: 'cus_1', roles: [] } as never);
    await next();
  });
  app.route('/customers/:customer_id', portalLiveHttp({ clock: () => 0 }, watch));
  const response = await app.request('/customers/cus_000000000000000000000001/usage/live');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe(': still here\n\n');
  follower.over = true;
  await reader?.cancel();
  expect(follower.next).toHaveBeenCalledWith(5_000);
});
