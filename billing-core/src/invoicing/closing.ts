import type { Round } from '../customers/clock.ts';
import type { Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import { lateHours, newestRoll, totalsOfSpans } from '../usage/spans.ts';
import type { Objection } from './collectable.ts';
import {
  cycleEnd,
  feesAfter,
  feesAhead,
  usageCharges,
  chargesTouched,
  type UsageCharge,
} from './cycle.ts';
import { billedUsage, placeText, saveCycles, type CycleRow } from './cycle-store.ts';
import { insertDrafts } from './draft-store.ts';
import { bearingOf, factsOf, type Facts, type Terms } from './facts.ts';
import { finalizeAll } from './finalize.ts';
import { chargedFee, lateUsage, periodUsage, regularFee, type Billed, type Used } from './lines.ts';
import { neverCharged } from './given-back.ts';
import { copyOf, draftOf, type Draft, type DraftLine } from './model.ts';

const HOUR_MINUTES = 60;
const MINUTE_MS = 60_000;

/** What closing stands on. Times in epoch ms, by the clock of its round. */
export type Ground = {
  round: Round;
  /** All usage before it is in the totals, by what every gateway vouched for. */
  completeUntil: number;
  /** With the grace time: what ended before it is closed whoever has not spoken. */
  graceUntil: number;
  laggards: readonly { boot: string; watermark: number }[];
  skipsZero: boolean;
};

/** One cycle and how far it is to be billed now; without an end only what was charged apart. */
type Turn = Facts & {
  from: number;
  end: number | undefined;
  /** Whether usage that came for earlier periods is billed with it. */
  takesLate: boolean;
};

function turnOf(facts: Facts, { completeUntil, graceUntil }: Ground): Turn {
  const from = facts.cycle.billed_until.getTime();
  const end = cycleEnd(facts.timed, from);
  const until = Math.max(completeUntil, graceUntil);
  const decidedUntil = facts.timed.due_at?.getTime() ?? Infinity;
  // What happens by itself at that time is decided first: it may change what the fees are.
  const isOver = end !== undefined && end <= until && end < decidedUntil;
  // A subscription that is over has no next invoice: late usage makes one of its own.
  const takesLate = isOver || end === undefined;
  return { ...facts, from, end: isOver ? end : undefined, takesLate };
}

type Asked = { turn: Turn; charge: UsageCharge; isLate: boolean };

/** Usage prices to be rated: of the period that ends, and of earlier ones that usage came for. */
async function askedOf(tx: Tx, turns: readonly Turn[], terms: Terms): Promise<Asked[]> {
  const since = turns
    .filter(({ takesLate }) => takesLate)
    .map(({ cycle }) => ({ customerId: cycle.customer_id, roll: cycle.billed_roll }));
  const late = since.length > 0 ? await lateHours(tx, since) : [];
  const versionOf = (id: string) => terms.version(id);
  return turns.flatMap((turn) => {
    const { timed, from, end, cycle, takesLate } = turn;
    const now = end === undefined ? [] : usageCharges(timed, { start: from, end }, versionOf);
    const hours = late
      .filter(({ customer_id }) => takesLate && customer_id === cycle.customer_id)
      .map(({ hour }) => hour)
      .filter((hour) => hour * HOUR_MINUTES * MINUTE_MS < from);
    return [
      ...now.map((charge) => ({ turn, charge, isLate: false })),
      ...earlier(turn, hours, versionOf).map((charge) => ({ turn, charge, isLate: true })),
    ];
  });
}

function earlier({ timed, from }: Turn, hours: readonly number[], versionOf: Terms['version']) {
  const [first] = hours.toSorted((one, other) => one - other);
  if (first === undefined) return [];
  const start = Math.min(first * HOUR_MINUTES * MINUTE_MS, from - 1);
  return chargesTouched(usageCharges(timed, { start, end: from }, versionOf), hours);
}

/** The lines of usage, by subscription, and the roll up to which they have it. */
async function usageLines(tx: Tx, asked: readonly Asked[], terms: Terms) {
  const { roll, totals } = await totalsOfSpans(
    tx,
    asked.map(({ turn, charge }) => ({
      customerId: turn.cycle.customer_id,
      meterId: charge.price.meter_id,
      fromMinute: charge.fromMinute,
      toMinute: charge.toMinute,
    })),
  );
  // Of a running period some may be billed already, once it was looked at.
  const begun = asked
    .filter(({ turn, isLate }) => isLate || turn.cycle.threshold_roll !== null)
    .map(({ turn }) => turn.timed.id);
  const billed = begun.length > 0 ? await billedUsage(tx, begun) : new Map<string, Billed>();
  const lines = new Map<string, DraftLine[]>();
  asked.forEach(({ turn, charge, isLate }, at) => {
    const total = totals[at];
    if (total === undefined) throw new Error('a span without a total');
    const version = terms.version(charge.version.id);
    const used: Used = { charge, version, meter: terms.meter(charge.price.meter_id), total, roll };
    const place = { subscription_id: turn.timed.id, price_id: charge.price.id };
    const was = billed.get(placeText({ ...place, from_minute: charge.fromMinute }));
    const line = isLate ? lateUsage(used, was) : periodUsage(used, was);
    const others = lines.get(turn.timed.id) ?? [];
    lines.set(turn.timed.id, line === undefined ? others : [...others, line]);
  });
  return { roll, lines };
}

function feeLines({ timed, charges, from, end }: Turn, terms: Terms): DraftLine[] {
  const versionOf = (id: string) => terms.version(id);
  const apart = charges.map((charge) => chargedFee(charge, terms.version(charge.plan_version_id)));
  if (end === undefined) return apart;
  const regular = [
    ...feesAfter(timed, { start: from, end }, versionOf),
    ...feesAhead(timed, end, versionOf),
  ];
  return [...apart, ...regular.map((fee) => regularFee(fee, terms.version(fee.plan_version_id)))];
}

/** By what this period is closed, and whom that did not wait for. */
function closingBy(end: number, { completeUntil, laggards }: Ground): Draft['closing'] {
  if (end <= completeUntil) return { by: 'watermark', notAwaited: [] };
  const behind = laggards.filter(({ watermark }) => watermark < end);
  return { by: 'grace', notAwaited: behind.map(({ boot }) => boot) };
}

function aboutOf(turn: Turn, roll: bigint, ground: Ground): Omit<Draft, 'totals' | 'lines'> {
  const { timed, customer, cycle, from, end } = turn;
  const about = {
    id: newId('inv', ground.round.now),
    customer: copyOf(customer),
    currency: customer.currency,
    subscriptionId: timed.id,
    note: '',
  };
  const rolls = { after: cycle.billed_roll, until: roll };
  if (end === undefined) {
    const none = { period: null, closing: null };
    if (!turn.takesLate) return { ...about, ...none, reason: 'fees', rolls: null };
    return { ...about, ...none, reason: turn.charges.length > 0 ? 'fees' : 'late', rolls };
  }
  const closing = closingBy(end, ground);
  return { ...about, reason: 'period', period: { start: from, end }, rolls, closing };
}

/** Whether nothing on it is worth a number. */
const isNothing = (draft: Draft, { skipsZero }: Ground): boolean =>
  draft.lines.length === 0 ||
  (skipsZero && draft.lines.every((line) => line.amount === 0n && line.chargeId === null));

/** The cycle behind what was billed now. */
function movedOn({ cycle, timed, from, end, takesLate }: Turn, roll: bigint): CycleRow {
  const next = cycleEnd(timed, end ?? from);
  return {
    ...cycle,
    has_fees: false,
    is_stuck: false,
    billed_until: new Date(end ?? from),
    billed_roll: takesLate ? roll : cycle.billed_roll,
    due_at: next === undefined ? null : new Date(next),
  };
}

const hasMoved = (before: CycleRow, after: CycleRow): boolean =>
  before.billed_until.getTime() !== after.billed_until.getTime() ||
  before.due_at?.getTime() !== after.due_at?.getTime() ||
  before.billed_roll !== after.billed_roll ||
  before.has_fees !== after.has_fees ||
  before.is_stuck !== after.is_stuck;

/** How many cycles moved on, and how many invoices that made. */
export type Closed = { cycles: number; invoices: number };

/** What closing goes by, the same for all that it closes in a round. */
export type Work = { ground: Ground; terms: Terms; objectionTo?: Objection | undefined };

/**
 * Bills what is due of these cycles, which the transaction holds: makes their invoices final and
 * moves the cycles on, all of it or nothing.
 */
export async function closeCycles(
  tx: Tx,
  cycles: readonly CycleRow[],
  { ground, terms, objectionTo }: Work,
): Promise<Closed> {
  const turns = (await factsOf(tx, cycles, terms)).map((facts) => turnOf(facts, ground));
  // Before late hours are looked at: what comes in between is looked at the next time.
  const seenRoll = await newestRoll(tx);
  const asked = await askedOf(tx, turns, terms);
  const { roll, lines } = await usageLines(tx, asked, terms);
  const bearing = await bearingOf(tx, turns, ground.round.now);
  const linesOf = turns.map((turn) => ({
    subscriptionId: turn.timed.id,
    lines: [...feeLines(turn, terms), ...(lines.get(turn.timed.id) ?? [])],
  }));
  const never = await neverCharged(tx, linesOf);
  const drafts = turns
    .map((turn, at) => {
      const about = { ...aboutOf(turn, roll, ground), lines: linesOf[at]?.lines ?? [] };
      return draftOf(about, bearing.of(turn.customer.id, turn.customer.currency), never[at]);
    })
    .filter((draft) => !isNothing(draft, ground));
  await insertDrafts(tx, drafts, ground.round.now);
  const moved = turns.map((turn) => movedOn(turn, seenRoll));
  await saveCycles(tx, moved);
  await finalizeAll(
    tx,
    drafts.map(({ id, customer, currency, totals }) => ({
      id,
      customer_id: customer.id,
      currency,
      total: totals.total,
    })),
    { now: ground.round.now, objectionTo },
  );
  const cyclesMoved = moved.filter((cycle, at) => {
    const before = turns[at]?.cycle;
    return before !== undefined && hasMoved(before, cycle);
  });
  return { cycles: cyclesMoved.length, invoices: drafts.length };
}
