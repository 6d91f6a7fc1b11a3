import { createHash, randomBytes } from 'node:crypto';
import {
  formatApiKey,
  parseApiKey,
  randomBase62,
} from '@tollgate/billing-core/contract/api-key.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 18_000, interval: 200 };

// How long an answer takes must not tell which text was a key once.

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  await world.route({ path_pattern: '/*', upstream_url: upstream.url });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

/** A well-formed key of the same customer that never was. */
function stranger({ key }: Seller): string {
  const { mode = 'live', customerRef = '' } = parseApiKey(key) ?? {};
  return formatApiKey({ mode, customerRef, secret: randomBase62(32, randomBytes) });
}

const asksFor = (key: string): number => {
  const hash = createHash('sha256').update(key).digest('hex');
  return world.asked.filter((path) => path.endsWith(hash)).length;
};

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world });
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => '',
  );

  test.each([
    ['revoked', 'revoke'],
    ['disabled', 'disable'],
  ])('asks for a %s key as often as for one that never was', async (is, deed) => {
    const seller = await world.customer();
    await (await call('/x', { key: seller.key })).text();
    await world.core.admin('POST', `/v1/keys/${seller.keyId}/${deed}`);
    const refused = async (key: string): Promise<string> => (await codeOf(call('/x', { key })))[1];
    await vi.waitFor(async () => expect(await refused(seller.key)).toBe(`key_${is}`), SOON);
    const unknown = stranger(seller);
    expect(await refused(unknown)).toBe('key_unknown');
    world.asked.length = 0;
    await vi.waitFor(async () => {
      await Promise.all([refused(seller.key), refused(unknown)]);
      expect(asksFor(unknown)).toBeGreaterThan(2);
    }, SOON);
    const difference = Math.abs(asksFor(seller.key) - asksFor(unknown));
    expect(difference).toBeLessThanOrEqual(1);
  });
});
