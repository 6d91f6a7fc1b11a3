import { elapsedClock } from '../kit/clock.ts';
import type { ConsoleRequest } from './console-request.ts';

/** Of what came: so much is shown. */
const SHOWN_BYTES_MAX = 64 * 1024;
const TIMEOUT_MS = 60_000;

/** What scripts may read of a gateway's answer, and what it is for. */
export const TOLD_FIELDS = [
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Tollgate-Cost',
  'X-Request-Id',
  'Content-Type',
] as const;

export interface Answer {
  status: number;
  /** From the first byte of the request to the last of the answer, ms. */
  tookMs: number;
  fields: readonly (readonly [name: string, value: string])[];
  requestId: string | null;
  body: string;
  /** There was more of it than is shown. */
  isCut: boolean;
}

/**
 * Sends it from this page. Neither cookies nor where it comes from go along, and a redirect is not
 * followed: it could lead elsewhere with the key.
 * @throws what the browser says, where it could not be sent, or nothing may be read.
 */
export async function sendFromPage(
  { method, url, headers, body }: ConsoleRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const began = elapsedClock();
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    credentials: 'omit',
    mode: 'cors',
    cache: 'no-store',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const { text, isCut } = await readSome(response);
  const fields = TOLD_FIELDS.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    status: response.status,
    tookMs: elapsedClock() - began,
    fields,
    requestId: response.headers.get('X-Request-Id'),
    body: text,
    isCut,
  };
}

/** The beginning of a body, which may go on without end. */
async function readSome({ body }: Response): Promise<{ text: string; isCut: boolean }> {
  if (body === null) return { text: '', isCut: false };
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), isCut: false };
    bytes += value.byteLength;
    text += decoder.decode(value, { stream: true });
    if (bytes < SHOWN_BYTES_MAX) continue;
    await reader.cancel();
    return { text: text.slice(0, SHOWN_BYTES_MAX), isCut: true };
  }
}
