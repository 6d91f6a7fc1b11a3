import {
  SYNC_TYPE,
  syncAnswer,
  type SyncAnswer,
  type SyncEnvelope,
} from '@tollgate/billing-core/contract/sync.ts';
import { request } from 'undici';
import type { CoreClock } from './clock.ts';
import type { CallTrace, Tracing } from './tracing.ts';

export const SYNC_TIMEOUT_MS = 10_000;
/** What core says of a message that it would refuse however often it came. */
const REFUSALS: readonly number[] = [400, 413];

/** Core answered, but refuses this message: trying again as it is would not help. */
export class SyncRefused extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(`sync refused with ${status}: ${detail}`);
    this.status = status;
  }
}

export const isRefusal = (error: unknown): boolean =>
  error instanceof SyncRefused && REFUSALS.includes(error.status);

/** How core is reached. */
export type Way = {
  coreUrl: string;
  token: string;
  clock: CoreClock;
  /** Left out where no collector is told of it. */
  tracing?: Tracing | undefined;
};

const PATH = '/internal/v1/sync';

/** One exchange with core, from which the clock learns core's time. Throws what is no answer. */
export async function postSync(
  way: Way,
  envelope: SyncEnvelope,
  bytes: Buffer | undefined,
): Promise<SyncAnswer> {
  const trace = way.tracing?.beginCall({ method: 'POST', ...placeOf(way.coreUrl) });
  try {
    return await exchange(way, { envelope, bytes, trace });
  } catch (error) {
    if (!(error instanceof SyncRefused)) trace?.end('unreachable');
    throw error;
  } finally {
    trace?.end();
  }
}

function placeOf(coreUrl: string): { origin: string; path: string } {
  const { origin, pathname } = new URL(`${coreUrl}${PATH}`);
  return { origin, path: pathname };
}

type Message = {
  envelope: SyncEnvelope;
  bytes: Buffer | undefined;
  trace: CallTrace | undefined;
};

async function exchange(
  { coreUrl, token, clock }: Way,
  { envelope, bytes, trace }: Message,
): Promise<SyncAnswer> {
  const traceparent = trace && { traceparent: trace.traceparent };
  const sentAt = clock.monotonic();
  const line = Buffer.from(`${JSON.stringify(envelope)}\n`);
  const response = await request(`${coreUrl}${PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': SYNC_TYPE, ...traceparent },
    body: bytes ? Buffer.concat([line, bytes]) : line,
    headersTimeout: SYNC_TIMEOUT_MS,
    bodyTimeout: SYNC_TIMEOUT_MS,
  });
  trace?.answered(response.statusCode);
  const text = await response.body.text();
  if (response.statusCode !== 200 && response.statusCode !== 410) {
    throw new SyncRefused(response.statusCode, text.slice(0, 300));
  }
  const answer = syncAnswer.parse(JSON.parse(text));
  clock.learn(answer.now, sentAt, clock.monotonic());
  return answer;
}
