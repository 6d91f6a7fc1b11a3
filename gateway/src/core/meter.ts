import type { MeteringFact, Outcome } from '@tollgate/billing-core/contract/facts.ts';
import type { Hold, Settlement, Span } from '../ports.ts';

/**
 * The record of one admitted request: everything the ledger, the quotas and a dispute need. It
 * is what a spool frame holds.
 */
export type UsageRecord = {
  readonly requestId: string;
  readonly customer: string;
  readonly key: string;
  readonly route: string;
  readonly routeVersion: number;
  readonly outcome: Outcome;
  readonly status: number;
  /** Core time of admission, ms. */
  readonly admittedAt: number;
  readonly billable: boolean;
  /** [meter, quantity]: what was counted. */
  readonly quantities: readonly (readonly [string, number])[];
  /** [window, settled, unleased, overdrawn]: what it spent of quotas. */
  readonly spent: readonly (readonly [string, number, number, number])[];
  /** A later span of a request that another record counts. */
  readonly later?: boolean | undefined;
};

/**
 * Whether a request is billable: a pure function of its outcome and of the route version that
 * served it. The key's mode is no part of it: a test key reaches the same upstream, and one that
 * cost nothing would be the whole API for free.
 */
export const isBillable = (outcome: Outcome, billableOutcomes: readonly Outcome[]): boolean =>
  billableOutcomes.includes(outcome);

/** How a request ended whose upstream answered with this status. */
export function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'client_error' : 'ok';
}

/** The quantity one metering rule gives for a settled request, scaled units. */
export function quantityOf(rule: MeteringFact, settlement: Settlement): number {
  if (rule.source === 'request') return rule.units;
  const bytes =
    rule.source === 'request_bytes' ? settlement.requestBytes : settlement.responseBytes;
  return Math.min(bytes * rule.units, Number.MAX_SAFE_INTEGER);
}

/** Quantities by meter; rules for the same meter add up. A later span counts no request again. */
export function quantitiesOf(hold: Hold, settlement: Settlement): [string, number][] {
  const { route, span } = hold;
  const used = span ? sinceThen(span, settlement) : settlement;
  const byMeter = new Map<string, number>();
  for (const rule of route.metering) {
    if (span && rule.source === 'request') continue;
    const was = byMeter.get(rule.meter_id) ?? 0;
    byMeter.set(rule.meter_id, was + quantityOf(rule, used));
  }
  const all = [...byMeter];
  return span ? all.filter(([, quantity]) => quantity > 0) : all;
}

const sinceThen = (span: Span, settlement: Settlement): Settlement => ({
  ...settlement,
  requestBytes: settlement.requestBytes - span.requestBytes,
  responseBytes: settlement.responseBytes - span.responseBytes,
});

/**
 * Units to set aside before the answer is known; what only the response tells counts as 0. A rule
 * that counts requests asks nothing of a later span: undefined.
 */
export function reservationOf(
  rule: MeteringFact,
  { requestBytes, span }: { requestBytes: number; span?: Span | undefined },
): number | undefined {
  if (rule.source === 'request') return span ? undefined : rule.units;
  return rule.source === 'request_bytes' ? requestBytes * rule.units : 0;
}

/** The record as the compact array that is written to the spool. */
export const encodeRecord = (r: UsageRecord): string =>
  JSON.stringify([
    r.requestId,
    r.customer,
    r.key,
    r.route,
    r.routeVersion,
    r.outcome,
    r.status,
    r.admittedAt,
    r.billable ? 1 : 0,
    r.quantities,
    r.spent,
    ...(r.later ? [1] : []),
  ]);

/** Reads what encodeRecord wrote; the frame's checksum has vouched for the bytes. */
export function decodeRecord(text: string): UsageRecord {
  const [
    requestId,
    customer,
    key,
    route,
    routeVersion,
    outcome,
    status,
    admittedAt,
    billable,
    quantities,
    spent,
    later,
  ] = JSON.parse(text) as [
    string,
    string,
    string,
    string,
    number,
    Outcome,
    number,
    number,
    0 | 1,
    [string, number][],
    [string, number, number, number][],
    1?,
  ];
  return {
    requestId,
    customer,
    key,
    route,
    routeVersion,
    outcome,
    status,
    admittedAt,
    billable: billable === 1,
    quantities,
    spent,
    later: later ? true : undefined,
  };
}
