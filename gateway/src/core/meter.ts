import type { MeteringFact, Outcome, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import type { Hold, Settlement, Span } from '../ports.ts';
import { type Reading, scaleValue, type ValueFault } from './value.ts';

/**
 * Whether a request is billable: a pure function of its outcome and of the route version that
 * served it. The key's mode is no part of it: a test key reaches the same upstream, and one that
 * cost nothing would be the whole API for free.
 */
export const isBillable = (
  outcome: Outcome,
  route: Pick<RouteFact, 'billable_outcomes' | 'redirects_billable'>,
): boolean =>
  outcome === 'redirect'
    ? route.redirects_billable === true
    : route.billable_outcomes.includes(outcome);

/**
 * How a request ended whose upstream answered with this status. What leads elsewhere, or says that
 * the client has it already (304), is no success that one pays for unless the route says so.
 */
export function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'server_error';
  if (status >= 400) return 'client_error';
  return status >= 300 ? 'redirect' : 'ok';
}

type Counted = { readonly quantity: number; readonly fault?: ValueFault };

const product = (count: number, units: number): number =>
  Math.min(count * units, Number.MAX_SAFE_INTEGER);

/** What the upstream said, in scaled units, or the rule's fallback and why. */
function told(rule: MeteringFact, reading: Reading): Counted {
  const terms = { units: rule.units, maxValue: rule.max_value ?? Number.MAX_SAFE_INTEGER };
  const scaled = 'fault' in reading ? reading.fault : scaleValue(reading.text, terms);
  if (typeof scaled === 'number') return { quantity: scaled };
  return { quantity: rule.fallback ?? 0, fault: scaled };
}

const NOTHING: Counted = { quantity: 0 };
const MISSING: Reading = { fault: 'missing' };

/** The reading of a rule when there was no response: of a pair of body rules, one is missing. */
function unanswered(rule: MeteringFact, rules: readonly MeteringFact[]): Reading | undefined {
  const paired = (other: MeteringFact): boolean =>
    other.source === 'response_json' && other.meter_id === rule.meter_id;
  return rule.source === 'response_sse' && rules.some(paired) ? undefined : MISSING;
}

/** The quantity one metering rule gives for what was used, scaled units. */
function quantityOf(rule: MeteringFact, used: Settlement, reading?: Reading): Counted {
  switch (rule.source) {
    case 'request':
      return { quantity: rule.units };
    case 'request_bytes':
      return { quantity: product(used.requestBytes, rule.units) };
    case 'response_bytes':
      return { quantity: product(used.responseBytes, rule.units) };
    case 'request_messages':
      return { quantity: product(used.requestMessages ?? 0, rule.units) };
    case 'response_messages':
      return { quantity: product(used.responseMessages ?? 0, rule.units) };
    case 'duration':
      return { quantity: product(used.durationMs ?? 0, rule.units) };
    default:
      // What only the end of the response tells is counted with its last span.
      return reading && !used.lasts ? told(rule, reading) : NOTHING;
  }
}

const sinceThen = (span: Span, settlement: Settlement): Settlement => ({
  ...settlement,
  requestBytes: settlement.requestBytes - span.requestBytes,
  responseBytes: settlement.responseBytes - span.responseBytes,
  requestMessages: (settlement.requestMessages ?? 0) - (span.requestMessages ?? 0),
  responseMessages: (settlement.responseMessages ?? 0) - (span.responseMessages ?? 0),
  durationMs: (settlement.durationMs ?? 0) - (span.durationMs ?? 0),
});

export type Measured = {
  /** By meter; rules for the same meter add up. A later span counts no request again. */
  readonly quantities: [string, number][];
  readonly faults: [string, ValueFault][];
};

/**
 * What a request counted. A value that is missing or bad is charged by its rule's fallback and
 * named when the request is billable; one that is not billed owes its meter no value: there it
 * counts nothing.
 */
export function measure(
  { route, span }: Pick<Hold, 'route' | 'span'>,
  settlement: Settlement,
): Measured {
  const rules = route.metering;
  const used = span ? sinceThen(span, settlement) : settlement;
  const billable = isBillable(settlement.outcome, route);
  const all: [string, number][] = [];
  const faults: [string, ValueFault][] = [];
  for (let at = 0; at < rules.length; at++) {
    const rule = rules[at];
    if (!rule || (span && rule.source === 'request')) continue;
    const reading = used.readings ? used.readings[at] : unanswered(rule, rules);
    const { quantity, fault } = quantityOf(rule, used, reading);
    const counts = fault === undefined || billable;
    if (fault !== undefined && billable) faults.push([rule.meter_id, fault]);
    addTo(all, rule.meter_id, counts ? quantity : 0);
  }
  return { quantities: span ? all.filter(([, quantity]) => quantity > 0) : all, faults };
}

// Rules are few: a list of them is gone through sooner than a map is made.
function addTo(all: [string, number][], meter: string, quantity: number): void {
  for (const each of all) {
    if (each[0] !== meter) continue;
    each[1] = Math.min(each[1] + quantity, Number.MAX_SAFE_INTEGER);
    return;
  }
  all.push([meter, Math.min(quantity, Number.MAX_SAFE_INTEGER)]);
}

/** What was counted of one meter. */
export function quantityIn(
  quantities: readonly (readonly [string, number])[],
  meter: string,
): number {
  for (const [name, quantity] of quantities) if (name === meter) return quantity;
  return 0;
}

const byMeter = new WeakMap<readonly MeteringFact[], Map<string, readonly MeteringFact[]>>();

/** The rules of a route that count one meter; facts are only replaced, so a list is made once. */
export function rulesOf(
  { metering }: Pick<RouteFact, 'metering'>,
  meter: string,
): readonly MeteringFact[] {
  let lists = byMeter.get(metering);
  if (!lists) byMeter.set(metering, (lists = new Map()));
  let list = lists.get(meter);
  if (!list) lists.set(meter, (list = metering.filter((rule) => rule.meter_id === meter)));
  return list;
}

type Reserving = { readonly requestBytes: number; readonly span?: Span | undefined };

/**
 * Messages that a client may send in a span by a rule that counts them, at least one: as many as
 * its `max_cost` pays for, which is set aside for each span. Any number where the rule sets
 * nothing aside.
 */
export function messagesPaid({ source, units, max_cost }: MeteringFact): number {
  if (source !== 'request_messages' || !max_cost) return Number.MAX_SAFE_INTEGER;
  return Math.max(1, Math.floor(max_cost / units));
}

/**
 * Units of one meter to set aside before the answer is known, by the meter's rules. What only the
 * response tells reserves its rule's `max_cost`, less what earlier spans counted, and nothing
 * without one: only with it is a hard limit on it hard. What the client sends of a WebSocket is
 * set aside for each span anew. A response is JSON or a stream of events, never both. Rules that
 * count requests ask nothing of a later span: undefined.
 */
export function reservationOf(
  rules: readonly MeteringFact[],
  { requestBytes, span }: Reserving,
): number | undefined {
  let known = 0;
  let asks = false;
  const inBody = { response_json: 0, response_sse: 0 };
  for (const rule of rules) {
    const { source, units, max_cost = 0 } = rule;
    if (source === 'request' && span) continue;
    asks = true;
    if (source === 'request') known += units;
    else if (source === 'request_bytes') known += product(requestBytes, units);
    else if (source === 'response_json' || source === 'response_sse') inBody[source] += max_cost;
    else if (source === 'request_messages') known += max_cost && messagesPaid(rule) * units;
    else known += Math.max(0, max_cost - countedBefore(source, units, span));
  }
  return asks ? known + Math.max(inBody.response_json, inBody.response_sse) : undefined;
}

function countedBefore(source: MeteringFact['source'], units: number, span?: Span): number {
  if (source === 'response_bytes') return product(span?.responseBytes ?? 0, units);
  if (source === 'response_messages') return product(span?.responseMessages ?? 0, units);
  return source === 'duration' ? product(span?.durationMs ?? 0, units) : 0;
}
