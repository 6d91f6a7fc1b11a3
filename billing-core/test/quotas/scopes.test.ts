import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyFact } from '../../src/contract/facts.ts';
import { openCore, type Core } from '../../src/test/core.ts';
import {
  ask,
  buyer,
  done,
  drain,
  facts,
  isInBooks,
  LIMIT,
  moveTo,
  ms,
  plan,
  windowOf,
  type Quota,
} from './buyer.ts';

// What core lends to each key for itself, and for a billing period.

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

describe('a quota of each key', () => {
  test('is lent to each key for itself, beside that of the customer', async () => {
    const quotas: Quota[] = [
      { window: 'day', scope: 'key' },
      { window: 'day', limit: 150 },
    ];
    const acme = await buyer(core, quotas, { keys: 2 });
    const [first, second] = [await facts(core, acme, 0), await facts(core, acme, 1)];
    const of = (fact: KeyFact, nth: number): string => windowOf(fact, core.clock.now, nth).id;
    expect(of(first, 0)).toBe(`${of(second, 1)}|${first.key_id}`);
    expect(await drain(core, of(first, 0))).toBe(LIMIT);
    expect(await drain(core, of(second, 0))).toBe(LIMIT);
    expect(of(first, 1)).toBe(of(second, 1));
    expect(await drain(core, of(first, 1))).toBe(150);
    const { body } = await core.admin('GET', `/v1/quota-windows?customer_id=${acme.id}`);
    expect(body['data']).toHaveLength(3);
    expect(body['data']).toContainEqual(
      expect.objectContaining({ key_id: second.key_id, limit: String(LIMIT) }),
    );
  });

  test("is not lent for a key that is none, or another customer's", async () => {
    const quotas: Quota[] = [{ window: 'day', scope: 'key' }];
    const acme = await buyer(core, quotas);
    const other = await buyer(core, quotas);
    const { id } = windowOf(await facts(core, acme), core.clock.now);
    const key = acme.keys[0]?.id ?? '';
    for (const stranger of [other.keys[0]?.id ?? '', 'key_000000000000000000000000']) {
      const window = id.replace(key, stranger);
      expect((await ask(core, window, { wanted: 5 })).granted).toBe(0);
      expect(await isInBooks(core, window)).toBe(false);
    }
    const shared = id.slice(0, id.lastIndexOf('|'));
    expect((await ask(core, shared, { wanted: 5 })).granted).toBe(0);
    expect((await ask(core, id, { wanted: 5 })).granted).toBe(5);
  });
});

describe('a quota of the billing period', () => {
  test('begins with the subscription, and outlives a change of plan', async () => {
    const acme = await buyer(core, [{ window: 'billing_period' }], { at: '2026-01-31T10:15:42Z' });
    const first = windowOf(await facts(core, acme), core.clock.now);
    expect(first.startsAt).toBe(ms('2026-01-31T10:15:00Z'));
    expect(await drain(core, first.id)).toBe(LIMIT);
    const plan_version_id = await plan(core, [{ window: 'billing_period', limit: 130 }]);
    await done(core, ['POST', `/v1/subscriptions/${acme.subscription}/change`], {
      plan_version_id,
    });
    expect(windowOf(await facts(core, acme), core.clock.now)).toEqual(first);
    expect(await drain(core, first.id)).toBe(30);
    core.clock.now = ms('2026-02-28T10:15:00Z');
    const second = windowOf(await facts(core, acme), core.clock.now);
    expect(second.startsAt).toBe(first.endsAt);
    expect(second.endsAt).toBe(ms('2026-03-31T10:15:00Z'));
    expect(await drain(core, second.id)).toBe(130);
  });

  test('keeps its zone when the customer moves', async () => {
    const acme = await buyer(core, [{ window: 'billing_period' }], {
      at: '2026-03-10T08:00:00Z',
      zone: 'Europe/Berlin',
    });
    const before = (await facts(core, acme)).customer.quotas[0]?.turns;
    await moveTo(core, acme, 'Pacific/Apia');
    expect((await facts(core, acme)).customer.quotas[0]?.turns).toEqual(before);
    // Nine o'clock in Berlin, in winter and in summer.
    expect(before?.slice(0, 2)).toEqual([ms('2026-03-10T08:00:00Z'), ms('2026-04-10T07:00:00Z')]);
  });

  test('ends with its subscription: a new one has a period and units of its own', async () => {
    const quotas: Quota[] = [{ window: 'billing_period' }];
    const acme = await buyer(core, quotas, { at: '2026-03-10T08:00:00Z' });
    const old = windowOf(await facts(core, acme), core.clock.now);
    expect(await drain(core, old.id)).toBe(LIMIT);
    core.clock.now = ms('2026-03-20T09:30:00Z');
    await done(core, ['POST', `/v1/subscriptions/${acme.subscription}/cancel`]);
    expect(await ask(core, old.id, { wanted: 1 })).toMatchObject({ granted: 0, limit: 0 });
    const plan_version_id = await plan(core, quotas);
    await done(core, ['POST', '/v1/subscriptions'], { customer_id: acme.id, plan_version_id });
    const fresh = windowOf(await facts(core, acme), core.clock.now);
    expect(fresh.startsAt).toBe(ms('2026-03-20T09:30:00Z'));
    expect(await drain(core, fresh.id)).toBe(LIMIT);
    expect(await ask(core, old.id, { wanted: 1 })).toMatchObject({ granted: 0, limit: 0 });
  });
});
