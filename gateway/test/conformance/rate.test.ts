import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const RATE = 60;
const BURST = 40;
const WARM_UP_MS = 3_000;
const LOAD_MS = 5_000;

/** The most that passed in any window, less what rate x time + burst allows there. */
function excess(times: number[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < times.length; from++) {
    for (let to = from; to < times.length; to++) {
      const allowed = (RATE * (times[to]! - times[from]!)) / 1_000 + BURST;
      most = Math.max(most, to - from + 1 - allowed);
    }
  }
  return most;
}

describe.each(KINDS)('three of %s', (kind) => {
  let world: World;
  let upstream: Upstream;
  let host: Host;
  beforeAll(async () => {
    // A world of its own: core divides a limit only once every live boot has reported.
    world = await openWorld();
    upstream = await openUpstream();
    await world.route({ path_pattern: '/*', upstream_url: upstream.url });
    host = await openHost(kind, { world, count: 3 });
  });
  afterAll(async () => {
    await host.kill();
    upstream.close();
    await world.close();
  });

  test('keep one rate limit together, and can use most of it', async () => {
    const rate = { rate_per_second: String(RATE), burst: BURST };
    const { key } = await world.customer({ rate });
    const times: number[] = [];
    upstream.handler = (_, response) => {
      times.push(performance.now());
      response.end();
    };
    const until = performance.now() + WARM_UP_MS + LOAD_MS;
    let offered = 0;
    const client = async (url: string): Promise<void> => {
      while (performance.now() < until) {
        if (performance.now() > until - LOAD_MS) offered += 1;
        const answer = await fetch(`${url}/x`, { headers: { 'x-api-key': key } });
        await answer.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    };
    await Promise.all([...host.urls, host.urls[0]!, host.urls[1]!].map(client));
    expect(excess(times)).toBeLessThanOrEqual(1);
    const used = times.filter((at) => at > until - LOAD_MS).length;
    // A busy machine may offer less than the limit.
    const usable = Math.min(offered, (RATE * LOAD_MS) / 1_000);
    expect(used).toBeGreaterThan(0.6 * usable);
  });
});
