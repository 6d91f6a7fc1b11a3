import { expect, test, vi } from 'vitest';
import { keyFact, METER, quota, request } from '../../core/test/sample.ts';
import type { OpenMetering } from '../metering-settings.ts';
import { begin, finish, subscribe, useMeters } from './meters.ts';

// A gateway begins while core is away, on a machine whose clock is behind.

const meters = useMeters();
const PATIENT = { timeout: 15_000, interval: 20 };
const MINUTE_MS = 60_000;
const BEHIND_MS = 40 * 86_400_000;

const wallBehind = (): number => Date.now() - BEHIND_MS;
let customers = 0;

/** A customer with a hard monthly quota that goes on while core is away. */
async function newcomer() {
  customers += 1;
  const id = `cus_${String(customers).padStart(24, '0')}`;
  await subscribe(meters.sql, id, { meter: METER, limit: 20 });
  return {
    id,
    asked: request({ fact: keyFact({ id, quotas: [quota({ on_unreachable: 'admit' })] }) }),
  };
}

async function serve(gateway: OpenMetering, asked: ReturnType<typeof request>, count: number) {
  for (let at = 0; at < count; at++) await finish(gateway, await begin(gateway, asked));
}

const minutesOf = async (customer: string) => {
  const rows = await meters.sql<{ minute: number; requests: number }[]>`
    select minute::int as minute, sum(requests)::int as requests from usage_entries
     where customer_id = ${customer} group by 1`;
  return rows.map(({ minute, requests }) => ({ minute, requests }));
};
const isNow = (minute: number): boolean => Math.abs(Date.now() / MINUTE_MS - minute) < 3;

/** Units spent without a lease, by the window's beginning. */
async function unleased(customer: string): Promise<Record<string, number>> {
  const rows = await meters.sql<{ window_id: string; units: number }[]>`
    select window_id, sum(unleased)::int as units from lease_settlements
     where window_id like ${`${customer}|%`} group by 1 having sum(unleased) > 0`;
  return Object.fromEntries(rows.map(({ window_id, units }) => [window_id, units]));
}

const monthOf = (customer: string): string => {
  const now = new Date();
  const begin = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) / MINUTE_MS;
  return `${customer}|${METER}|month|${begin}`;
};

const gapsOf = async (boots: readonly string[]): Promise<string[]> => {
  const rows = await meters.sql`select reason from usage_gaps where boot_id = any(${[...boots]})`;
  return rows.map(({ reason }) => String(reason));
};

test('it begins with the last time that it knows, and so does the one after it', async () => {
  const { id, asked } = await newcomer();
  const first = meters.open();
  await serve(first, asked, 3);
  await meters.settled(id, 3);
  await meters.close(first, 2_000);
  meters.core.weather = () => 'refused';
  const boots: string[] = [];
  for (let start = 0; start < 2; start++) {
    const gateway = meters.open({ wallNow: wallBehind });
    boots.push(gateway.boot);
    await serve(gateway, asked, 2);
    expect(Date.now() - gateway.clock.now()).toBeLessThan(20_000);
    await meters.close(gateway, 1);
  }
  meters.core.weather = () => 'fair';
  meters.open();
  await meters.settled(id, 7);
  expect((await minutesOf(id)).every(({ minute }) => isNow(minute))).toBe(true);
  expect(await unleased(id)).toEqual({ [monthOf(id)]: 4 });
  expect(await gapsOf(boots)).toEqual([]);
});

test('where it knows none its usage is dated anew with the first word of core', async () => {
  const { id, asked } = await newcomer();
  meters.core.weather = () => 'refused';
  const gateway = meters.open({ wallNow: wallBehind });
  const { boot } = gateway;
  await serve(gateway, asked, 5);
  const open = await begin(gateway, asked);
  expect(Date.now() - gateway.clock.now()).toBeGreaterThan(BEHIND_MS - 1_000);
  // What is lost on its way is no word; and what is sent before the first has no usage in it.
  const early: unknown[] = [];
  meters.core.weather = ({ boot: about, batch }) => {
    if (about === boot) early.push(batch);
    return early.length < 3 ? 'lost answer' : 'fair';
  };
  await vi.waitFor(() => expect(gateway.boot).not.toBe(boot), PATIENT);
  expect(early).toEqual([null, null, null]);
  await finish(gateway, open);
  await meters.settled(id, 6);
  await serve(gateway, asked, 2);
  await meters.settled(id, 8);
  expect((await minutesOf(id)).every(({ minute }) => isNow(minute))).toBe(true);
  expect(await unleased(id)).toEqual({ [monthOf(id)]: 6 });
  expect(await gapsOf([boot, gateway.boot])).toEqual([`misdated_by_${BEHIND_MS / 1_000}_s`]);
  const [count] = await meters.sql`select sum(requests)::int as sum from gateway_counts
    where customer_id = ${id} and day = ${Math.floor(Date.now() / 86_400_000)}`;
  expect(count?.['sum']).toBe(8);
  expect(meters.fatal).toEqual([]);
});

test('stopped as it hears core, the next start dates it anew, once', async () => {
  const { id, asked } = await newcomer();
  meters.core.weather = () => 'refused';
  const gateway = meters.open({ wallNow: wallBehind });
  await serve(gateway, asked, 5);
  // The first that core hears of it is its last message.
  meters.core.weather = ({ by }) => (by === gateway.boot ? 'refused' : 'fair');
  const closed = meters.close(gateway, 2_000);
  meters.core.weather = () => 'fair';
  expect(await closed).toBe(false);
  const [next] = [meters.open()];
  await meters.settled(id, 5);
  await meters.close(next, 2_000);
  expect((await minutesOf(id)).every(({ minute }) => isNow(minute))).toBe(true);
  expect(await unleased(id)).toEqual({ [monthOf(id)]: 5 });
});
