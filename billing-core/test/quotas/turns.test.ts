import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCore, type Core } from '../../src/test/core.ts';
import {
  ask,
  buyer,
  drain,
  facts,
  isInBooks,
  LIMIT,
  moveTo,
  ms,
  newBoot,
  windowOf,
} from './buyer.ts';

// What core lends, by its own calendar and clock, whatever a till names.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

describe('a day of the billing zone', () => {
  test('is lent from its midnight on, and no day of another calendar is', async () => {
    const acme = await buyer(core, [{ window: 'day' }], {
      at: '2026-11-22T22:30:00Z',
      zone: 'Asia/Kathmandu',
    });
    const day = windowOf(await facts(core, acme), core.clock.now);
    expect(day.startsAt).toBe(ms('2026-11-22T18:15:00Z'));
    const utc = day.id.replace(/\d+$/, String(ms('2026-11-22T00:00:00Z') / 60_000));
    expect(await ask(core, utc, { wanted: 5 })).toMatchObject({
      granted: 0,
      limit: 0,
      exhausted: false,
      retry_in_ms: 250,
    });
    expect(await isInBooks(core, utc)).toBe(false);
    expect(await drain(core, day.id)).toBe(LIMIT);
    const { body } = await core.admin('GET', `/v1/quota-windows?customer_id=${acme.id}`);
    expect(body['data']).toMatchObject([
      { id: day.id, key_id: null, start: '2026-11-22T18:15:00.000Z', lent: String(LIMIT) },
    ]);
  });

  test('that is to come is not lent, and a till is told when to ask again', async () => {
    const acme = await buyer(core, [{ window: 'day' }], { zone: 'Europe/Berlin' });
    const fact = await facts(core, acme);
    const next = windowOf(fact, core.clock.now + DAY);
    core.clock.now = next.startsAt - 61_000;
    expect(await ask(core, next.id, { wanted: 5 })).toMatchObject({ granted: 0, exhausted: false });
    expect((await ask(core, next.id, { wanted: 5 })).retry_in_ms).toBe(60_000);
    expect(await isInBooks(core, next.id)).toBe(false);
    // A minute ahead is a clock that is a little fast.
    core.clock.now = next.startsAt - 59_000;
    expect((await ask(core, next.id, { wanted: 5 })).granted).toBe(5);
  });

  test('that is over lends nothing more, and takes back what is left of it', async () => {
    const acme = await buyer(core, [{ window: 'day' }], { zone: 'Europe/Berlin' });
    const day = windowOf(await facts(core, acme), core.clock.now);
    const boot = newBoot();
    expect((await ask(core, day.id, { wanted: 20, boot })).granted).toBe(20);
    core.clock.now = day.endsAt + 59_000;
    expect((await ask(core, day.id, { wanted: 25, boot })).granted).toBe(25);
    core.clock.now = day.endsAt + 61_000;
    expect(await ask(core, day.id, { wanted: 30, boot, returned: 4 })).toMatchObject({
      granted: 25,
      limit: 0,
    });
    const [row] = await core.sql`select lent::int from quota_windows where id = ${day.id}`;
    expect(row?.['lent']).toBe(21);
  });
});

describe('a change of the billing zone', () => {
  test('leaves the day in force as it is, its used units too', async () => {
    const acme = await buyer(core, [{ window: 'day' }]);
    const before = windowOf(await facts(core, acme), core.clock.now);
    expect(await drain(core, before.id)).toBe(LIMIT);
    await moveTo(core, acme, 'Asia/Tokyo');
    const after = windowOf(await facts(core, acme), core.clock.now);
    expect(after).toEqual(before);
    expect(await ask(core, after.id, { wanted: 1 })).toMatchObject({
      granted: 0,
      unlent: 0,
      limit: LIMIT,
    });
    // In Tokyo's own calendar a day begins at 15:00 UTC: it is not there.
    const tokyo = before.id.replace(/\d+$/, String(ms('2026-11-22T15:00:00Z') / 60_000));
    core.clock.now = ms('2026-11-22T16:00:00Z');
    expect((await ask(core, tokyo, { wanted: 5 })).granted).toBe(0);
    expect(await isInBooks(core, tokyo)).toBe(false);
  });

  test('shows in the facts of its keys at once, and gateways hear of it', async () => {
    const acme = await buyer(core, [{ window: 'day' }]);
    expect((await facts(core, acme)).customer.quotas[0]?.turns).toEqual([]);
    const [{ last }] = await core.sql<[{ last: bigint }]>`select max(number) as last from changes`;
    await moveTo(core, acme, 'America/New_York');
    expect((await facts(core, acme)).customer.quotas[0]?.turns.slice(0, 3)).toEqual([
      ms('2026-11-22T00:00:00Z'),
      ms('2026-11-23T00:00:00Z'),
      ms('2026-11-24T05:00:00Z'),
    ]);
    const changes = await core.sql`select kind, subject_id from changes where number > ${last}`;
    expect([...changes]).toEqual([{ kind: 'customer', subject_id: acme.id }]);
  });

  test('opens no window that only a till with facts of before believes in', async () => {
    const acme = await buyer(core, [{ window: 'day' }]);
    const stale = await facts(core, acme);
    await moveTo(core, acme, 'America/New_York');
    // The next one begins when it would have: the same window for both.
    core.clock.now = ms('2026-11-23T12:00:00Z');
    const shared = windowOf(stale, core.clock.now);
    expect(shared.id).toBe(windowOf(await facts(core, acme), core.clock.now).id);
    expect(await drain(core, shared.id)).toBe(LIMIT);
    core.clock.now = ms('2026-11-24T01:00:00Z');
    const believed = windowOf(stale, core.clock.now);
    expect(await ask(core, believed.id, { wanted: 5 })).toMatchObject({
      granted: 0,
      exhausted: false,
    });
    expect(await isInBooks(core, believed.id)).toBe(false);
    const real = windowOf(await facts(core, acme), core.clock.now);
    expect([real.id, (await ask(core, real.id, { wanted: 1 })).granted]).toEqual([shared.id, 0]);
  });

  const zones = fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York', 'Pacific/Apia');
  const steps = fc.array(fc.tuple(zones, fc.integer({ min: 1, max: 30 })), {
    minLength: 4,
    maxLength: 8,
  });

  test('never lends a unit twice: windows in the books never meet', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        const acme = await buyer(core, [{ window: 'day', limit: 3 }]);
        for (const [zone, hours] of moves) {
          await drain(core, windowOf(await facts(core, acme), core.clock.now).id);
          await moveTo(core, acme, zone);
          await drain(core, windowOf(await facts(core, acme), core.clock.now).id);
          core.clock.now += hours * HOUR;
        }
        const rows = await core.sql<{ starts: number; ends: number; lent: number }[]>`
          select starts_at::float8 as starts, ends_at::float8 as ends, lent::int as lent
            from quota_windows where customer_id = ${acme.id} order by starts_at`;
        for (const [i, { starts, ends, lent }] of rows.entries()) {
          expect(lent).toBe(3);
          expect(ends - starts).toBeGreaterThanOrEqual(DAY / 2);
          expect(starts).toBeGreaterThanOrEqual(rows[i - 1]?.ends ?? 0);
        }
      }),
      { numRuns: 5 },
    );
  });
});
