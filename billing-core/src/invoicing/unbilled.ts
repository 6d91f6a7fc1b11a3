import { inRound, type Round } from '../customers/clock.ts';
import type { Query } from '../kit/database.ts';
import { chargesOfAll, timedSubscriptions, type TimedRow } from '../subscriptions/bulk-store.ts';
import { totalsOfSpans } from '../usage/spans.ts';
import { cycleEnd, feesAfter, feesAhead, usageCharges, type UsageCharge } from './cycle.ts';
import { billedUsage, chargesBilled, placeText } from './cycle-store.ts';
import type { Terms } from './facts.ts';
import { periodUsage, runningUsage, type Used } from './lines.ts';

const MINUTE_MS = 60_000;

type CycleRow = { subscription_id: string; customer_id: string; billed_until: Date };

/** What an invoice would have that was made now: before coupons and taxes, in minor units. */
export type Unbilled = {
  subscription: string;
  customer: string;
  currency: string;
  usage: bigint;
  fees: bigint;
};

/** Cycles of a round by id, as many as asked; nothing is locked. */
async function cyclesAfter(
  sql: Query,
  { round, after, limit }: { round: Round; after: string; limit: number },
): Promise<CycleRow[]> {
  return sql<CycleRow[]>`
    select subscription_id, customer_id, billed_until from billing_cycles
     where subscription_id > ${after} and ${inRound(sql, round)}
     order by subscription_id limit ${limit}`;
}

type Accrued = { charge: UsageCharge; isOver: boolean };
type Accrual = { usage: Accrued[]; fees: bigint };

/** What fell due between the last bill and now: periods that ended, and the one that runs. */
function accrualOf(timed: TimedRow, billedUntil: number, { terms, now }: Work): Accrual {
  const versionOf = (id: string) => terms.version(id);
  const usage: Accrued[] = [];
  let fees = 0n;
  for (let start = billedUntil, end = cycleEnd(timed, start); end !== undefined;) {
    const isOver = end <= now;
    const charges = usageCharges(timed, { start, end }, versionOf);
    usage.push(
      ...charges
        .filter(({ fromMinute }) => fromMinute * MINUTE_MS <= now)
        .map((charge) => ({ charge, isOver })),
    );
    if (!isOver) break;
    fees += sumOf(feesAfter(timed, { start, end }, versionOf));
    fees += sumOf(feesAhead(timed, end, versionOf));
    start = end;
    end = cycleEnd(timed, start);
  }
  return { usage, fees };
}

const sumOf = (fees: readonly { amount: bigint }[]): bigint =>
  fees.reduce((sum, { amount }) => sum + amount, 0n);

type Work = { terms: Terms; now: number };
type Asked = Accrued & { timed: TimedRow };

/** What usage comes to that is on no invoice, by subscription, and the roll up to which it is. */
async function usageAmounts(sql: Query, asked: readonly Asked[], terms: Terms) {
  const { roll, totals } = await totalsOfSpans(
    sql,
    asked.map(({ timed, charge }) => ({
      customerId: timed.customer_id,
      meterId: charge.price.meter_id,
      fromMinute: charge.fromMinute,
      toMinute: charge.toMinute,
    })),
  );
  const billed = await billedUsage(sql, [...new Set(asked.map(({ timed }) => timed.id))]);
  const amounts = new Map<string, bigint>();
  asked.forEach(({ timed, charge, isOver }, at) => {
    const total = totals[at];
    if (total === undefined) throw new Error('a span without a total');
    const version = terms.version(charge.version.id);
    const used: Used = { charge, version, meter: terms.meter(charge.price.meter_id), total, roll };
    const place = { subscription_id: timed.id, price_id: charge.price.id };
    const was = billed.get(placeText({ ...place, from_minute: charge.fromMinute }));
    const line = isOver ? periodUsage(used, was) : runningUsage(used, was);
    amounts.set(timed.id, (amounts.get(timed.id) ?? 0n) + (line?.amount ?? 0n));
  });
  return { roll, amounts };
}

async function feesApart(sql: Query, ids: readonly string[]): Promise<Map<string, bigint>> {
  const charges = await chargesOfAll(sql, ids);
  const billed = await chargesBilled(
    sql,
    charges.map(({ id }) => id),
  );
  const sums = new Map<string, bigint>();
  for (const { id, subscription_id, amount } of charges) {
    if (billed.has(id)) continue;
    sums.set(subscription_id, (sums.get(subscription_id) ?? 0n) + BigInt(amount));
  }
  return sums;
}

export type UnbilledPage = { unbilled: Unbilled[]; roll: bigint; last: string | undefined };

/**
 * What is on no invoice of a page of subscriptions in a round, by what invoices are made with.
 * Nothing is written. `last`: to go on behind; undefined when there are no more.
 */
export async function unbilledAfter(
  sql: Query,
  page: { round: Round; after: string; limit: number },
  terms: Terms,
): Promise<UnbilledPage> {
  const cycles = await cyclesAfter(sql, page);
  const ids = cycles.map(({ subscription_id }) => subscription_id);
  const timed = await timedSubscriptions(sql, ids);
  await terms.load(sql, timed);
  const work = { terms, now: page.round.now };
  const until = new Map(cycles.map((row) => [row.subscription_id, row.billed_until.getTime()]));
  const accruals = timed.map((one) => ({
    timed: one,
    ...accrualOf(one, until.get(one.id) ?? 0, work),
  }));
  const asked = accruals.flatMap(({ timed: of, usage }) =>
    usage.map((accrued) => ({ ...accrued, timed: of })),
  );
  const { roll, amounts } = await usageAmounts(sql, asked, terms);
  const apart = await feesApart(sql, ids);
  const unbilled = accruals.map(({ timed: one, fees }): Unbilled => {
    const phase = one.phases.at(-1);
    return {
      subscription: one.id,
      customer: one.customer_id,
      currency: terms.version(phase?.plan_version_id ?? '').currency,
      usage: amounts.get(one.id) ?? 0n,
      fees: fees + (apart.get(one.id) ?? 0n),
    };
  });
  return { unbilled, roll, last: cycles.length < page.limit ? undefined : ids.at(-1) };
}
