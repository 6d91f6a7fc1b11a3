/** Stable codes of what can be wrong with a request; the public half of every failure. */
export const FAULTS = {
  malformed_json: [400, 'The body is not valid JSON'],
  invalid_request: [400, 'The request is not valid'],
  unauthenticated: [401, 'Sign in or send a valid token'],
  forbidden: [403, 'This caller may not do that'],
  view_only: [403, 'You are viewing as a customer: nothing can be changed'],
  not_found: [404, 'There is nothing here'],
  method_not_allowed: [405, 'The method is not allowed here'],
  already_exists: [409, 'It exists already'],
  state_conflict: [409, 'Its present state does not allow that'],
  customer_owes: [409, 'It has open invoices'],
  meter_archived: [409, 'It names a meter that is archived'],
  not_collectable: [409, 'It cannot be collected'],
  idempotency_in_flight: [409, 'A request with this Idempotency-Key is being processed'],
  request_timeout: [408, 'The request took too long to arrive'],
  gone: [410, 'This has ended'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The content type is not supported'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used with another request'],
  too_many_requests: [429, 'Too many requests'],
  headers_too_large: [431, 'The header is too large'],
  internal: [500, 'Something went wrong on our side'],
  unavailable: [503, 'Not available just now'],
} as const satisfies Record<string, readonly [number, string]>;

export type FaultCode = keyof typeof FAULTS;
export type FieldError = { path: string; message: string };
type FaultDetail = {
  detail?: string;
  internal?: string;
  errors?: FieldError[];
  retryAfter?: number;
};

/**
 * A business fault: thrown, with a public code and text, and an internal text for the log only.
 * Refusals are values, bugs are assertions; this is what lies between.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, { detail, internal, errors, retryAfter }: FaultDetail = {}) {
    super(internal ?? detail ?? code);
    this.code = code;
    this.status = FAULTS[code][0];
    this.detail = detail ?? FAULTS[code][1];
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

export const notFound = (what: string): Fault =>
  new Fault('not_found', { detail: `No such ${what}` });

/** The row, or a 404 that names what was looked for. */
export function found<Row>(row: Row | undefined | null, what: string): Row {
  if (row === undefined || row === null) throw notFound(what);
  return row;
}
