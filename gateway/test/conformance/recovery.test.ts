import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { beginRecovery } from '../../../billing-core/src/usage/recovery.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

// Core's database went back to an earlier state: gateways go on in other boots.

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 30_000, interval: 50 };
const LIMIT = 200;

describe.each(KINDS)('a gateway on %s', (kind) => {
  let world: World;
  let upstream: Upstream;
  let host: Host;
  beforeAll(async () => {
    world = await openWorld();
    upstream = await openUpstream();
    await world.route({ path_pattern: '/*', upstream_url: upstream.url });
    host = await openHost(kind, { world });
  });
  afterAll(async () => {
    await host.kill();
    upstream.close();
    await world.close();
  });

  const call = async ({ key }: Seller): Promise<number> => {
    const answer = await fetch(`${host.urls[0]}/x`, { headers: { 'x-api-key': key } });
    await answer.text();
    return answer.status;
  };

  test('ends its boot and goes on in another one, and the limit holds to the unit', async () => {
    const seller = await world.customer({ quota: { limit: LIMIT } });
    for (let at = 0; at < 50; at++) expect(await call(seller)).toBe(200);
    const { sql } = world.core;
    const number = await sql.begin((tx) => beginRecovery(tx, 'declared'));
    let served = 50;
    let turnedDown = 0;
    let refusedInARow = 0;
    await vi.waitFor(async () => {
      const status = await call(seller);
      served += Number(status === 200);
      turnedDown += Number(status !== 200);
      refusedInARow = status === 429 ? refusedInARow + 1 : 0;
      expect(refusedInARow).toBeGreaterThan(20);
    }, SOON);
    const inLedger = async (): Promise<void> =>
      expect(await world.ledger(seller.customerId)).toBe(served);
    await vi.waitFor(inLedger, SOON);
    expect(served).toBeLessThanOrEqual(LIMIT);
    // What was set aside for requests under way may have been given up with the boot.
    expect(served).toBeGreaterThanOrEqual(LIMIT - 10);
    const boots = await sql<{ state: string; recovery: number }[]>`
      select state, recovery::float8 as recovery from boots order by started_at`;
    expect(boots.filter(({ recovery }) => recovery < number).map(({ state }) => state)).toEqual(
      boots.filter(({ recovery }) => recovery < number).map(() => 'sealed'),
    );
    expect(boots.some(({ recovery }) => recovery === number)).toBe(true);
    expect(turnedDown).toBeGreaterThan(0);
  }, 120_000);
});
