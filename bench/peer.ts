import type { UsageBatch } from '../billing-core/src/contract/usage-batch.ts';
import { openDatabase } from '../billing-core/src/kit/database.ts';
import { plainArray, sortedRows, textArray } from '../billing-core/src/usage/array-text.ts';

/** Appends a batch by itself, in a transaction of its own. */
export type Peer = {
  append(lane: number, turn: number): Promise<void>;
  close(): Promise<void>;
};

/** The columns as Postgres takes them, in the order that its indexes like best. */
function columnsOf({ columns }: UsageBatch): string[] {
  const order = sortedRows(columns.customer);
  const text = (values: string[]): string => textArray(values, order);
  const plain = (values: (number | boolean)[]): string => plainArray(values, order);
  const { customer, key, route, meter, outcome } = columns;
  return [
    ...[customer, key, route, meter, outcome].map(text),
    ...[columns.route_version, columns.minute, columns.billable].map(plain),
    ...[columns.requests, columns.quantity].map(plain),
  ];
}

/**
 * What the ledger's table takes by itself: the rows made ready beforehand and inserted with a
 * durable commit, with no reading, no dedup, no counts and no settlements.
 */
export async function openPeer(
  url: string,
  { connections, batches }: { connections: number; batches: readonly UsageBatch[] },
): Promise<Peer> {
  const sql = openDatabase(url, connections);
  const contents = batches.map(columnsOf);
  return {
    append: async (lane, turn) => {
      const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = '', j = ''] =
        contents[turn % contents.length] ?? [];
      await sql`
        insert into usage_entries
          (received_day, gateway_id, boot_id, sequence, customer_id, key_id, route_id, meter_id,
           outcome, route_version, minute, billable, requests, quantity)
        select current_date, ${`gw_${lane}`}, ${`bt_peer_${lane}`}, ${turn}::bigint,
               unnest(${a}::text[]), unnest(${b}::text[]), unnest(${c}::text[]),
               unnest(${d}::text[]), unnest(${e}::text[]), unnest(${f}::integer[]),
               unnest(${g}::bigint[]), unnest(${h}::boolean[]), unnest(${i}::bigint[]),
               unnest(${j}::bigint[])`;
    },
    close: () => sql.end(),
  };
}
