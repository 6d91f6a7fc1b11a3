import { ApiError, readProblem } from './api-error.ts';
import { t } from './text.ts';

/** A question that takes longer is given up, and people are told; asking again does no harm. */
const READ_TIMEOUT_MS = 10_000;
/** A change may have been made although its answer is late, so it is given more time. */
const WRITE_TIMEOUT_MS = 30_000;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** Makes a repeated creating POST answer with what the first one created. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Set where 401 is an answer (sign-in) and not a lost session. */
  anonymous?: boolean;
}

let onSignedOut: () => void = () => {};

/** The app says once where a lost session leads; the api client calls it on every 401. */
export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

/**
 * Makes a call to billing-core through the portal's own origin.
 * @param path begins after `/api`: '/portal/v1/me'.
 * @returns the JSON body, or undefined for an empty answer.
 * @throws ApiError for every failure, the network's included; AbortError when `signal` aborts.
 */
export async function api<Body>(path: string, call: Call = {}): Promise<Body> {
  const reads = call.method === undefined || call.method === 'GET';
  const timeout = AbortSignal.timeout(reads ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS);
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  try {
    const response = await send(path, call, signal);
    if (!response.ok) throw await refusal(response, call);
    return parsed<Body>(response, await response.text());
  } catch (cause) {
    if (cause instanceof ApiError || call.signal?.aborted === true) throw cause;
    throw timeout.aborted ? tooSlow(reads) : unreachable();
  }
}

function parsed<Body>(response: Response, text: string): Body {
  if (text === '') return undefined as Body;
  try {
    return JSON.parse(text) as Body;
  } catch {
    throw unreadable(response);
  }
}

/** @returns the error of a refused response; a lost session is announced on the way. */
export async function refusal(response: Response, call: Call = {}): Promise<ApiError> {
  const error = await readProblem(response);
  if (error.status === 401 && call.anonymous !== true) onSignedOut();
  return error;
}

/** @returns '/api' + path with the defined entries of `query`. */
export function apiUrl(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const search = params.toString();
  return search === '' ? `/api${path}` : `/api${path}?${search}`;
}

function send(path: string, call: Call, signal: AbortSignal): Promise<Response> {
  return fetch(apiUrl(path, call.query), {
    method: call.method ?? 'GET',
    headers: headersOf(call),
    credentials: 'same-origin',
    signal,
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
}

function headersOf(call: Call): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
  return headers;
}

function unreachable(): ApiError {
  return new ApiError({
    status: 0,
    code: 'network',
    title: t('The server can’t be reached'),
    detail: t('Check your connection. Nothing you entered is lost.'),
  });
}

function tooSlow(reads: boolean): ApiError {
  return new ApiError({
    status: 0,
    code: 'timeout',
    title: t('The server took too long to answer'),
    detail: reads ? t('Try again in a moment.') : t('It may still be working on the request.'),
  });
}

function unreadable(response: Response): ApiError {
  return new ApiError({
    status: response.status,
    code: 'unexpected_response',
    title: t('The server’s answer can’t be read'),
    requestId: response.headers.get('x-request-id') ?? undefined,
  });
}
