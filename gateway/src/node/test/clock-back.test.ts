import { expect, test, vi } from 'vitest';
import { keyFact, METER, request } from '../../core/test/sample.ts';
import { begin, finish, subscribe, useMeters } from './meters.ts';

// Core's clock was ahead, gateways followed it, and then it was set right.

const meters = useMeters();
const PATIENT = { timeout: 15_000, interval: 20 };
const MINUTE_MS = 60_000;
/** So much that core redates what was admitted under it. */
const AHEAD_MS = 10 * MINUTE_MS;
const LIMIT = 100;

const stateOf = async (boot: string): Promise<string> => {
  const [row] = await meters.sql`select state from boots where boot_id = ${boot}`;
  return row?.['state'] as string;
};

test('a gateway takes core as it is in a new boot, and no limit is passed by it', async () => {
  const customer = 'cus_00000000000000clock_back';
  await subscribe(meters.sql, customer, { meter: METER, limit: LIMIT });
  meters.core.aheadMs = AHEAD_MS;
  const gateway = meters.open();
  const asked = request({ fact: keyFact({ id: customer }) });
  const serveOne = async (): Promise<void> => finish(gateway, await begin(gateway, asked));
  for (let at = 0; at < 10; at++) await serveOne();
  await meters.settled(customer, 10);
  const open = await begin(gateway, asked);
  const { boot } = gateway;
  expect(gateway.clock.now()).toBeGreaterThan(Date.now() + AHEAD_MS - 1_000);

  let refused = 0;
  meters.core.weather = ({ boot: about, by }) => {
    if (about === boot || about !== by || refused === 3) return 'fair';
    refused += 1;
    return 'refused';
  };
  meters.core.aheadMs = 0;
  await vi.waitFor(() => expect(gateway.boot).not.toBe(boot), PATIENT);
  expect(Math.abs(gateway.clock.now() - Date.now())).toBeLessThan(1_000);
  // Before core knows of the boot that goes on it hears nothing of the end of the one before:
  // a period could be closed in between.
  await vi.waitFor(() => expect(refused).toBe(3), PATIENT);
  expect(await stateOf(boot)).toBe('live');
  await vi.waitFor(async () => expect(await stateOf(boot)).toBe('sealed'), PATIENT);

  await finish(gateway, open);
  let served = 11;
  for (; served <= LIMIT; served++) {
    const answer = await gateway.tills.admit(asked);
    if (answer.kind === 'refused') break;
    await new Promise<void>((resolve) => gateway.metering.begin(answer.hold, resolve));
    await finish(gateway, answer.hold);
  }
  expect(served).toBe(LIMIT);
  await meters.settled(customer, LIMIT);
  const [last] = await meters.sql`select max(minute)::int as minute, sum(requests)::int as sum
    from usage_entries where boot_id = ${gateway.boot}`;
  expect(last?.['sum']).toBe(LIMIT - 10);
  expect(last?.['minute']).toBeLessThanOrEqual(Math.floor(Date.now() / MINUTE_MS));
  const [row] = await meters.sql`select watermark from boots where boot_id = ${gateway.boot}`;
  expect(Number(row?.['watermark'])).toBeLessThanOrEqual(Date.now());
  expect(meters.fatal).toEqual([]);
});
