import { OUTCOMES, type Outcome } from './facts.ts';

/**
 * One gateway flush: the unit of exactly-once. Columnar, so that it goes straight into `unnest`;
 * decoded by hand, because a schema library per entry would miss the ingest rate by far.
 */
export type UsageColumns = {
  customer: string[];
  key: string[];
  route: string[];
  route_version: number[];
  meter: string[];
  outcome: Outcome[];
  /** Minutes since the epoch, of admission, core time. */
  minute: number[];
  billable: boolean[];
  requests: number[];
  /** Scaled by the meter's scale. */
  quantity: number[];
};

/** The gateway's own running total of one customer's meter on one UTC day of this boot. */
export type GatewayCount = {
  customer: string;
  meter: string;
  /** Days since the epoch. */
  day: number;
  requests: number;
  quantity: number;
  billable: number;
  /**
   * The frame it counts from; left out: the boot's first. A gateway that forgot a total counts anew
   * from a later frame: the totals of one day add up.
   */
  since?: number;
};

/** What this batch adds to S, unleased and overdrawn of one quota window. */
export type WindowSpend = {
  window: string;
  settled: number;
  unleased: number;
  overdrawn: number;
  /** Of all that, what core found to be spent by requests that are not billed; not on the wire. */
  repeated?: number;
};

/** Billed requests for which a route's rule found no good value of the upstream. */
export type ValueFaultCount = {
  customer: string;
  route: string;
  meter: string;
  fault: string;
  minute: number;
  requests: number;
};

/**
 * A billable request, or a span of one, that is billed only if no other one with its
 * Idempotency-Key is. Its entries are rows of the columns that no other request has a part in.
 */
export type OnceRequest = {
  /** Of the key; the customer and the route are those of its entries. */
  hash: string;
  request: string;
  /** Core time of the request's admission, ms. */
  since: number;
  /** Place of its first entry, and how many there are. */
  first: number;
  entries: number;
  /** What of the batch's `spent` it spent: [window, units]. */
  spent: [string, number][];
};

export type UsageBatch = {
  columns: UsageColumns;
  counts: GatewayCount[];
  spent: WindowSpend[];
  faults?: ValueFaultCount[];
  once?: OnceRequest[];
};

export const BATCH_ENTRIES_MAX = 20_000;
export const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const TEXT_CHARS_MAX = 200;
const FORMAT = 1;

/** Why bytes are not a usage batch; names the field. */
export class BatchError extends Error {}

/** A batch as the bytes that are stored, hashed and sent; the same batch gives the same bytes. */
export function encodeBatch(batch: UsageBatch): Uint8Array {
  const { columns, counts, spent, faults = [], once = [] } = batch;
  const content = {
    v: FORMAT,
    columns,
    counts: counts.map((c) => [
      c.customer,
      c.meter,
      c.day,
      c.requests,
      c.quantity,
      c.billable,
      ...(c.since ? [c.since] : []),
    ]),
    spent: spent.map((s) => [s.window, s.settled, s.unleased, s.overdrawn]),
    ...(faults.length > 0 && {
      faults: faults.map((f) => [f.customer, f.route, f.meter, f.fault, f.minute, f.requests]),
    }),
    ...(once.length > 0 && {
      once: once.map((o) => [o.hash, o.request, o.since, o.first, o.entries, o.spent]),
    }),
  };
  return new TextEncoder().encode(JSON.stringify(content));
}

const OUTCOME_SET: ReadonlySet<unknown> = new Set(OUTCOMES);
type Check<Value> = (value: unknown) => value is Value;

const isText: Check<string> = (value): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= TEXT_CHARS_MAX &&
  !value.includes('\u0000') &&
  value.isWellFormed();
const isCount: Check<number> = (value): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag: Check<boolean> = (value): value is boolean => typeof value === 'boolean';
const isOutcome: Check<Outcome> = (value): value is Outcome => OUTCOME_SET.has(value);

type Json = Record<string, unknown>;

function object(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BatchError(`${name} is not an object`);
  }
  return value as Json;
}

function column<Value>(columns: Json, name: string, check: Check<Value>): Value[] {
  const values = columns[name];
  if (!Array.isArray(values)) throw new BatchError(`${name} is not an array`);
  if (values.length > BATCH_ENTRIES_MAX) throw new BatchError(`${name} has too many entries`);
  for (const value of values) {
    if (!check(value)) throw new BatchError(`${name} has a value that is not allowed`);
  }
  return values as Value[];
}

function rows(content: Json, name: string, widths: readonly number[]): unknown[][] {
  const values = content[name];
  if (!Array.isArray(values)) throw new BatchError(`${name} is not an array`);
  if (values.length > BATCH_ENTRIES_MAX) throw new BatchError(`${name} has too many rows`);
  for (const row of values) {
    if (!Array.isArray(row) || !widths.includes(row.length))
      throw new BatchError(`${name} has a bad row`);
  }
  return values as unknown[][];
}

function cell<Value>(row: unknown[], at: number, check: Check<Value>): Value {
  const value = row[at];
  if (!check(value)) throw new BatchError(`cell ${at} has a value that is not allowed`);
  return value;
}

function decodeColumns(content: Json): UsageColumns {
  const from = object(content['columns'], 'columns');
  const columns: UsageColumns = {
    customer: column(from, 'customer', isText),
    key: column(from, 'key', isText),
    route: column(from, 'route', isText),
    route_version: column(from, 'route_version', isCount),
    meter: column(from, 'meter', isText),
    outcome: column(from, 'outcome', isOutcome),
    minute: column(from, 'minute', isCount),
    billable: column(from, 'billable', isFlag),
    requests: column(from, 'requests', isCount),
    quantity: column(from, 'quantity', isCount),
  };
  const lengths = new Set(Object.values(columns).map((values) => values.length));
  if (lengths.size > 1) throw new BatchError('columns differ in length');
  return columns;
}

const decodeFaults = (content: Json): ValueFaultCount[] =>
  rows(content, 'faults', [6]).map((row) => ({
    customer: cell(row, 0, isText),
    route: cell(row, 1, isText),
    meter: cell(row, 2, isText),
    fault: cell(row, 3, isText),
    minute: cell(row, 4, isCount),
    requests: cell(row, 5, isCount),
  }));

function decodeSpent(value: unknown): [string, number][] {
  const spent = rows({ spent: value }, 'spent', [2]);
  return spent.map((row) => [cell(row, 0, isText), cell(row, 1, isCount)]);
}

const ofOne = <Value>(values: readonly Value[], { first, entries }: OnceRequest): boolean =>
  new Set(values.slice(first, first + entries)).size === 1;

/** Requests that are billed once, each with entries of its own, in order, and all billable. */
function decodeOnce(content: Json, columns: UsageColumns): OnceRequest[] {
  let end = 0;
  return rows(content, 'once', [6]).map((row) => {
    const request: OnceRequest = {
      hash: cell(row, 0, isText),
      request: cell(row, 1, isText),
      since: cell(row, 2, isCount),
      first: cell(row, 3, isCount),
      entries: cell(row, 4, isCount),
      spent: decodeSpent(row[5]),
    };
    const { first, entries } = request;
    const isApart = first >= end && entries > 0 && first + entries <= columns.customer.length;
    end = first + entries;
    const isBillable = columns.billable.slice(first, end).every(Boolean);
    const isWhole = ofOne(columns.customer, request) && ofOne(columns.route, request);
    if (!isApart || !isBillable || !isWhole) throw new BatchError('once has a bad row');
    return request;
  });
}

/** The batch in these bytes. Throws BatchError for anything that is not one, whole and in range. */
export function decodeBatch(bytes: Uint8Array): UsageBatch {
  if (bytes.byteLength > BATCH_BYTES_MAX) throw new BatchError('batch is too large');
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new BatchError('batch is not JSON in UTF-8');
  }
  const content = object(parsed, 'batch');
  if (content['v'] !== FORMAT) throw new BatchError('batch format is not known');
  const counts = rows(content, 'counts', [6, 7]).map((row) => ({
    customer: cell(row, 0, isText),
    meter: cell(row, 1, isText),
    day: cell(row, 2, isCount),
    requests: cell(row, 3, isCount),
    quantity: cell(row, 4, isCount),
    billable: cell(row, 5, isCount),
    ...(row.length > 6 && { since: cell(row, 6, isCount) }),
  }));
  const spent = rows(content, 'spent', [4]).map((row) => ({
    window: cell(row, 0, isText),
    settled: cell(row, 1, isCount),
    unleased: cell(row, 2, isCount),
    overdrawn: cell(row, 3, isCount),
  }));
  const columns = decodeColumns(content);
  return {
    columns,
    counts,
    spent,
    ...(content['faults'] !== undefined && { faults: decodeFaults(content) }),
    ...(content['once'] !== undefined && { once: decodeOnce(content, columns) }),
  };
}
