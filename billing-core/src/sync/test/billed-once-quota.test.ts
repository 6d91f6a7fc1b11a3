import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMIT, World } from './world.ts';
import { CUSTOMER, envelopeOf, messageOf, METER } from './ledger.ts';
import { requestOf } from './once-till.ts';
import { Tally } from '../../../../gateway/src/core/tally.ts';

// A hard quota is of what is billed: what a repeated request spent of it is free again.

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

class Till {
  readonly boot: string;
  readonly #tally = new Tally();
  #sequence = 0;
  #frame = 0;
  granted = 0;
  constructor(boot: string) {
    this.boot = boot;
  }

  async ask(units: number): Promise<number> {
    const wanted = this.granted + units;
    const leases = [{ window: world.window, generation: 0, wanted, returned: 0 }];
    const envelope = envelopeOf(this.boot, { leases });
    const { grants } = await world.wire({ envelope, bytes: new Uint8Array() });
    const before = this.granted;
    this.granted = grants[0]?.granted ?? before;
    return this.granted - before;
  }

  /** One request each, which spends a unit of its lease (or beside it). */
  spend(keys: readonly string[], beside = false): Promise<unknown> {
    for (const idempotency of keys) {
      const spent = [[world.window, beside ? 0 : 1, beside ? 1 : 0, 0]] as const;
      const admittedAt = world.core.clock.now;
      this.#tally.add(requestOf({ idempotency, spent, admittedAt }), (this.#frame += 1));
    }
    return world.wire(messageOf(this.boot, (this.#sequence += 1), this.#tally.take()));
  }
}

const allOf = async (till: Till): Promise<void> => {
  while ((await till.ask(LIMIT)) > 0);
};
const billed = async (): Promise<number> => {
  const [row] = await world.core.sql`
    select coalesce(sum(quantity) filter (where billable), 0)::int as sum from usage_entries`;
  return row?.['sum'] as number;
};
const changes = async (): Promise<number> => {
  const rows = await world.core.sql`
    select from changes where kind = 'quota' and subject_id = ${world.window}`;
  return rows.length;
};
const names = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `key ${from + at}`);

test.each([false, true])(
  'units of repeated requests are lent again, and the limit is what is billed (beside leases: %s)',
  async (beside) => {
    const [one, two] = [new Till('bt_one'), new Till('bt_two')];
    await allOf(one);
    expect(one.granted).toBe(LIMIT);
    expect(await two.ask(1)).toBe(0);
    await one.spend(names(LIMIT - 100));
    expect(await changes()).toBe(0);
    // A hundred units go to requests whose keys have been billed.
    await one.spend(names(100), beside);
    expect(await billed()).toBe(LIMIT - 100);
    // Tills that were refused hear that there is something again.
    expect(await changes()).toBe(1);
    await allOf(two);
    // What was spent beside a lease leaves the lease's own hundred where they are.
    expect(two.granted).toBe(beside ? 0 : 100);
    await two.spend(names(two.granted, 1_000));
    if (beside) await one.spend(names(100, 2_000));
    expect(await billed()).toBe(LIMIT);
    expect(await two.ask(1)).toBe(0);
    const path = `/v1/quota-windows?customer_id=${CUSTOMER}`;
    const { body } = await world.core.admin('GET', path);
    const [state] = body['data'] as Record<string, string>[];
    const { lent = '', outside = '', repeated = '', limit = '' } = state ?? {};
    expect(Number(lent) + Number(outside) - Number(repeated)).toBe(Number(limit));
    expect([state?.['meter_id'], repeated]).toEqual([METER, '100']);
  },
);

test('a seal gives back what was not spent, once, also where requests were repeated', async () => {
  const [one, two] = [new Till('bt_one'), new Till('bt_two')];
  await allOf(one);
  await one.spend(names(50));
  await one.spend(names(50));
  const end = { kind: 'seal', in_doubt: 0, last: 2 } as const;
  await world.wire({ envelope: envelopeOf('bt_one', { end }), bytes: new Uint8Array() });
  await allOf(two);
  expect(two.granted).toBe(LIMIT - 50);
  await two.spend(names(LIMIT - 50, 50));
  expect(await billed()).toBe(LIMIT);
  expect(await two.ask(1)).toBe(0);
});
