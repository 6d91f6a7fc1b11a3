import { roundsAt, type Round } from '../customers/clock.ts';
import type { Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import { segmentAt } from '../subscriptions/segments.ts';
import { totalsOfSpans } from '../usage/spans.ts';
import type { Work } from './closing.ts';
import { cycleEnd, usageCharges, type UsageCharge } from './cycle.ts';
import { billedUsage, placeText, saveCycles, takeRunning } from './cycle-store.ts';
import { insertDrafts } from './draft-store.ts';
import { bearingOf, factsOf, Terms, type Facts } from './facts.ts';
import { finalizeAll } from './finalize.ts';
import { neverCharged } from './given-back.ts';
import { runningUsage, type Billed, type Used } from './lines.ts';
import { copyOf, draftOf, type Draft, type DraftLine } from './model.ts';
import type { RunKit } from './run.ts';

/** Subscriptions that are looked at in one transaction. */
const CHUNK = 100;
const MINUTE_MS = 60_000;

type Asked = { facts: Facts; charge: UsageCharge };

/** What the plan of now bills at once; undefined where it waits for the period's end. */
function thresholdOf({ timed }: Facts, now: number, terms: Terms): bigint | undefined {
  const segment = segmentAt(timed, now);
  if (segment?.standing !== 'paid') return undefined;
  const { threshold_amount: amount } = terms.version(segment.plan_version_id);
  return amount === null ? undefined : BigInt(amount);
}

/** Usage prices of the running period, up to and with the segment of now. */
function chargesOf(facts: Facts, now: number, terms: Terms): Asked[] {
  const { timed, cycle } = facts;
  const start = cycle.billed_until.getTime();
  const end = cycleEnd(timed, start);
  // A period that is over is for closing to bill.
  if (end === undefined || end <= now || thresholdOf(facts, now, terms) === undefined) return [];
  return usageCharges(timed, { start, end }, (id) => terms.version(id))
    .filter(({ fromMinute }) => fromMinute * MINUTE_MS <= now)
    .map((charge) => ({ facts, charge }));
}

/** The lines of what was used and not billed yet, by subscription, up to this roll. */
async function linesOf(tx: Tx, asked: readonly Asked[], terms: Terms) {
  const { roll, totals } = await totalsOfSpans(
    tx,
    asked.map(({ facts, charge }) => ({
      customerId: facts.cycle.customer_id,
      meterId: charge.price.meter_id,
      fromMinute: charge.fromMinute,
      toMinute: charge.toMinute,
    })),
  );
  const billed = await billedUsage(tx, [...new Set(asked.map(({ facts }) => facts.timed.id))]);
  const lines = new Map<string, DraftLine[]>();
  asked.forEach(({ facts, charge }, at) => {
    const total = totals[at];
    if (total === undefined) throw new Error('a span without a total');
    const version = terms.version(charge.version.id);
    const used: Used = { charge, version, meter: terms.meter(charge.price.meter_id), total, roll };
    const place = { subscription_id: facts.timed.id, price_id: charge.price.id };
    const was: Billed | undefined = billed.get(
      placeText({ ...place, from_minute: charge.fromMinute }),
    );
    const line = runningUsage(used, was);
    const others = lines.get(facts.timed.id) ?? [];
    lines.set(facts.timed.id, line === undefined ? others : [...others, line]);
  });
  return { roll, lines };
}

function aboutOf({ timed, customer, cycle }: Facts, roll: bigint, now: number) {
  return {
    id: newId('inv', now),
    customer: copyOf(customer),
    currency: customer.currency,
    subscriptionId: timed.id,
    note: '',
    reason: 'threshold' as const,
    period: null,
    closing: null,
    rolls: { after: cycle.billed_roll, until: roll },
  };
}

/**
 * Bills running periods whose unbilled usage has come to what their plan says. What comes later is
 * billed with the next invoice: all of the period at its prices less what was billed of it.
 * Out: how many subscriptions were looked at, and invoices made.
 */
async function billChunk(tx: Tx, round: Round, { terms, objectionTo }: Omit<Work, 'ground'>) {
  const { now } = round;
  const cycles = await takeRunning(tx, round, CHUNK);
  if (cycles.length === 0) return { cycles: 0, invoices: 0 };
  const facts = await factsOf(tx, cycles, terms);
  const asked = facts.flatMap((one) => chargesOf(one, now, terms));
  const { roll, lines } = await linesOf(tx, asked, terms);
  const bearing = await bearingOf(tx, facts, now);
  const linesOfEach = facts.map(({ timed }) => ({
    subscriptionId: timed.id,
    lines: lines.get(timed.id) ?? [],
  }));
  const never = await neverCharged(tx, linesOfEach);
  const drafts = facts.flatMap((one, at): Draft[] => {
    const theirs = linesOfEach[at]?.lines ?? [];
    const due = theirs.reduce((sum, { amount }) => sum + amount, 0n);
    const threshold = thresholdOf(one, now, terms);
    if (threshold === undefined || due < threshold) return [];
    const about = { ...aboutOf(one, roll, now), lines: theirs };
    return [draftOf(about, bearing.of(one.customer.id, one.customer.currency), never[at])];
  });
  await insertDrafts(tx, drafts, now);
  await saveCycles(
    tx,
    cycles.map((cycle) => ({ ...cycle, threshold_roll: cycle.newest_roll })),
  );
  await finalizeAll(
    tx,
    drafts.map(({ id, customer, currency, totals }) => ({
      id,
      customer_id: customer.id,
      currency,
      total: totals.total,
    })),
    { now, objectionTo },
  );
  return { cycles: cycles.length, invoices: drafts.length };
}

/** Does so until nobody is left whose usage has grown, or the signal says stop. */
export async function billThresholds(
  { sql, now, objectionTo }: Pick<RunKit, 'sql' | 'now' | 'objectionTo'>,
  signal: AbortSignal,
): Promise<number> {
  const terms = new Terms();
  let invoices = 0;
  for (const round of await roundsAt(sql, now)) {
    while (!signal.aborted) {
      const done = await sql.begin((tx) => billChunk(tx, round, { terms, objectionTo }));
      if (done.cycles === 0) break;
      invoices += done.invoices;
    }
  }
  return invoices;
}
