import { cpSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { FAILED, keyFact, METER, request } from '../../core/test/sample.ts';
import type { Hold } from '../../ports.ts';
import type { OpenMetering } from '../metering-settings.ts';
import { begin, finish, subscribe, useMeters } from './meters.ts';

// What a hard limit is worth when core ends the boot of a live process, and lends its units on.

const meters = useMeters();
const LIMIT = 100;
const PATIENT = { timeout: 15_000, interval: 20 };
let customers = 0;

async function customerOf(): Promise<string> {
  customers += 1;
  const customer = `cus_reborn${String(customers).padStart(18, '0')}`;
  await subscribe(meters.sql, customer, { meter: METER, limit: LIMIT });
  return customer;
}

const askedBy = (customer: string) => request({ fact: keyFact({ id: customer }) });

/** Serves until it is refused; gives how many were served, and why no more were. */
async function serveAll(on: OpenMetering, customer: string) {
  for (let served = 0; ; served++) {
    const answer = await on.tills.admit(askedBy(customer));
    if (answer.kind === 'refused') return { served, reason: answer.refusal.reason };
    await new Promise<void>((resolve) => on.metering.begin(answer.hold, resolve));
    await finish(on, answer.hold);
    if (served > 10 * LIMIT) throw new Error('there is no limit');
  }
}

const stateOf = async (boot: string): Promise<string> => {
  const [row] = await meters.sql`select state from boots where boot_id = ${boot}`;
  return row?.['state'] as string;
};
const becomes = (boot: string, state: string): Promise<void> =>
  vi.waitFor(async () => expect(await stateOf(boot)).toBe(state), PATIENT);

type Books = { lent: number; outside: number; settled: number; overdrawn: number };

/** What core counts of the customer's window: lent, and spent beside what is lent. */
async function booksOf(customer: string): Promise<Books> {
  const [row] = await meters.sql<[Books]>`
    select coalesce(sum(distinct w.lent), 0)::int as lent,
           coalesce(sum(s.unleased + s.overdrawn), 0)::int as outside,
           coalesce(sum(s.settled), 0)::int as settled,
           coalesce(sum(s.overdrawn), 0)::int as overdrawn
      from quota_windows w left join lease_settlements s on s.window_id = w.id
     where w.customer_id = ${customer}`;
  return row;
}

/** A gateway that holds more than it has spent, and hears nothing of core from now on. */
async function cutOff(customer: string) {
  const gateway = meters.open();
  let spent = 0;
  // What is lent is for so much of the traffic of late as the till has seen: on a machine that is
  // busy ten requests can be long ago when core is asked, and little is lent for them.
  const spendOne = async (): Promise<void> => {
    const hold = await begin(gateway, askedBy(customer));
    spent += 1;
    await finish(gateway, hold);
    const [lease] = gateway.tills.till(customer).leases.values();
    expect((lease?.granted ?? 0) - spent).toBeGreaterThan(20);
  };
  await vi.waitFor(spendOne, { timeout: 15_000, interval: 100 });
  await meters.settled(customer, spent);
  const { boot } = gateway;
  await meters.core.deafTo(boot);
  return { gateway, boot, spent };
}

/** Ends a boot in the words of a process on the same spool, as a block-level copy has them. */
async function seal(boot: string): Promise<void> {
  const [row] = await meters.sql`select gateway_id, fingerprint from boots
    where boot_id = ${boot}`;
  const envelope = {
    v: 1,
    gateway: row?.['gateway_id'],
    boot,
    by: 'bt_block_copy',
    fingerprint: row?.['fingerprint'],
    version: 'copy',
    batch: null,
    watermark: null,
    leases: [],
    message: 1,
    rates: [],
    gaps: [],
    skip: null,
    refusals: [],
    end: { kind: 'seal', in_doubt: 0 },
  };
  const answer = await fetch(`${meters.core.url}/internal/v1/sync`, {
    method: 'POST',
    body: `${JSON.stringify(envelope)}\n`,
  });
  expect(answer.status).toBe(200);
}

test('a copy that ends a boot gives nothing back: the limit holds to the unit', async () => {
  const customer = await customerOf();
  const { gateway, boot, spent } = await cutOff(customer);
  await meters.sql`update boots set last_seen_at = last_seen_at - interval '31 seconds'
    where boot_id = ${boot}`;
  const copy = testFolder('copy');
  cpSync(meters.spoolDir, copy, { recursive: true });
  meters.open({ spoolDir: copy });
  await becomes(boot, 'forfeited');

  const other = meters.open({ spoolDir: testFolder('other') });
  const elsewhere = await serveAll(other, customer);
  expect(elsewhere.reason).toBe('quota_exceeded');
  const alone = await serveAll(gateway, customer);
  expect(alone.served).toBeGreaterThan(0);
  expect(spent + alone.served + elsewhere.served).toBe(LIMIT);

  meters.core.weather = () => 'fair';
  await becomes(`${boot}.1`, 'sealed');
  await meters.settled(customer, LIMIT);
  expect(gateway.boot).not.toBe(boot);
  expect((await serveAll(gateway, customer)).served).toBe(0);
  expect(await booksOf(customer)).toMatchObject({ lent: LIMIT, outside: 0, settled: LIMIT });
  expect(meters.fatal).toEqual([]);
});

test('what a seal returned and the live process spent is that at most, and overdrawn', async () => {
  const customer = await customerOf();
  const { gateway, boot, spent } = await cutOff(customer);
  const lease = [...gateway.tills.till(customer).leases.values()][0];
  const unspent = (lease?.granted ?? 0) - (lease?.settled ?? 0);
  await seal(boot);

  const other = meters.open({ spoolDir: testFolder('other') });
  const elsewhere = await serveAll(other, customer);
  expect(spent + elsewhere.served).toBe(LIMIT);
  const alone = await serveAll(gateway, customer);
  expect(alone.served).toBe(unspent);

  meters.core.weather = () => 'fair';
  await meters.settled(customer, LIMIT + unspent);
  expect(await booksOf(customer)).toMatchObject({ lent: LIMIT, overdrawn: unspent });
  // It is seen, and it is the end of it: nothing more is lent while the books are over.
  expect((await serveAll(gateway, customer)).served).toBe(0);
});

test.each([
  ['sealed', (boot: string) => seal(boot)],
  [
    'written off',
    (boot: string) =>
      meters.sql`update boots set state = 'written_off' where boot_id = ${boot}`.then(() => {}),
  ],
])('requests under way when a boot is %s are recorded once, and spend once', async (_, end) => {
  const customer = await customerOf();
  const gateway = meters.open();
  const holds: Hold[] = [];
  for (let at = 0; at < 6; at++) holds.push(await begin(gateway, askedBy(customer)));
  const { boot } = gateway;
  await end(boot);
  await vi.waitFor(() => expect(gateway.boot).not.toBe(boot), PATIENT);
  await becomes(boot, 'sealed');
  // What was set aside for them counts as spent from then on: it cannot be lent a second time.
  await vi.waitFor(async () => {
    const { lent, outside } = await booksOf(customer);
    expect(lent + outside).toBe(6);
  }, PATIENT);
  const [first, second, ...others] = holds as [Hold, Hold, ...Hold[]];
  await Promise.all([first, second].map((hold) => finish(gateway, hold, FAILED)));
  await Promise.all(others.map((hold) => finish(gateway, hold)));
  await vi.waitFor(async () => expect(await meters.ledger(customer)).toBe(6), PATIENT);
  const elsewhere = await serveAll(gateway, customer);
  // The two that failed are free of charge; their units are not free again.
  expect(elsewhere.served).toBe(LIMIT - 6);
  expect(await meters.close(gateway, 5_000)).toBe(true);
  const { lent, outside } = await booksOf(customer);
  expect(lent + outside).toBe(LIMIT);
  const doubts = await meters.sql`select sum(in_doubt)::int as sum from boots
    where gateway_id = ${gateway.gateway}`;
  expect(doubts[0]?.['sum']).toBe(0);
});
