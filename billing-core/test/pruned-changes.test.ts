import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changesFollowed } from '../src/invoicing/cycle-store.ts';
import { follow } from '../src/invoicing/follow.ts';
import { appendChanges, changesAfter, lastChange, PrunedChanges } from '../src/kit/changes.ts';
import { DAY_MS } from '../src/kit/clock.ts';
import { pruneChanges, type Pruning } from '../src/kit/prune-changes.ts';
import { Watcher } from '../src/notices/watch.ts';
import { customerWith, openCore, type Core } from '../src/test/core.ts';

// Changes that everybody has read, or had time enough to read, go; who comes later is told so.

const KEEP_MS = 7 * DAY_MS;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());
beforeEach(async () => {
  await core.sql`delete from changes`;
  await core.sql`update change_floors set pruned_until = 0`;
});

/** So many changes of a feed, each of so many days ago; their numbers. */
async function written(feed: 'facts' | 'money', days: number, count = 3): Promise<bigint[]> {
  const ids = Array.from({ length: count }, (_, at) => `cus_${days}_${at}`);
  const before = await lastChange(core.sql, feed);
  const kind = feed === 'facts' ? 'customer' : 'payer';
  await core.sql.begin((tx) => appendChanges(tx, kind, ids));
  const rows = await core.sql<{ number: bigint }[]>`
    update changes set at = clock_timestamp() - ${days} * interval '1 day'
     where feed = ${feed} and number > ${before} returning number`;
  return rows.map(({ number }) => number).toSorted((one, other) => (one < other ? -1 : 1));
}
const prune = (more: Partial<Pruning> = {}) =>
  pruneChanges(core.sql, { keepMs: KEEP_MS, readUntil: {}, ...more });
const left = async (feed: string) =>
  (
    await core.sql<{ number: bigint }[]>`
      select number from changes where feed = ${feed} order by number`
  ).map(({ number }) => number);
const gatewayToken = () => core.mint(['sync']);
const ask = async (after: bigint) =>
  core.call('GET', `/internal/v1/changes?after=${after}&wait_ms=0`, {
    headers: { authorization: `Bearer ${await gatewayToken()}` },
  });

describe('what is pruned', () => {
  test('is what is older than is kept, of each feed by itself, but never the newest', async () => {
    const old = await written('facts', 9);
    const young = await written('facts', 6);
    const money = await written('money', 30);
    expect(await prune()).toEqual({ facts: old.length, money: money.length - 1 });
    expect(await left('facts')).toEqual(young);
    expect(await left('money')).toEqual(money.slice(-1));
    expect(await lastChange(core.sql, 'money')).toBe(money.at(-1));
    expect(await prune()).toEqual({ facts: 0, money: 0 });
  });

  test('stays for whoever keeps its place and has not read it', async () => {
    const facts = await written('facts', 30);
    const money = await written('money', 30);
    await written('facts', 1, 1);
    await written('money', 1, 1);
    const readUntil = { facts: facts[0] as bigint, money: 0n };
    expect(await prune({ readUntil })).toEqual({ facts: 1, money: 0 });
    expect(await changesAfter(core.sql, 'facts', readUntil.facts)).toHaveLength(facts.length);
    expect(await changesAfter(core.sql, 'money', 0n)).toHaveLength(money.length + 1);
  });

  test('is more than goes in one transaction, and by one core at a time', async () => {
    await written('facts', 30, 25_000);
    const both = await Promise.all([prune(), prune()]);
    expect(both[0].facts + both[1].facts).toBe(24_999);
    expect(await left('facts')).toHaveLength(1);
  });

  test('leaves no hole where the clock of the database was set back', async () => {
    const old = await written('facts', 9);
    const young = await written('facts', 1);
    const back = await written('facts', 20);
    await prune();
    expect(await left('facts')).toEqual([...young, ...back]);
    expect(await changesAfter(core.sql, 'facts', old.at(-1) as bigint)).toHaveLength(6);
  });
});

describe('who is behind it', () => {
  test('hears that there are others, and who is not reads on', async () => {
    const old = await written('facts', 9);
    const young = await written('facts', 1);
    await prune();
    await expect(changesAfter(core.sql, 'facts', old[0] as bigint)).rejects.toBeInstanceOf(
      PrunedChanges,
    );
    const next = await changesAfter(core.sql, 'facts', old.at(-1) as bigint);
    expect(next.map(({ number }) => number)).toEqual(young);
    expect((await ask(old[0] as bigint)).status).toBe(410);
    expect((await ask(old.at(-1) as bigint)).body['changes']).toHaveLength(3);
    expect((await ask(young.at(-1) as bigint)).body['changes']).toEqual([]);
  });

  test('billing reads all subscriptions anew', async () => {
    await follow(core.sql);
    const at = (await changesFollowed(core.sql)) as bigint;
    await written('facts', 9);
    const { id } = await customerWith(core, {});
    const plan = await core.admin('POST', '/v1/plans', { slug: 'p', name: 'P' });
    const content = { currency: 'USD', prices: [], entitlements: [] };
    const version = await core.admin('POST', `/v1/plans/${plan.body['id']}/versions`, content);
    await core.admin('POST', `/v1/plan-versions/${version.body['id']}/publish`, {});
    const wanted = { customer_id: id, plan_version_id: version.body['id'] };
    expect((await core.admin('POST', '/v1/subscriptions', wanted)).status).toBe(201);
    await core.sql`update changes set at = clock_timestamp() - interval '9 days'`;
    await written('facts', 1);
    await prune();
    await expect(changesAfter(core.sql, 'facts', at)).rejects.toBeInstanceOf(PrunedChanges);
    await follow(core.sql);
    const cycles = await core.sql`select from billing_cycles where customer_id = ${id}`;
    expect(cycles).toHaveLength(1);
    expect(await changesFollowed(core.sql)).toBe(await lastChange(core.sql, 'facts'));
  });

  test('the one who watches usage forgets what it knows', async () => {
    const watcher = new Watcher();
    await written('facts', 9);
    await watcher.follow(core.sql, 0);
    const nothing = new Map<string, bigint>();
    const found = { upTo: nothing, from: nothing, until: Infinity, change: 0n };
    watcher.headrooms.remember('cus_x', found);
    const use = { meterId: 'mtr_requests', used: 1n };
    expect(watcher.headrooms.isDue('cus_x', use, 0)).toBe(false);
    await written('facts', 9);
    await written('facts', 1);
    await prune();
    await watcher.follow(core.sql, 0);
    expect(watcher.headrooms.isDue('cus_x', use, 0)).toBe(true);
  });
});
