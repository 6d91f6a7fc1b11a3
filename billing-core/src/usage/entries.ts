import { unscaled } from '../catalog/quantity.ts';
import type { Outcome } from '../contract/facts.ts';
import type { Page } from '../contract/page.ts';
import type { UsageEntriesQuery, UsageEntry } from '../contract/usage.ts';
import type { Query } from '../kit/database.ts';
import { afterCursor, pageFrom } from '../kit/page.ts';
import { asMeter, refuseForeign } from './named.ts';
import { minuteRange, minuteText, type MinuteRange } from './range.ts';
import { newestRoll } from './reading.ts';

type EntryRow = {
  received_at: Date;
  minute: number;
  customer_id: string;
  key_id: string;
  route_id: string;
  route_version: number;
  meter: string;
  scale: number;
  outcome: Outcome;
  billable: boolean;
  unbilled: UsageEntry['unbilled'];
  request_id: string | null;
  key_hash: string | null;
  requests: number;
  quantity: bigint;
  gateway: string;
  boot: string;
  sequence: number;
  roll: bigint;
};

/** Where a page begins: entries up to `minute`, of which `skip` were shown, up to roll `roll`. */
type Position = { roll: string; minute: number; skip: number };

const POSITION = /^\d{1,18}\.\d{1,12}\.\d{1,12}$/;

/**
 * The ledger only grows and a rolled batch is whole, so the rows up to a roll never change: a
 * count of rows within the minute is an exact place, even among rows that are alike.
 */
function positionAt(after: string | null, start: Position): Position {
  if (after === null) return start;
  const [roll = '', minute, skip] = after.split('.');
  return { roll, minute: Number(minute), skip: Number(skip) };
}

type EntryAsk = { from: number; at: Position; query: UsageEntriesQuery; meterId: string | null };

function filters(sql: Query, customerId: string, { query, meterId }: EntryAsk) {
  const only = (column: string, value: string | null | undefined) =>
    value === null || value === undefined ? sql`true` : sql`${sql(column)} = ${value}`;
  return sql`
    customer_id = ${customerId} and ${only('meter_id', meterId)}
    and ${only('key_id', query.key_id)} and ${only('route_id', query.route_id)}
    and ${only('outcome', query.outcome)}`;
}

/**
 * The newest minutes with such entries, newest first, by their totals: those that `count` totals
 * are of. Ledger rows of a busy customer are many, and most of them are not on this page.
 */
async function newestMinutes(
  sql: Query,
  customerId: string,
  ask: EntryAsk & { count: number },
): Promise<{ minutes: number[]; more: boolean }> {
  const rows = await sql<{ minute: number }[]>`
    select minute::float8 as minute from usage_rollups
     where ${filters(sql, customerId, ask)} and minute >= ${ask.from} and minute <= ${ask.at.minute}
     order by usage_rollups.minute desc limit ${ask.count}`;
  const minutes = [...new Set(rows.map(({ minute }) => minute))];
  return { minutes, more: rows.length === ask.count };
}

async function entriesOf(
  sql: Query,
  customerId: string,
  ask: EntryAsk & { minutes: number[]; count: number },
): Promise<EntryRow[]> {
  return sql<EntryRow[]>`
    select received_at, minute::float8 as minute, customer_id, key_id, route_id, route_version,
           coalesce(slug, meter_id) as meter, coalesce(scale, 0)::int as scale, outcome, billable,
           unbilled, request_id, key_hash, requests::float8 as requests, quantity,
           gateway_id as gateway, boot_id as boot, sequence::float8 as sequence, roll_number as roll
      from usage_entries
      join usage_batches using (gateway_id, boot_id, sequence)
      left join meters on meters.id = meter_id
     where ${filters(sql, customerId, ask)} and minute = any(${ask.minutes}::bigint[])
       and roll_number <= ${ask.at.roll}
     order by minute desc, gateway_id desc, boot_id desc, sequence desc, meter_id, key_id, route_id,
              route_version, outcome, billable, requests, quantity, request_id
     limit ${ask.count} offset ${ask.at.skip}`;
}

/** The rows from there on; one more than a page has, if there are. */
async function readEntries(sql: Query, customerId: string, ask: EntryAsk): Promise<EntryRow[]> {
  const rows: EntryRow[] = [];
  let { at } = ask;
  const wanted = ask.query.limit + 1;
  for (;;) {
    const count = wanted - rows.length;
    const { minutes, more } = await newestMinutes(sql, customerId, { ...ask, at, count });
    if (minutes.length > 0) {
      rows.push(...(await entriesOf(sql, customerId, { ...ask, at, minutes, count })));
    }
    if (!more || rows.length >= wanted) return rows;
    // Rows of later rolls are none of this listing: what lacks is in the minutes before.
    at = { ...at, minute: Math.min(...minutes) - 1, skip: 0 };
  }
}

const shown = ({ scale, ...row }: EntryRow): UsageEntry => ({
  ...row,
  received_at: row.received_at.toISOString(),
  minute: minuteText(row.minute),
  quantity: unscaled(row.quantity, scale),
  roll: row.roll.toString(),
});

const ROLL_MAX = 9_223_372_036_854_775_807n;

/**
 * The ledger rows of one customer, newest minute first, of batches that have a roll number. All
 * pages of one listing are of the same rolls: those up to `roll`, or up to the newest when the
 * first page was asked for. Throws `not_found` for a key or route that is not the customer's.
 */
export async function usageEntries(
  customerId: string,
  { query: sql, now }: { query: Query; now: number },
  asked: UsageEntriesQuery,
): Promise<Page<UsageEntry>> {
  const range: MinuteRange = minuteRange({ ...asked, interval: 'hour' }, now);
  await refuseForeign(sql, { customerId }, asked);
  const meterId = asked.meter === undefined ? null : (await asMeter(sql, asked.meter)).id;
  const newest = await newestRoll(sql);
  const roll = asked.roll !== undefined && BigInt(asked.roll) < ROLL_MAX ? asked.roll : newest;
  const at = positionAt(afterCursor(asked, POSITION), { roll, minute: range.to - 1, skip: 0 });
  const rows = await readEntries(sql, customerId, { from: range.from, at, query: asked, meterId });
  const cursorOf = (row: EntryRow): string => {
    const shownRows = rows.slice(0, asked.limit);
    const inMinute = shownRows.filter((other) => other.minute === row.minute).length;
    const before = row.minute === at.minute ? at.skip : 0;
    return `${at.roll}.${row.minute}.${before + inMinute}`;
  };
  return pageFrom(rows, { limit: asked.limit, key: cursorOf, item: shown });
}
