import type { Ledger } from './ledger.ts';
import type { Asked, Served } from './logs.ts';
import { bookFindings } from './books.ts';
import { type Tally, tallyOf } from './tally.ts';

/** Something that was done to the installation. Times in ms since the epoch, by the same clock. */
export type Fault = {
  what: string;
  /** Nothing was hurt before, and all was hurt at the end. */
  from: number;
  until: number;
  /** Whose requests were hurt. */
  gateways: readonly number[];
};

export type Finding = { kind: Kind; detail: string };
export type Kind =
  | 'lost'
  | 'more than served'
  | 'more than asked'
  | 'bytes differ'
  | 'wrong minute'
  | 'wrong policy'
  | 'rollup differs'
  | 'gateway count differs'
  | 'sequence differs'
  | 'loss reported'
  | 'over the limit'
  | 'refused yet served'
  | 'served twice'
  | 'torn without a fault'
  | 'more than was in flight'
  | 'doubt not stated';

/** What is compared. */
export type Evidence = {
  asked: readonly Asked[];
  served: readonly Served[];
  ledger: Ledger;
  faults: readonly Fault[];
  /** Requests that gateways had stated to be in doubt before the first of these was asked. */
  doubtsBefore: number;
  /** Ids of the meters. */
  meters: { requests: string; bytes: string };
  /** The clock of billing-core was not the clients': minutes say nothing. */
  clockFaked?: boolean;
  /** Units may be spent without a lease: the plan admits while billing-core is away. */
  unleased?: boolean;
};

export type Figures = {
  asked: number;
  complete: number;
  refused: number;
  /** Why, as the gateways said: how often each reason. */
  reasons: Record<string, number>;
  recorded: number;
  served: number;
  /** Recorded, and no complete answer arrived. */
  extra: number;
  inFlight: number;
  /** Admitted and never recorded, as the gateways say. */
  inDoubt: number;
};

export type Verdict = { findings: Finding[]; figures: Figures };

/** A connection that a process left behind is noticed by its client a moment later. */
const NOTICED_WITHIN_MS = 250;

const overlaps = (asked: Asked, { from, until, gateways }: Fault): boolean =>
  gateways.includes(asked.gateway) && asked.at <= until && asked.done >= from;

/** Requests that were under way when something was hurt. */
export function inFlightAt(asked: readonly Asked[], faults: readonly Fault[]): number {
  return asked.filter((each) => each.sent && faults.some((fault) => overlaps(each, fault))).length;
}

function clientFindings({ asked, served, faults }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { id } of served) {
    if (seen.has(id)) findings.push({ kind: 'served twice', detail: id });
    seen.add(id);
  }
  const late = faults.map((fault) => ({ ...fault, until: fault.until + NOTICED_WITHIN_MS }));
  for (const each of asked) {
    const { id, status, complete, code, sent } = each;
    const own = code === 'upstream_error' || code === 'upstream_timeout';
    if (complete && !each.served && !own && seen.has(id)) {
      findings.push({ kind: 'refused yet served', detail: `${id} ${status} ${code}` });
    }
    if (sent && !complete && !late.some((fault) => overlaps(each, fault))) {
      findings.push({ kind: 'torn without a fault', detail: `${id} of gateway ${each.gateway}` });
    }
  }
  return findings;
}

/** For each key: what arrived whole is recorded, and nothing that was not served. */
function keyFindings(tally: Tally): Finding[] {
  return [...tally.keys].flatMap(([key, of]) => {
    const findings: Finding[] = [];
    const say = (kind: Kind, detail: string): void => void findings.push({ kind, detail });
    for (const [outcome, complete] of of.complete) {
      const recorded = of.recorded.get(outcome) ?? 0;
      if (recorded < complete) say('lost', `${key} ${outcome}: ${recorded} of ${complete}`);
    }
    for (const [outcome, recorded] of of.recorded) {
      const served = of.served.get(outcome);
      if (served !== undefined && recorded > served) {
        say('more than served', `${key} ${outcome}: ${recorded} of ${served}`);
      }
    }
    const most = of.completeAll + of.torn;
    if (of.recordedAll > most) say('more than asked', `${key}: ${of.recordedAll} of ${most}`);
    const [least, largest] = [of.completeBytes, of.completeBytes + of.tornBytes];
    const exact = of.recordedAll === of.completeAll;
    if (of.recordedBytes < least || of.recordedBytes > (exact ? least : largest)) {
      say('bytes differ', `${key}: ${of.recordedBytes}, expected ${least} to ${largest}`);
    }
    return findings;
  });
}

function minuteFindings(tally: Tally): Finding[] {
  return [...tally.minutes].flatMap(([minute, { certain, possible, recorded }]) =>
    recorded >= certain && recorded <= possible
      ? []
      : [
          {
            kind: 'wrong minute' as const,
            detail: `${minute}: ${recorded}, expected ${certain} to ${possible}`,
          },
        ],
  );
}

function reasonsOf(asked: readonly Asked[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { code } of asked) if (code !== null) reasons[code] = (reasons[code] ?? 0) + 1;
  return reasons;
}

/** Compares what clients, upstream and database say. No finding: the promise was kept. */
export function judge(evidence: Evidence): Verdict {
  const { asked, served, ledger, faults } = evidence;
  const tally = tallyOf(evidence);
  const keys = [...tally.keys.values()];
  const sum = (of: (key: (typeof keys)[number]) => number): number =>
    keys.reduce((total, key) => total + of(key), 0);
  const figures: Figures = {
    asked: asked.length,
    complete: sum((key) => key.completeAll),
    refused: asked.filter((each) => each.complete).length - sum((key) => key.completeAll),
    reasons: reasonsOf(asked),
    recorded: sum((key) => key.recordedAll),
    served: served.length,
    extra: sum((key) => key.recordedAll - key.completeAll),
    inFlight: inFlightAt(asked, faults),
    inDoubt: ledger.boots.reduce((total, boot) => total + boot.in_doubt, -evidence.doubtsBefore),
  };
  const findings = [
    ...clientFindings(evidence),
    ...keyFindings(tally),
    ...(evidence.clockFaked ? [] : minuteFindings(tally)),
    ...bookFindings(evidence),
  ];
  if (figures.extra > figures.inFlight) {
    const detail = `${figures.extra} of ${figures.inFlight}`;
    findings.push({ kind: 'more than was in flight', detail });
  }
  const unrecorded = figures.served - figures.recorded;
  if (unrecorded > figures.inDoubt) {
    const detail = `${unrecorded} served and not recorded, ${figures.inDoubt} stated`;
    findings.push({ kind: 'doubt not stated', detail });
  }
  return { findings, figures };
}
