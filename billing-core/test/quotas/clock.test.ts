import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from '../../../gateway/src/core/test/sample.ts';
import { admit, openTill } from '../../../gateway/src/core/till.ts';
import { WINDOW_KINDS, type WindowKind } from '../../src/contract/facts.ts';
import { windowId } from '../../src/contract/quota-window.ts';
import { plainClock, type TestClock } from '../../src/kit/test-clock.ts';
import { windowOf } from '../../src/subscriptions/calendar.ts';
import { heldBy } from '../../src/subscriptions/store.ts';
import { messageOf, usageOf } from '../../src/sync/test/ledger.ts';
import { openCore, type Core } from '../../src/test/core.ts';
import { ask, buyer, done, drain, facts, LIMIT, ms, newBoot, type Buyer } from './buyer.ts';

// A customer whose clock is ahead, at gateways: the windows they name, and how usage is dated.

const MINUTE = 60_000;
const DAY = 86_400_000;
const METER = 'mtr_requests';

let core: Core;
beforeAll(async () => {
  const testClock: TestClock = { ...plainClock(() => core.clock.now), isOn: true };
  core = await openCore({ testClock });
});
afterAll(() => core.close());

const advance = ({ id }: Buyer, to: number) =>
  done(core, ['POST', `/v1/customers/${id}/test-clock/advance`], {
    to: new Date(to).toISOString(),
  });

/** The windows that a till of the gateway asks core for, by the facts that it has now. */
async function asked(customer: Buyer): Promise<string[]> {
  const fact = await facts(core, customer);
  const answer = admit(openTill(customer.id), request({ fact }), core.clock.now);
  if (answer.kind !== 'ask') throw new Error(answer.kind);
  return [...answer.windows];
}

test('a month is one window wherever in it the clock stands, the next begins anew', async () => {
  const [acme, other] = [
    await buyer(core, [{ window: 'month' }]),
    await buyer(core, [{ window: 'month' }]),
  ];
  const [november = ''] = await asked(acme);
  expect((await ask(core, november, { wanted: 30 })).granted).toBe(30);
  await advance(acme, ms('2026-11-29T08:00:00Z'));
  expect(await asked(acme)).toEqual([november]);
  expect(await drain(core, november)).toBe(LIMIT - 30);
  await advance(acme, ms('2026-12-05T08:00:00Z'));
  const [december = ''] = await asked(acme);
  const of = { customerId: acme.id, keyId: null, meterId: METER, kind: 'month' } as const;
  expect(december).toBe(windowId(of, ms('2026-12-01T00:00:00Z')));
  expect(await drain(core, december)).toBe(LIMIT);
  const { body } = await core.admin('GET', `/v1/quota-windows?customer_id=${acme.id}`);
  expect(body['data']).toMatchObject([{ id: december, lent: String(LIMIT) }]);
  expect(await asked(other)).toEqual([november.replace(acme.id, other.id)]);
});

describe.each(['UTC', 'Asia/Kathmandu'])('in %s', (zone) => {
  test.each(WINDOW_KINDS)('a till and core name the same %s of its time', async (window) => {
    const acme = await buyer(core, [{ window: window as WindowKind }], { zone });
    const there = core.clock.now + 37 * DAY + 5 * 3_600_000 + 17 * MINUTE;
    await advance(acme, there);
    const held = await heldBy(core.sql, acme.id, there);
    if (held === undefined) throw new Error('nothing is held');
    const { startsAt } = windowOf(held.calendar, window, there);
    const of = { customerId: acme.id, keyId: null, meterId: METER, kind: window };
    const [named = ''] = await asked(acme);
    expect(named).toBe(windowId(of, startsAt));
    expect((await ask(core, named, { wanted: 5 })).granted).toBe(5);
  });
});

describe('usage', () => {
  /** One batch with a request of this customer in that minute; the minute that it is kept under. */
  async function kept({ id }: Buyer, minute: number): Promise<number> {
    const boot = newBoot();
    const { columns, ...batch } = usageOf(1, { minute });
    const message = messageOf(boot, 1, { ...batch, columns: { ...columns, customer: [id] } });
    const token = await core.mint(['sync']);
    const body = Buffer.concat([
      Buffer.from(`${JSON.stringify(message.envelope)}\n`),
      message.bytes,
    ]);
    const headers = { authorization: `Bearer ${token}` };
    const path = '/internal/v1/sync';
    await core.call('POST', path, { body: new Uint8Array(body), headers });
    const [row] = await core.sql<{ minute: bigint }[]>`
      select minute from usage_entries where boot_id = ${boot}`;
    return Number(row?.minute);
  }

  test('is kept as a till dates it by the clock, up to its present and no further', async () => {
    const acme = await buyer(core, [{ window: 'month' }]);
    const present = core.clock.now / MINUTE;
    const there = present + 40 * 1_440;
    expect(await kept(acme, there)).toBe(present);
    await advance(acme, there * MINUTE);
    expect(await kept(acme, there)).toBe(there);
    expect(await kept(acme, present)).toBe(present);
    expect(await kept(acme, there + 1_440)).toBe(there);
  });

  test('that was refused is counted in the minute of its time', async () => {
    const acme = await buyer(core, [{ window: 'month' }]);
    const there = core.clock.now + 2 * DAY;
    await advance(acme, there);
    const minute = core.clock.now / MINUTE;
    const refusals = [{ customer: acme.id, minute, reason: 'quota_exceeded', requests: 2 }];
    const { envelope } = messageOf(newBoot(), 1, usageOf(1));
    const body = `${JSON.stringify({ ...envelope, batch: null, refusals })}\n`;
    const headers = { authorization: `Bearer ${await core.mint(['sync'])}` };
    const answer = await core.call('POST', '/internal/v1/sync', { body, headers });
    expect(answer.status, answer.text).toBe(200);
    const rows = await core.sql`select minute::float8 as minute from usage_refusals
      where customer_id = ${acme.id}`;
    expect(rows).toEqual([{ minute: there / MINUTE }]);
  });
});

test('a key expires at its customer’s time', async () => {
  const acme = await buyer(core, [{ window: 'month' }]);
  const [key] = acme.keys;
  const expires_at = new Date(core.clock.now + 30 * DAY).toISOString();
  await done(core, ['PATCH', `/v1/keys/${key?.id}`], { expires_at });
  expect((await facts(core, acme)).expires_at).toBe(core.clock.now + 30 * DAY);
  await advance(acme, core.clock.now + 31 * DAY);
  expect((await facts(core, acme)).expires_at).toBe(core.clock.now - DAY);
  const { body } = await core.admin('GET', `/v1/keys/${key?.id}`);
  expect(body).toMatchObject({ state: 'expired' });
});
