import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../scripts/test/folder.ts';
import { quota } from '../src/core/test/sample.ts';
import { CoreClient } from '../src/node/core-client.ts';
import { FactStore } from '../src/node/fact-store.ts';
import { Freshness } from '../src/node/freshness.ts';
import { KeyFacts } from '../src/node/key-facts.ts';
import { Telemetry } from '../src/node/telemetry.ts';
import { FakeCore, TOKEN } from './fake-core.ts';
import { keyFact } from './rig.ts';

const NOW = 1_700_000_000_000;
const hashOf = (n: number): string => n.toString(16).padStart(64, '0');
const [ONE, OTHER] = [hashOf(1), hashOf(2)];

let core: FakeCore;
let client: CoreClient;
let store: FactStore;
let keys: KeyFacts;

beforeEach(async () => {
  core = new FakeCore();
  client = new CoreClient(await core.open(), TOKEN);
  store = new FactStore(testFolder('facts'), TOKEN, 1_000);
  const freshness = new Freshness(() => NOW, NOW);
  const [clock, log] = [{ now: () => NOW }, pino({ level: 'silent' })];
  keys = new KeyFacts({ core: client, store, freshness, clock, telemetry: new Telemetry(), log });
});
afterEach(async () => {
  await client.close();
  store.close();
  core.close();
});

/** Both keys of one customer, as core tells of them: each answer is an object of its own. */
async function loadBoth(quotas: KeyFact['customer']['quotas']): Promise<(KeyFact | null)[]> {
  const { customer } = keyFact();
  core.keys.set(ONE, keyFact({ customer: { ...customer, quotas } }));
  core.keys.set(OTHER, keyFact({ key_id: 'key_2', customer: { ...customer, quotas } }));
  return [await keys.load(ONE), await keys.load(OTHER)];
}

test('what the keys of a customer have in common is in memory once', async () => {
  const [one, other] = await loadBoth([quota()]);
  expect([one?.key_id, other?.key_id]).toEqual(['key_1', 'key_2']);
  expect(other?.customer).toBe(one?.customer);
});

test('a customer that changed is not taken for what it was', async () => {
  const [before] = await loadBoth([quota({ limit: 10 })]);
  const [one, other] = await loadBoth([quota({ limit: 20 })]);
  expect(before?.customer.quotas).toEqual([quota({ limit: 10 })]);
  expect(one?.customer.quotas).toEqual([quota({ limit: 20 })]);
  expect(other?.customer).toBe(one?.customer);
});

test('keys with a quota of their own share nothing', async () => {
  const [one, other] = await loadBoth([quota(), quota({ scope: 'key' })]);
  expect(other?.customer).toEqual(one?.customer);
  expect(other?.customer).not.toBe(one?.customer);
});

test('past the bound those that were stored first go, and each that goes is told of', () => {
  const gone: string[] = [];
  for (let n = 0; n < 5_000; n++) {
    const of = { keyId: `key_${n}`, customerId: 'cus_1', fact: '{}', verifiedAt: NOW };
    gone.push(...store.putKey(hashOf(n), of));
  }
  const all = Array.from({ length: 5_000 }, (_, n) => hashOf(n));
  const kept = all.filter((hash) => store.key(hash) !== undefined);
  expect(kept).toEqual(all.slice(4_000));
  expect(gone.toSorted()).toEqual(all.slice(0, 4_000));
});
