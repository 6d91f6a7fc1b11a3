import type { PlanVersion } from '../contract/plan.ts';
import type { ChargeCause, PendingKind } from '../contract/subscription.ts';
import type { SubscriptionRow } from './model.ts';
import { advanceFees, creditFees, type Fee, type Terms } from './fees.ts';
import {
  feesOfItem,
  isThere,
  itemsFrom,
  onceFees,
  recurringFees,
  turnAfter,
  withoutPairs,
  type Item,
  type ItemTerms,
} from './items.ts';
import { minuteAfter, segmentAt, type Phase, type Segment, type Timed } from './segments.ts';

/**
 * What a step does to a subscription, and what is owed for it. Pure: the preview shows what this
 * says and nothing is done, the execution saves it.
 */

export type VersionTerms = ItemTerms & {
  plan_id: string;
  interval_months: number;
  kind?: 'plan' | 'add_on';
  entitlements?: PlanVersion['entitlements'];
};

/** A subscription with its phases, and every version that it was, is or will be on. */
export type Loaded = {
  row: SubscriptionRow;
  phases: readonly Phase[];
  versions: ReadonlyMap<string, VersionTerms>;
  /** Add-ons, those it had too; left out where there never was one. */
  items?: readonly Item[];
};

export type Step =
  | { step: 'change'; to: VersionTerms }
  | { step: 'cancel'; creditUnused: boolean }
  | { step: 'pause' }
  | { step: 'resume' }
  | { step: 'add_on'; of: VersionTerms; quantity: number; itemId: string };

/** One thing that happened: the subscription after it, and what it came to. */
export type Happening = {
  /** Epoch ms; prices follow from the next whole minute on. */
  at: number;
  cause: ChargeCause;
  after: Loaded;
  /** Whether a phase was added, the last one of `after`. */
  isPhase: boolean;
  fees: Fee[];
};

export const timedOf = ({ row, phases }: Loaded): Timed => ({ ...row, phases });

export const versionOf =
  ({ versions }: Loaded) =>
  (id: string): VersionTerms => {
    const terms = versions.get(id);
    if (terms === undefined) throw new Error(`no terms of ${id}`);
    return terms;
  };

export const termsAt = (loaded: Loaded, segment: Segment): Terms =>
  versionOf(loaded)(segment.plan_version_id);

/**
 * Whether a period ends then and the next begins, as it does by itself: that one is billed with
 * the invoice that closes the old one, whoever is on which plan by then. Every other beginning is
 * billed where it is decided, here.
 */
const isRegular = (timed: Timed, minute: number): boolean =>
  segmentAt(timed, minute - 1)?.period.end === minute;

/** What is paid ahead from this minute to the end of its period. */
function ahead(loaded: Loaded, minute: number, fees: typeof advanceFees): Fee[] {
  const segment = segmentAt(timedOf(loaded), minute);
  if (segment?.standing !== 'paid') return [];
  const { period } = segment;
  const held = { start: minute, end: period.end };
  const part = { held, period, timeZone: loaded.row.time_zone };
  const all = [
    ...fees(termsAt(loaded, segment), part),
    ...recurringFees(loaded.items ?? [], { part, termsOf: versionOf(loaded), fees }),
  ];
  return all.filter(({ amount }) => amount !== 0n);
}

type Change = { set: Partial<SubscriptionRow>; phase?: Phase; creditUnused: boolean };

/** What was paid ahead is given back, and what holds from now on is charged ahead. */
function happen(before: Loaded, { at, cause, change }: Happened): Happening {
  const minute = minuteAfter(at);
  const { set, phase, creditUnused } = change;
  const phases = phase === undefined ? before.phases : [...before.phases, phase];
  const after = { ...before, row: { ...before.row, ...set }, phases };
  // A trial that is over cost nothing so far: there is nothing to be given back.
  const credits = creditUnused ? ahead(before, minute, creditFees) : [];
  const fees = isRegular(timedOf(before), minute)
    ? []
    : withoutPairs([...credits, ...ahead(after, minute, advanceFees)]);
  return { at, cause, after, isPhase: phase !== undefined, fees };
}
type Happened = { at: number; cause: ChargeCause; change: Change };

const NOTHING_PENDING = {
  pending_kind: null,
  pending_at: null,
  pending_plan_version_id: null,
  pending_credit_unused: false,
} as const;

const withoutPending = (row: SubscriptionRow, kinds: readonly PendingKind[]) =>
  row.pending_kind !== null && kinds.includes(row.pending_kind) ? NOTHING_PENDING : {};

type PhaseStep = Exclude<Step, { step: 'add_on' }>;

function changeOf({ row, phases }: Loaded, step: PhaseStep, at: number): Change {
  const last = phases.at(-1);
  if (last === undefined) throw new Error('a subscription has a phase');
  // Another core's clock may be ahead of ours by a little: phases follow one another.
  const starts_at = new Date(Math.max(at, last.starts_at.getTime()));
  const phase = { ...last, starts_at };
  switch (step.step) {
    case 'change': {
      const { id, plan_id, interval_months } = step.to;
      // A period of another length begins anew.
      const isAnew = interval_months !== last.interval_months;
      const anchor_at = isAnew ? new Date(minuteAfter(at)) : last.anchor_at;
      const on = { plan_version_id: id, interval_months, anchor_at };
      const set = { ...on, plan_id, ...withoutPending(row, ['change']) };
      return { set, phase: { ...phase, ...on }, creditUnused: true };
    }
    case 'cancel':
      return {
        set: { canceled_at: starts_at, ...NOTHING_PENDING },
        creditUnused: step.creditUnused,
      };
    case 'pause':
      return {
        set: { paused_at: starts_at, ...withoutPending(row, ['pause']) },
        phase: { ...phase, paused: true },
        creditUnused: true,
      };
    case 'resume':
      return {
        set: { paused_at: null, ...withoutPending(row, ['resume']) },
        phase: { ...phase, paused: false },
        creditUnused: true,
      };
  }
}

type AddOn = Extract<Step, { step: 'add_on' }>;

/** What is paid for the one add-on that changes, from this minute to the end of its period. */
function itemFees(before: Loaded, after: Loaded, { minute, was, is }: ItemChange): Fee[] {
  const segment = segmentAt(timedOf(before), minute);
  if (segment === undefined) return [];
  const { period } = segment;
  const part = { held: { start: minute, end: period.end }, period, timeZone: before.row.time_zone };
  const termsOf = versionOf(after);
  const isOnce = termsOf((is ?? was)?.plan_version_id ?? '').charged === 'once';
  // What is due once is due whatever the subscription does just now, and is not given back.
  if (isOnce) {
    const more = (is?.quantity ?? 0) - (was?.quantity ?? 0);
    return is === undefined || more <= 0 ? [] : onceFees({ ...is, quantity: more }, part, termsOf);
  }
  if (segment.standing !== 'paid' || isRegular(timedOf(before), minute)) return [];
  const credits = was ? feesOfItem(was, { part, termsOf, fees: creditFees }) : [];
  const fees = is ? feesOfItem(is, { part, termsOf, fees: advanceFees }) : [];
  return [...credits, ...fees].filter(({ amount }) => amount !== 0n);
}
type ItemChange = { minute: number; was: Item | undefined; is: Item | undefined };

/** From then on there are so many of an add-on, or none: the rest of the period is paid anew. */
function itemsChanged(before: Loaded, { of, quantity, itemId }: AddOn, at: number): Happening {
  const after = withItems(before, { step: 'add_on', of, quantity, itemId }, { at, now: at });
  const held = (items: readonly Item[] = []): Item | undefined =>
    items.find((item) => item.plan_version_id === of.id && isThere(item, at));
  const change = { minute: minuteAfter(at), was: held(before.items), is: held(after.items) };
  const fees = withoutPairs(itemFees(before, after, change));
  return { at, cause: 'add_on', after, isPhase: false, fees };
}

/** The same without what it costs: so many from then on, as decided now. */
export function withItems(
  before: Loaded,
  { of, quantity, itemId }: AddOn,
  { at, now }: { at: number; now: number },
): Loaded {
  const when = new Date(at);
  const next = { id: itemId, plan_version_id: of.id, quantity, starts_at: when, ends_at: null };
  const items = itemsFrom(before.items ?? [], next, at);
  const versions = new Map([...before.versions, [of.id, of]]);
  return { ...before, row: { ...before.row, items_at: turnAfter(items, now) }, versions, items };
}

/** Add-ons that were dated ahead begin or end: what they cost is the period's that begins then. */
function itemsTurned(before: Loaded, at: number): Happening {
  const row = { ...before.row, items_at: turnAfter(before.items ?? [], at) };
  return { at, cause: 'add_on', after: { ...before, row }, isPhase: false, fees: [] };
}

/** The step is taken then. */
export function taken(before: Loaded, step: Step, at: number): Happening {
  if (step.step === 'add_on') return itemsChanged(before, step, at);
  const change = changeOf(before, step, at);
  return happen(before, { at, cause: step.step, change });
}

/** The subscription begins: what its first period costs ahead, unless a trial comes first. */
export function begun(loaded: Loaded): Happening {
  const at = loaded.row.started_at.getTime();
  const first = loaded.row.anchor_at.getTime();
  const fees = ahead(loaded, first, advanceFees);
  return { at, cause: 'start', after: loaded, isPhase: true, fees };
}

/** The trial is over: what is left of its period is charged ahead. */
function trialOver(before: Loaded, at: number): Happening {
  const change = { set: { trial_settled_at: new Date(at) }, creditUnused: false };
  return happen(before, { at, cause: 'trial_end', change });
}

/** What is pending as the step that it is. */
export function pendingStep({ row, versions }: Loaded): PhaseStep | undefined {
  switch (row.pending_kind) {
    case null:
      return undefined;
    case 'change': {
      const to = versions.get(row.pending_plan_version_id ?? '');
      if (to === undefined) throw new Error(`no terms of ${row.pending_plan_version_id}`);
      return { step: 'change', to };
    }
    case 'cancel':
      return { step: 'cancel', creditUnused: row.pending_credit_unused };
    case 'pause':
    case 'resume':
      return { step: row.pending_kind };
  }
}

/** The next thing that happens by itself, if it does up to then (epoch ms). */
function nextBy(loaded: Loaded, until: number): Happening | undefined {
  const { row } = loaded;
  if (row.canceled_at !== null) return undefined;
  const trial =
    row.trial_settled_at === null ? (row.trial_ends_at?.getTime() ?? Infinity) : Infinity;
  const pending = row.pending_at?.getTime() ?? Infinity;
  const items = row.items_at?.getTime() ?? Infinity;
  if (items < Math.min(trial, pending) && items <= until) return itemsTurned(loaded, items);
  // What is canceled with the end of its trial owes nothing for the time after.
  if (pending <= trial && pending <= until) {
    const step = pendingStep(loaded);
    if (step !== undefined) return taken(loaded, step, pending);
  }
  if (trial <= until) return trialOver(loaded, trial);
  return items <= until ? itemsTurned(loaded, items) : undefined;
}

/** All that happens by itself up to then, in its order. */
export function happenings(loaded: Loaded, until: number): Happening[] {
  const all: Happening[] = [];
  for (let next = nextBy(loaded, until); next; next = nextBy(next.after, until)) all.push(next);
  return all;
}
