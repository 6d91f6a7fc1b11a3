import type { MiddlewareHandler } from 'hono';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { Api } from '../kit/http.ts';

/** Customers with a clock of their own: jobs go round for each of them. */
export const CLOCKS_MAX = 100;

/**
 * Gateways that can be heard have seen that a clock was moved within this time. What is admitted
 * later is dated by the clock as it is now.
 */
const SEEN_MS = MINUTE_MS;

/**
 * One time at which jobs look for what is due: that of the installation, for all customers without
 * a clock of their own, or one customer's.
 */
export type Round = {
  /** Null: all that have no clock of their own. */
  customerId: string | null;
  /** Epoch ms. */
  now: number;
  /** Whatever was admitted before this core time is dated before the answer, or by it. */
  dated(coreTime: number): number;
};

type Move = { clock_ms: number; moved_at: number };

/** How far a clock was ahead for all requests that were admitted from this core time on. */
function aheadAt(moves: readonly Move[], coreTime: number): number {
  const seen = moves.filter(({ moved_at }) => moved_at + SEEN_MS <= coreTime);
  return Math.max(0, ...seen.map(({ clock_ms }) => clock_ms));
}

/** The installation's round, for all without a clock. */
const roundOfAll = (now: number): Round => ({
  customerId: null,
  now,
  dated: (coreTime) => coreTime,
});

type Clocked = { id: string; clock_ms: bigint; moves: Move[] };

function roundOf({ id, clock_ms, moves }: Clocked, now: number): Round {
  const dated = (coreTime: number): number => coreTime + aheadAt(moves, coreTime);
  return { customerId: id, now: now + Number(clock_ms), dated };
}

/** The round of this customer (undefined: of each) if it has a clock of its own. */
async function clocked(sql: Query, customerId?: string): Promise<Clocked[]> {
  return sql<Clocked[]>`
    select id, clock_ms,
           (select json_agg(json_build_object(
                     'clock_ms', moves.clock_ms,
                     'moved_at', floor(extract(epoch from moved_at) * 1000)::float8))
              from customer_clock_moves moves where customer_id = customers.id) as moves
      from customers
     where clock_ms > 0 and ${customerId === undefined ? sql`true` : sql`id = ${customerId}`}
     order by id limit ${CLOCKS_MAX}`;
}

/** All rounds at this core time (ms), the installation's first. */
export async function roundsAt(sql: Query, now: number): Promise<Round[]> {
  return [roundOfAll(now), ...(await clocked(sql)).map((one) => roundOf(one, now))];
}

/** The round that this customer is part of. */
export async function roundFor(sql: Query, customerId: string, now: number): Promise<Round> {
  const [own] = await clocked(sql, customerId);
  return own === undefined ? roundOfAll(now) : roundOf(own, now);
}

/** Whether the customer in this column is part of a round. */
export const inRound = (sql: Query, { customerId }: Round, column = sql`customer_id`) =>
  customerId === null
    ? sql`${column} <> all(array(select id from customers where clock_ms > 0))`
    : sql`${column} = ${customerId}`;

/** How far this customer's clock is ahead, ms. */
export async function clockOf(sql: Query, customerId: string): Promise<number> {
  const [row] = await sql<{ clock_ms: bigint }[]>`
    select clock_ms from customers where id = ${customerId}`;
  return Number(row?.clock_ms ?? 0n);
}

/** A core time as the clock of the customer at hand has it, in a statement on customers. */
export const timeThere = (sql: Query, now: number) =>
  sql`${new Date(now)}::timestamptz + customers.clock_ms * interval '1 ms'`;

/** What is done for a customer is done at its time. */
export async function atTimeOf<Doing extends { query: Query; now: number }>(
  doing: Doing,
  customerId: string,
): Promise<Doing> {
  return { ...doing, now: doing.now + (await clockOf(doing.query, customerId)) };
}

export type ClockMove = { clockMs: number; movedAt: number };

/** Moves the clock of a customer that the caller has locked. */
export async function moveClock(
  tx: Tx,
  customerId: string,
  { clockMs, movedAt }: ClockMove,
): Promise<void> {
  await tx`update customers set clock_ms = ${clockMs} where id = ${customerId}`;
  const row = { customer_id: customerId, clock_ms: clockMs, moved_at: new Date(movedAt) };
  await tx`insert into customer_clock_moves ${tx(row)}`;
}

/** How many customers have a clock of their own. */
export async function countClocks(sql: Query): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from customers where clock_ms > 0`;
  return row.count;
}

/**
 * Whether something of this customer that was due by then (ms, its time) is not done: a step that
 * was set for a time, the end of a raised quota, a fee or a period to be billed. Those tables are
 * written by others.
 */
export async function isBehind(sql: Query, customerId: string, now: number): Promise<boolean> {
  const at = new Date(now);
  const [row] = await sql<[{ behind: boolean }]>`
    select exists (select from subscriptions
                    where customer_id = ${customerId} and due_at <= ${at})
        or exists (select from subscription_charges charge
                    where customer_id = ${customerId} and not exists
                          (select from invoice_lines where charge_id = charge.id))
        or exists (select from billing_cycles
                    where customer_id = ${customerId} and due_at <= ${at})
        or exists (select from quota_overrides
                    where customer_id = ${customerId} and ended_at is null
                      and ends_at <= ${at}) as behind`;
  return row.behind;
}

const NAMED = /^(?:cus|sub|inv|crn|key|red)_\w{24}$/;

/** The clock of the customer that this thing is of; 0 where there is no such thing. */
async function clockBehind(sql: Query, id: string): Promise<number> {
  const [row] = await sql<{ clock_ms: bigint }[]>`
    select clock_ms from customers where id = coalesce(
      (select customer_id from subscriptions where id = ${id}),
      (select customer_id from invoices where id = ${id}),
      (select customer_id from credit_notes where id = ${id}),
      (select customer_id from api_keys where id = ${id}),
      (select customer_id from customer_coupons where id = ${id}), ${id})`;
  return Number(row?.clock_ms ?? 0n);
}

/**
 * Where customers may have clocks, a request about one of them is made at its time: that of the
 * first thing in the path that is a customer's. Handlers see to what a query or a body names.
 */
export function customerTime(isOn: boolean): MiddlewareHandler<Api> {
  return async (c, next) => {
    const id = c.req.path.split('/').find((part) => NAMED.test(part));
    if (isOn && id !== undefined) c.set('now', c.var.now + (await clockBehind(c.var.query, id)));
    await next();
  };
}
