import { PROBLEM_TYPE, type Problem } from '@tollgate/billing-core/contract/problem.ts';
import { REFUSALS } from '@tollgate/billing-core/contract/refusals.ts';
import type { LimitState } from '../ports.ts';
import type { RawHeaders } from './headers.ts';
import { limitFields, retryAfter } from './limit-fields.ts';
import type { Refusal } from './refusal.ts';

/** An answer that the gateway makes itself. */
export type Answer = {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: string;
};

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  508: 'Loop Detected',
};

/** The problem types of draft-ietf-httpapi-ratelimit-headers: a used-up limit; one unknown now. */
const TYPES = 'https://iana.org/assignments/http-problem-types';
const typeOf = (status: number): string =>
  status === 503 ? `${TYPES}#temporary-reduced-capacity` : `${TYPES}#quota-exceeded`;

/** Failures on the way of an admitted request; refusals have their own table. */
export const FAILURES = {
  upstream_error: [502, 'The upstream did not answer as HTTP should'],
  upstream_tls_failed: [502, 'No connection that both sides trust can be made to the upstream'],
  upstream_unavailable: [503, 'No upstream of the route can be asked just now'],
  upstream_timeout: [504, 'The upstream did not answer in time'],
  head_timeout: [408, 'The request line and its header fields did not arrive in time'],
  client_timeout: [408, 'The request body did not arrive in time'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [number, string]>;

export type FailureCode = keyof typeof FAILURES;

type Facts = Pick<Problem, 'status' | 'code' | 'detail' | 'request_id' | 'type'>;

function answer(facts: Facts, headers: RawHeaders, more: Record<string, unknown> = {}): Answer {
  const { type, status, code, detail, request_id } = facts;
  const title = TITLES[status] ?? 'Error';
  const body = JSON.stringify({ type, title, status, code, detail, request_id, ...more });
  return {
    status,
    body,
    headers: [
      'Content-Type',
      PROBLEM_TYPE,
      'Content-Length',
      String(new TextEncoder().encode(body).length),
      'Cache-Control',
      'no-store',
      'X-Request-Id',
      request_id,
      ...headers,
    ],
  };
}

/** The answer to a request that was not admitted, with the fields its status asks for. */
export function refusalAnswer(
  refusal: Refusal,
  requestId: string,
  limits: readonly LimitState[] = [],
): Answer {
  const [status, text] = REFUSALS[refusal.reason];
  const detail = refusal.detail ?? text;
  const violated = refusal.violated ?? [];
  const headers = [...limitFields(limits), ...retryAfter(refusal.retryAfterS, violated, limits)];
  if (status === 401) headers.push('WWW-Authenticate', 'Bearer realm="api"');
  if (status === 405) headers.push('Allow', (refusal.allow ?? []).join(', '));
  const type = violated.length > 0 ? typeOf(status) : 'about:blank';
  const facts = { type, status, code: refusal.reason, detail, request_id: requestId };
  return answer(facts, headers, violated.length > 0 ? { 'violated-policies': violated } : {});
}

/** The answer to an admitted request that went wrong before the upstream's answer began. */
export function failureAnswer(code: FailureCode, requestId: string, ours: RawHeaders = []): Answer {
  const [status, detail] = FAILURES[code];
  // The gateway's fields name the request, and so does every problem: once is enough.
  const at = ours.indexOf('X-Request-Id');
  const more = at === -1 ? ours : ours.toSpliced(at, 2);
  return answer({ type: 'about:blank', status, code, detail, request_id: requestId }, more);
}
