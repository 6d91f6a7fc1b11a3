import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pruneChanges } from '../../../billing-core/src/kit/prune-changes.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

// Changes that a gateway has not read for long are pruned. Core says so (410), and it reads all
// anew: whatever it missed is known to it then, and nothing of before is believed any longer.

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 60_000, interval: 50 };

describe.each(KINDS)('a gateway on %s', (kind) => {
  let world: World;
  let upstream: Upstream;
  let host: Host;
  /** What core answered to questions for changes. */
  const told: number[] = [];
  beforeAll(async () => {
    world = await openWorld();
    upstream = await openUpstream();
    await world.route({ path_pattern: '/old/*', upstream_url: upstream.url });
    const { app } = world.core;
    const answer = app.fetch.bind(app);
    app.fetch = async (request, ...more) => {
      const response = await answer(request, ...more);
      if (new URL(request.url).pathname === '/internal/v1/changes') told.push(response.status);
      return response;
    };
    host = await openHost(kind, { world });
  }, 120_000);
  afterAll(async () => {
    await host.kill();
    upstream.close();
    await world.close();
  });

  const call = async ({ key }: Seller, path: string): Promise<number> => {
    const answer = await fetch(`${host.urls[0]}${path}`, { headers: { 'x-api-key': key } });
    await answer.text();
    return answer.status;
  };
  const soon = (seller: Seller, path: string, status: number) =>
    vi.waitFor(async () => expect(await call(seller, path)).toBe(status), SOON);

  test('reads everything anew when what it missed was pruned', async () => {
    const [kept, revoked] = [await world.customer(), await world.customer()];
    await soon(kept, '/old/x', 200);
    await soon(revoked, '/old/x', 200);
    expect(await call(kept, '/new/x')).toBe(404);
    expect(told).not.toContain(410);
    world.reachable = false;
    // None of this does it hear of.
    const { sql } = world.core;
    await world.core.admin('POST', `/v1/keys/${revoked.keyId}/revoke`);
    await world.route({ path_pattern: '/new/*', upstream_url: upstream.url });
    await world.customer();
    await sql`update changes set at = clock_timestamp() - interval '30 days'`;
    expect((await pruneChanges(sql, { keepMs: 1_000, readUntil: {} })).facts).toBeGreaterThan(2);
    world.reachable = true;
    await soon(revoked, '/old/x', 401);
    await soon(kept, '/new/x', 200);
    expect(await call(kept, '/old/x')).toBe(200);
    expect(told).toContain(410);
    // It follows the feed again: what is changed now bites as ever.
    const later = await world.core.admin('POST', `/v1/keys/${kept.keyId}/revoke`);
    expect(later.status).toBe(200);
    await soon(kept, '/old/x', 401);
    expect(told.at(-1)).toBe(200);
  }, 180_000);
});
