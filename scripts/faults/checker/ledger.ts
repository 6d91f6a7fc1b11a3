import postgres from 'postgres';

/** Sums of ledger entries that are alike; `minute` since the epoch. */
export type Entry = {
  customer: string;
  key: string;
  route: string;
  version: number;
  meter: string;
  outcome: string;
  minute: number;
  billable: boolean;
  requests: number;
  quantity: number;
};
/** What a gateway counted by itself on a UTC day, and what the ledger has of it. */
export type Count = {
  what: string;
  day: number;
  counted: number;
  counted_quantity: number;
  counted_billable: number;
  recorded: number;
  recorded_quantity: number;
  recorded_billable: number;
};
export type Boot = {
  boot: string;
  state: string;
  next: number;
  batches: number;
  newest: number;
  in_doubt: number;
};
export type Window = { id: string; limit: number | null; lent: number; billed: number };

/** All that the database says about some customers. */
export type Ledger = {
  entries: Entry[];
  rollups: Entry[];
  counts: Count[];
  boots: Boot[];
  windows: Window[];
  /** Billable outcomes of each version of each route, by `route version`. */
  policies: Map<string, string[]>;
  /** Usage that the product itself says it lost or could not read. */
  losses: string[];
};

const SUMS = `customer_id as customer, key_id as key, route_id as route, meter_id as meter,
  outcome, minute::float8 as minute, billable, sum(requests)::float8 as requests,
  sum(quantity)::float8 as quantity`;

/** Reads what the database says: in one snapshot, so that all of it is of the same moment. */
export async function readLedger(url: string, customers: readonly string[]): Promise<Ledger> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.begin('isolation level repeatable read read only', (tx) =>
      readAll(tx, [...customers]),
    );
  } finally {
    await sql.end();
  }
}

async function readAll(tx: postgres.TransactionSql, of: string[]): Promise<Ledger> {
  const entries = await tx<Entry[]>`
    select ${tx.unsafe(SUMS)}, route_version as version from usage_entries
     where customer_id = any(${of}) group by 1, 2, 3, 4, 5, 6, 7, route_version`;
  const rollups = await tx<Entry[]>`
    select ${tx.unsafe(SUMS)}, 0 as version from usage_rollups
     where customer_id = any(${of}) group by 1, 2, 3, 4, 5, 6, 7`;
  const policies = await tx<{ route: string; outcomes: string[] }[]>`
    select route_id || ' ' || version as route, definition -> 'billable_outcomes' as outcomes
      from route_versions`;
  return {
    entries: [...entries],
    rollups: [...rollups],
    counts: await readCounts(tx, of),
    boots: await readBoots(tx),
    windows: await readWindows(tx, of),
    policies: new Map(policies.map(({ route, outcomes }) => [route, outcomes])),
    losses: await readLosses(tx),
  };
}

/** What the product says that it lost or could not read, of all customers: nobody knows whose. */
export async function readLosses(sql: postgres.ISql): Promise<string[]> {
  const losses = await sql<{ loss: string }[]>`
    select 'gap: ' || reason as loss from usage_gaps
    union all select 'dead letter: ' || reason from usage_dead_letters`;
  return losses.map(({ loss }) => loss);
}

async function readCounts(tx: postgres.TransactionSql, of: string[]): Promise<Count[]> {
  return tx<Count[]>`
    with ledger as (
      select gateway_id, boot_id, customer_id, meter_id, minute / 1440 as day,
             sum(requests) as requests, sum(quantity) as quantity,
             coalesce(sum(quantity) filter (where billable), 0) as billable
        from usage_entries where customer_id = any(${of}) group by 1, 2, 3, 4, 5),
    counted as (
      select gateway_id, boot_id, customer_id, meter_id, day, sum(requests) as requests,
             sum(quantity) as quantity, sum(billable_quantity) as billable_quantity
        from gateway_counts where customer_id = any(${of}) group by 1, 2, 3, 4, 5)
    select concat_ws(' ', boot_id, customer_id, meter_id) as what, day::float8 as day,
           coalesce(c.requests, 0)::float8 as counted,
           coalesce(c.quantity, 0)::float8 as counted_quantity,
           coalesce(c.billable_quantity, 0)::float8 as counted_billable,
           coalesce(l.requests, 0)::float8 as recorded,
           coalesce(l.quantity, 0)::float8 as recorded_quantity,
           coalesce(l.billable, 0)::float8 as recorded_billable
      from ledger l full join counted c
           using (gateway_id, boot_id, customer_id, meter_id, day)`;
}

async function readBoots(tx: postgres.TransactionSql): Promise<Boot[]> {
  return tx<Boot[]>`
    select b.boot_id as boot, b.state, b.next_sequence::float8 as next,
           b.in_doubt::float8 as in_doubt, count(u.sequence)::float8 as batches,
           coalesce(max(u.sequence), 0)::float8 as newest
      from boots b left join usage_batches u using (gateway_id, boot_id)
     group by b.gateway_id, b.boot_id`;
}

// The limit is that of the customer's plan now; what is billed is what the ledger has.
async function readWindows(tx: postgres.TransactionSql, of: string[]): Promise<Window[]> {
  return tx<Window[]>`
    select w.id, w.lent::float8 as lent, e.quota_limit::float8 as limit,
           coalesce((select sum(u.quantity) from usage_entries u
                      where u.customer_id = w.customer_id and u.meter_id = w.meter_id
                        and u.billable and u.minute >= w.starts_at / 60000
                        and u.minute < w.ends_at / 60000), 0)::float8 as billed
      from quota_windows w
      left join subscriptions s on s.customer_id = w.customer_id and s.canceled_at is null
      left join entitlements e on e.plan_version_id = s.plan_version_id
           and e.meter_id = w.meter_id and e.quota_window = w.kind and e.enforcement = 'hard'
     where w.customer_id = any(${of})`;
}
