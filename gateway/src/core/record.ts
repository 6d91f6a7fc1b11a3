import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import type { Once } from './once.ts';
import type { ValueFault } from './value.ts';

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
  /** Time of admission, ms: core time, and what the customer's clock is ahead of it. */
  readonly admittedAt: number;
  readonly billable: boolean;
  /** [meter, quantity]: what was counted. */
  readonly quantities: readonly (readonly [string, number])[];
  /** [window, settled, unleased, overdrawn]: what it spent of quotas. */
  readonly spent: readonly (readonly [string, number, number, number])[];
  /** A later span of a request that another record counts. */
  readonly later?: boolean | undefined;
  /** [meter, fault]: values of the upstream for which the rule's fallback was charged. */
  readonly faults?: readonly (readonly [string, ValueFault])[];
  /** It is billable, but billed only if no other one with its key is. */
  readonly once?: Once | undefined;
};

/** Units of quota windows that count as used though no usage is known that used them. */
export const spendOnly = (
  requestId: string,
  customer: string,
  spent: readonly (readonly [window: string, units: number])[],
): UsageRecord => ({
  requestId,
  customer,
  key: '',
  route: '',
  routeVersion: 0,
  outcome: 'client_abort',
  status: 0,
  admittedAt: 0,
  billable: false,
  quantities: [],
  spent: spent.map(([window, units]) => [window, units, 0, 0] as const),
});

/** Cells that most records do not have: as few of them as tell it. */
function restOf({ later, faults = [], once }: UsageRecord): unknown[] {
  if (once) return [later ? 1 : 0, faults, once.hash, once.since];
  if (faults.length > 0) return [later ? 1 : 0, faults];
  return later ? [1] : [];
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
    ...restOf(r),
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
    faults = [],
    hash,
    since = 0,
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
    (0 | 1)?,
    [string, ValueFault][]?,
    string?,
    number?,
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
    ...(faults.length > 0 && { faults }),
    ...(hash !== undefined && { once: { hash, since } }),
  };
}
