import { shownVersion } from '../catalog/model.ts';
import { planById, versionById } from '../catalog/plan-store.ts';
import { metersById, type MeterRow } from '../catalog/store.ts';
import type { CustomerRow } from '../customers/store.ts';
import type { Query, Tx } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { chargesOfAll, timedSubscriptions, type TimedRow } from '../subscriptions/bulk-store.ts';
import type { ChargeRow } from '../subscriptions/row-store.ts';
import { billedWith } from './bearing.ts';
import { chargesBilled, type CycleRow } from './cycle-store.ts';
import type { NamedVersion } from './lines.ts';

/** What is known of published versions and of meters does not change: it is read once a run. */
export class Terms {
  readonly #versions = new Map<string, NamedVersion>();
  readonly #meters = new Map<string, MeterRow>();

  /** Reads the versions that these subscriptions were on, and their meters. */
  async load(sql: Query, timed: readonly Pick<TimedRow, 'phases' | 'items'>[]): Promise<void> {
    const ids = new Set(
      timed.flatMap(({ phases, items }) => [...phases, ...items]).map((one) => one.plan_version_id),
    );
    for (const id of ids) {
      if (!this.#versions.has(id)) this.#versions.set(id, await namedVersion(sql, id));
    }
    const meters = [...ids]
      .flatMap((id) => this.version(id).prices.flatMap((price) => price.meter_id ?? []))
      .filter((id) => !this.#meters.has(id));
    if (meters.length === 0) return;
    for (const meter of await metersById(sql, meters)) this.#meters.set(meter.id, meter);
  }

  version(id: string): NamedVersion {
    return found(this.#versions.get(id), 'plan version');
  }

  meter(id: string): MeterRow {
    return found(this.#meters.get(id), 'meter');
  }
}

async function namedVersion(sql: Query, id: string): Promise<NamedVersion> {
  const version = shownVersion(found(await versionById(sql, id), 'plan version'));
  const plan = found(await planById(sql, version.plan_id), 'plan');
  return { ...version, plan_name: plan.name };
}

export type Facts = {
  cycle: CycleRow;
  timed: TimedRow;
  customer: Pick<CustomerRow, 'id' | 'name' | 'external_id' | 'currency'>;
  /** Charges that are on no invoice yet. */
  charges: ChargeRow[];
};

/** Customers, locked in one order: nobody changes a subscription of theirs meanwhile. */
async function lockCustomers(tx: Tx, ids: readonly string[]): Promise<Facts['customer'][]> {
  return tx<Facts['customer'][]>`
    select id, name, external_id, currency from customers where id = any(${[...ids]}) order by id
       for no key update`;
}

/** All that deciding about these cycles needs, but usage. Their customers are locked. */
export async function factsOf(tx: Tx, cycles: readonly CycleRow[], terms: Terms): Promise<Facts[]> {
  const customers = await lockCustomers(
    tx,
    cycles.map((cycle) => cycle.customer_id),
  );
  const ids = cycles.map((cycle) => cycle.subscription_id);
  const timed = await timedSubscriptions(tx, ids);
  await terms.load(tx, timed);
  const charges = await chargesOfAll(tx, ids);
  const billed = await chargesBilled(
    tx,
    charges.map(({ id }) => id),
  );
  const byId = new Map(timed.map((row) => [row.id, row]));
  const byCustomer = new Map(customers.map((row) => [row.id, row]));
  return cycles.map((cycle) => ({
    cycle,
    timed: found(byId.get(cycle.subscription_id), 'subscription'),
    customer: found(byCustomer.get(cycle.customer_id), 'customer'),
    charges: charges.filter(
      ({ id, subscription_id }) => subscription_id === cycle.subscription_id && !billed.has(id),
    ),
  }));
}

/** What is taken off and put on the invoices of these. */
export const bearingOf = (tx: Tx, facts: readonly Facts[], now: number) =>
  billedWith(
    tx,
    facts.map(({ customer }) => customer.id),
    now,
  );
