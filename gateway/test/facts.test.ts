import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Changes } from '../src/node/changes.ts';
import { CoreClient } from '../src/node/core-client.ts';
import { FactStore } from '../src/node/fact-store.ts';
import { Freshness, STALE_MAX_MS } from '../src/node/freshness.ts';
import { GenerationCache } from '../src/core/generation-cache.ts';
import { KeyFacts } from '../src/node/key-facts.ts';
import { RouteFacts } from '../src/node/route-facts.ts';
import { Telemetry } from '../src/node/telemetry.ts';
import { Unreachable } from '../src/ports.ts';
import { FakeCore, TOKEN } from './fake-core.ts';
import { keyFact, routeFact, WAIT } from './rig.ts';

const H1 = '1'.repeat(64);
const H2 = '2'.repeat(64);

let core: FakeCore;
let coreUrl: string;
let dir: string;
let now: number;
const opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  core = new FakeCore();
  coreUrl = await core.open();
  dir = mkdtempSync(join(tmpdir(), 'facts-'));
  now = 1_700_000_000_000;
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  core.close();
  rmSync(dir, { recursive: true });
});

function openFacts() {
  const store = new FactStore(dir, TOKEN);
  const log = pino({ level: 'silent' });
  const client = new CoreClient(coreUrl, TOKEN);
  const freshness = new Freshness(() => now, store.feed()?.verifiedAt ?? 0);
  const [clock, telemetry] = [{ now: () => now }, new Telemetry()];
  const keys = new KeyFacts({ core: client, store, freshness, clock, telemetry, log });
  const routes = new RouteFacts({ core: client, store, freshness, log, onTable: () => {} });
  const limits: string[] = [];
  const resets: bigint[] = [];
  const changes = new Changes({
    core: client,
    store,
    freshness,
    keys,
    routes,
    log,
    random: () => 0,
    onLimits: (id) => limits.push(id),
    onRecall: () => {},
    onReset: (change) => resets.push(change),
  });
  changes.start();
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await changes.close();
    await client.close();
    store.close();
  };
  opened.push({ close });
  return { store, keys, routes, changes, limits, resets, close };
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, WAIT);
const followed = async (facts: { changes: Changes; store: FactStore }): Promise<void> =>
  until(() =>
    expect([facts.changes.following, facts.store.feed() !== undefined]).toEqual([true, true]),
  );

describe('keys', () => {
  it('are asked for once, however many requests wait, then known without asking', async () => {
    core.keys.set(H1, keyFact());
    const facts = openFacts();
    const { keys } = facts;
    await followed(facts);
    const answers = await Promise.all([keys.load(H1), keys.load(H1), keys.load(H1)]);
    expect(answers.map((fact) => fact?.key_id)).toEqual(['key_1', 'key_1', 'key_1']);
    expect(keys.peek(H1)?.key_id).toBe('key_1');
    expect(core.asksFor(H1)).toBe(1);
  });

  it('that do not exist are remembered for a moment only', async () => {
    const { keys } = openFacts();
    expect(await keys.load(H1)).toBeNull();
    expect(keys.peek(H1)).toBeNull();
    now += 2_001;
    expect(keys.peek(H1)).toBeUndefined();
  });

  it('that are revoked are asked for as often as those that never were', async () => {
    core.keys.set(H1, keyFact({ revoked: true }));
    const facts = openFacts();
    await followed(facts);
    const { keys } = facts;
    for (let i = 0; i < 6; i++) {
      for (const hash of [H1, H2]) if (keys.peek(hash) === undefined) await keys.load(hash);
      now += 1_000;
    }
    expect([core.asksFor(H1), core.asksFor(H2)]).toEqual([3, 3]);
    expect((await keys.load(H1))?.revoked).toBe(true);
  });

  it('that are made after they were asked for work at once', async () => {
    const facts = openFacts();
    await followed(facts);
    expect(await facts.keys.load(H1)).toBeNull();
    core.keys.set(H1, keyFact());
    core.change('key', 'key_1');
    await until(() => expect(facts.keys.peek(H1)).toBeUndefined());
    expect((await facts.keys.load(H1))?.key_id).toBe('key_1');
  });

  it('that are revoked are forgotten at once, and others are not', async () => {
    core.keys.set(H1, keyFact()).set(H2, keyFact({ key_id: 'key_2' }));
    const facts = openFacts();
    await followed(facts);
    await Promise.all([facts.keys.load(H1), facts.keys.load(H2)]);
    core.keys.set(H1, keyFact({ revoked: true }));
    core.change('key', 'key_1');
    await until(() => expect(facts.keys.peek(H1)).toBeUndefined());
    expect(facts.keys.peek(H2)?.key_id).toBe('key_2');
    expect((await facts.keys.load(H1))?.revoked).toBe(true);
  });

  it('of a customer that changed are served as they were until they are read again', async () => {
    const customer = keyFact().customer;
    core.keys.set(H1, keyFact()).set(H2, keyFact({ key_id: 'key_2' }));
    const facts = openFacts();
    await followed(facts);
    await Promise.all([facts.keys.load(H1), facts.keys.load(H2)]);
    const { promise: gate, resolve: go } = Promise.withResolvers<void>();
    core.beforeKey = () => gate;
    core.keys.set(H1, keyFact({ customer: { ...customer, state: 'archived' } }));
    core.change('customer', 'cus_1');
    await until(() => expect(core.asksFor(H1)).toBe(2));
    expect(facts.keys.peek(H1)?.customer.state).toBe('active');
    go();
    await until(() => expect(facts.keys.peek(H1)?.customer.state).toBe('archived'));
    expect(facts.limits).toEqual(['cus_1']);
  });

  it('an answer that is older than a change is not kept', async () => {
    core.keys.set(H1, keyFact());
    const facts = openFacts();
    await followed(facts);
    let held = false;
    core.beforeKey = async () => {
      if (held) return;
      held = true;
      // The answer is read; before it is sent the key is revoked and the gateway hears of it.
      core.keys.set(H1, keyFact({ revoked: true }));
      core.change('key', 'key_1');
      await until(() => expect(facts.store.feed()?.last).toBe('1'));
    };
    expect((await facts.keys.load(H1))?.revoked).toBe(true);
    expect(facts.keys.peek(H1)?.revoked).toBe(true);
  });

  it('a quota change names its customer', async () => {
    const facts = openFacts();
    await followed(facts);
    core.change('quota', 'cus_7|mtr_requests|month|1');
    await until(() => expect(facts.limits).toEqual(['cus_7']));
  });
});

describe('while core is unreachable', () => {
  it('known keys and routes outlive a restart, for an hour since last verified', async () => {
    core.keys.set(H1, keyFact());
    core.routes = [routeFact()];
    const before = openFacts();
    await followed(before);
    await before.keys.load(H1);
    await before.close();
    core.goDown();

    now += STALE_MAX_MS;
    const after = openFacts();
    expect(after.routes.current()).toBeDefined();
    expect(after.keys.peek(H1)).toBeUndefined();
    expect((await after.keys.load(H1))?.key_id).toBe('key_1');
    expect(after.keys.peek(H1)?.key_id).toBe('key_1');
    await expect(after.keys.load(H2)).rejects.toBeInstanceOf(Unreachable);

    now += 1;
    expect(after.keys.peek(H1)).toBeUndefined();
    await expect(after.keys.load(H1)).rejects.toBeInstanceOf(Unreachable);
    expect(after.routes.current()).toBeUndefined();
  });

  it('what changed meanwhile is learnt when core is back', async () => {
    core.keys.set(H1, keyFact());
    const facts = openFacts();
    await followed(facts);
    await facts.keys.load(H1);
    core.goDown();
    await until(() => expect(facts.changes.following).toBe(false));
    core.keys.set(H1, keyFact({ revoked: true }));
    core.change('key', 'key_1');
    expect(facts.keys.peek(H1)?.revoked).toBe(false);
    core.down = false;
    await until(() => expect(facts.keys.peek(H1)).toBeUndefined());
    expect((await facts.keys.load(H1))?.revoked).toBe(true);
  });

  it('a gateway that was stopped learns what it missed before it trusts its disk', async () => {
    core.keys.set(H1, keyFact());
    const before = openFacts();
    await followed(before);
    await before.keys.load(H1);
    await before.close();
    core.keys.set(H1, keyFact({ revoked: true }));
    core.change('key', 'key_1');
    const after = openFacts();
    await until(() => expect(after.store.key(H1)).toBeUndefined());
  });

  it('a clock that was set back does not make old facts young', () => {
    const freshness = new Freshness(() => now, now + 10 * STALE_MAX_MS);
    now += STALE_MAX_MS + 1;
    expect(freshness.holds(0)).toBe(false);
  });
});

describe('the feed', () => {
  it('a changed route is routed by within a moment', async () => {
    const facts = openFacts();
    await followed(facts);
    expect(facts.routes.current()?.routes).toEqual([]);
    core.routes = [routeFact({ upstream_url: 'http://new.test' })];
    core.change('route', 'rte_1');
    await until(() =>
      expect(facts.routes.current()?.routes[0]?.targets[0].origin).toBe('http://new.test'),
    );
  });

  it.each([
    ['core went back to an older state', () => core.rewind(1)],
    [
      'core no longer has the changes',
      () => {
        core.changesStatus = 410;
        core.cut();
        void until(() => expect(core.asksFor('changes refused')).toBe(1)).then(() => {
          core.changesStatus = 200;
        });
      },
    ],
  ])('all is forgotten when %s', async (_name, happen) => {
    core.keys.set(H1, keyFact());
    const facts = openFacts();
    await followed(facts);
    await facts.keys.load(H1);
    for (let i = 0; i < 3; i++) core.change('route', 'rte_1');
    await until(() => expect(facts.store.feed()?.last).toBe('3'));
    happen();
    await until(() => expect(facts.keys.peek(H1)).toBeUndefined());
    await until(() => expect(facts.changes.following).toBe(true));
    // Units that came back may have been told of in what was missed.
    expect(facts.resets.length).toBeGreaterThan(1);
    expect((await facts.keys.load(H1))?.key_id).toBe('key_1');
  });

  it('a refused token is unreachable, not "no such key"', async () => {
    const client = new CoreClient(coreUrl, 'wrong');
    opened.push({ close: () => client.close() });
    await expect(client.get('/internal/v1/routes', 1_000)).rejects.toBeInstanceOf(Unreachable);
  });

  it('a facts file that cannot be read is made anew', () => {
    writeFileSync(join(dir, 'facts.sqlite'), 'not a database '.repeat(1_000));
    const store = new FactStore(dir, TOKEN);
    expect(store.feed()).toBeUndefined();
    store.close();
  });
});

it('the cache is bounded and keeps what is used', () => {
  const cache = new GenerationCache<number>(100);
  cache.set('used', 0);
  for (let i = 0; i < 10_000; i++) {
    cache.set(`k${i}`, i);
    expect(cache.get('used')).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(101);
  }
  expect(cache.get('k0')).toBeUndefined();
  expect(cache.get('k9999')).toBe(9_999);
});
