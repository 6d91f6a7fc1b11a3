import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Changes } from '../src/node/changes.ts';
import { CoreClient } from '../src/node/core-client.ts';
import { FactStore } from '../src/node/fact-store.ts';
import { Freshness } from '../src/node/freshness.ts';
import { KeyFacts } from '../src/node/key-facts.ts';
import { RouteFacts } from '../src/node/route-facts.ts';
import { Telemetry } from '../src/node/telemetry.ts';
import { FakeCore, TOKEN } from './fake-core.ts';
import { keyFact, routeFact, WAIT } from './rig.ts';

// A disk that takes none of what changes; requests are another matter, and may go on.

const HASH = '1'.repeat(64);

let core: FakeCore;
let dir: string;
let url: string;
let close: () => Promise<void> = () => Promise.resolve();

beforeEach(async () => {
  core = new FakeCore();
  url = await core.open();
  dir = mkdtempSync(join(tmpdir(), 'facts-'));
});
afterEach(async () => {
  await close();
  core.close();
  rmSync(dir, { recursive: true });
});

/** Every write of facts fails from now on, as on a full disk, or does no more. */
function disk(is: 'full' | 'free'): void {
  const database = new DatabaseSync(join(dir, 'facts.sqlite'));
  for (const table of ['feed', 'keys', 'routes']) {
    for (const verb of ['insert', 'update', 'delete']) {
      const name = `full_${table}_${verb}`;
      const fails = `begin select raise(fail, 'database or disk is full'); end`;
      if (is === 'free') database.exec(`drop trigger ${name}`);
      else database.exec(`create trigger ${name} before ${verb} on ${table} ${fails}`);
    }
  }
  database.close();
}

function openFacts() {
  const store = new FactStore(dir, TOKEN);
  const log = pino({ level: 'silent' });
  const client = new CoreClient(url, TOKEN);
  const now = (): number => 1_700_000_000_000;
  const freshness = new Freshness(now, 0);
  const of = { core: client, store, freshness, log };
  const keys = new KeyFacts({ ...of, clock: { now }, telemetry: new Telemetry() });
  let tables = 0;
  const routes = new RouteFacts({ ...of, onTable: () => (tables += 1) });
  const recalled: (string | undefined)[] = [];
  const onRecall = (_: string, window?: string): void => void recalled.push(window);
  const told = { onLimits: () => {}, onRecall, onReset: () => {} };
  const changes = new Changes({ ...of, keys, routes, random: () => 0, ...told });
  changes.start();
  close = async () => {
    await changes.close();
    await client.close();
    store.close();
  };
  return { store, keys, tables: () => tables, recalled };
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, WAIT);

async function withKey() {
  core.keys.set(HASH, keyFact());
  const facts = openFacts();
  await until(() => expect(facts.store.feed()).toBeDefined());
  await facts.keys.load(HASH);
  expect(facts.store.key(HASH)).toBeDefined();
  return facts;
}

test('a revocation, new routes and a recall bite though the disk takes nothing', async () => {
  const { store, keys, tables, recalled } = await withKey();
  const before = { feed: store.feed(), tables: tables() };
  disk('full');
  core.keys.set(HASH, keyFact({ revoked: true }));
  core.routes.push(routeFact({ id: 'rte_new' }));
  core.change('key', 'key_1');
  core.change('route', 'rte_new');
  core.change('recall', 'cus_1|window');
  await until(() => expect(recalled).toEqual(['cus_1|window']));
  expect(keys.peek(HASH)).toBeUndefined();
  expect(store.key(HASH)).toBeUndefined();
  await until(() => expect(tables()).toBe(before.tables + 1));
  expect((await keys.load(HASH))?.revoked).toBe(true);
  // The next start must hear of it again.
  expect(store.feed()).toEqual(before.feed);
});

test('the disk catches up once it takes something, before the place in the feed', async () => {
  const { store, recalled } = await withKey();
  disk('full');
  core.change('key', 'key_1');
  core.change('recall', 'cus_1|window');
  await until(() => expect(recalled).toHaveLength(1));
  disk('free');
  await until(() => expect(store.feed()?.last).toBe('2'));
  await close();
  close = () => Promise.resolve();
  const again = new FactStore(dir, TOKEN);
  expect(again.key(HASH)).toBeUndefined();
  again.close();
});
