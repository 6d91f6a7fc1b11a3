import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { RENEW_RETRY_MS } from '../src/core/key.ts';
import { quota } from '../src/core/test/sample.ts';
import { CoreClient } from '../src/node/core-client.ts';
import { FactStore } from '../src/node/fact-store.ts';
import { Freshness } from '../src/node/freshness.ts';
import { KeyFacts } from '../src/node/key-facts.ts';
import { Telemetry } from '../src/node/telemetry.ts';
import { FakeCore, TOKEN } from './fake-core.ts';
import { keyFact, WAIT } from './rig.ts';

// Facts tell of windows only so far ahead: they are read again in time.

const H1 = '1'.repeat(64);
const DAY = 86_400_000;

let core: FakeCore;
let client: CoreClient;
let store: FactStore;
let dir: string;
let coreNow: number;
let wallNow: number;
let keys: KeyFacts;

beforeEach(async () => {
  core = new FakeCore();
  client = new CoreClient(await core.open(), TOKEN);
  dir = mkdtempSync(join(tmpdir(), 'facts-'));
  store = new FactStore(dir, TOKEN);
  coreNow = 100 * DAY;
  // A host whose own clock is years off: windows are counted in core time.
  wallNow = 9_000 * DAY;
  const freshness = new Freshness(() => wallNow, wallNow);
  const log = pino({ level: 'silent' });
  const clock = { now: () => coreNow };
  keys = new KeyFacts({ core: client, store, freshness, clock, telemetry: new Telemetry(), log });
  core.keys.set(H1, told(100, 101, 102));
  await keys.load(H1);
});
afterEach(async () => {
  await client.close();
  store.close();
  core.close();
  rmSync(dir, { recursive: true });
});

function told(...days: number[]): KeyFact {
  const { customer, ...fact } = keyFact();
  const turns = days.map((day) => day * DAY);
  return { ...fact, customer: { ...customer, quotas: [quota({ window: 'day', turns })] } };
}
const lastTurn = (): number | undefined => {
  const turn = keys.peek(H1)?.customer.quotas[0]?.turns.at(-1);
  return turn && turn / DAY;
};

it('are read again behind the requests when their last window has begun', async () => {
  coreNow = 101 * DAY - 1;
  expect(lastTurn()).toBe(102);
  expect(core.asksFor(H1)).toBe(1);
  core.keys.set(H1, told(101, 102, 103));
  coreNow = 101 * DAY;
  expect(lastTurn()).toBe(102);
  await vi.waitFor(() => expect(lastTurn()).toBe(103), WAIT);
  expect(core.asksFor(H1)).toBe(2);
});

it('are served on while core is away, asked for now and then, up to their end', async () => {
  core.goDown();
  coreNow = 101 * DAY;
  for (let i = 0; i < 100; i++) expect(lastTurn()).toBe(102);
  core.down = false;
  core.keys.set(H1, told(101, 102, 103));
  coreNow += RENEW_RETRY_MS - 1;
  expect(lastTurn()).toBe(102);
  coreNow += 1;
  await vi.waitFor(() => expect(lastTurn()).toBe(103), WAIT);
});

it('of a core that was ahead are asked for anew when it is set back', async () => {
  coreNow = 99 * DAY;
  core.keys.set(H1, told(98, 99, 100, 101));
  expect(keys.peek(H1)).toBeUndefined();
  await keys.load(H1);
  expect(lastTurn()).toBe(101);
});

it('that are at their end are asked for before they are served', async () => {
  coreNow = 102 * DAY;
  core.keys.set(H1, told(102, 103, 104));
  expect(keys.peek(H1)).toBeUndefined();
  expect((await keys.load(H1))?.customer.quotas[0]?.turns).toEqual(
    [102, 103, 104].map((d) => d * DAY),
  );
  expect(lastTurn()).toBe(104);
});
