import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import { monotonicClock, type Clock } from '../kit/clock.ts';
import { UNTOLD, type Call, type Spans } from '../kit/spans.ts';
import type { KeyWatch } from './key-watch.ts';

export type StripeSettings = {
  secretKey: string;
  /** Another Stripe than the real one: the local one. */
  apiBase?: URL | undefined;
  /** The newest first; more than one while a secret is rolled. */
  webhookSecrets: readonly string[];
  timeoutMs?: number;
  callsPerSecond?: number;
};

/** So long Stripe is waited for, ms. */
export const TIMEOUT_MS = 20_000;
/** Stripe takes 100 reads and 100 writes a second with a live key, 25 of each with a test key. */
const LIVE_CALLS_PER_SECOND = 80;
const TEST_CALLS_PER_SECOND = 20;
/** The local one has no limit of its own. */
const LOCAL_CALLS_PER_SECOND = 500;

export const isLive = (secretKey: string): boolean => /^[sr]k_live_/.test(secretKey);

/** Resolves when it is this caller's turn: so many a second, evenly. */
export function paced(perSecond: number, clock: Clock): () => Promise<void> {
  const gap = 1_000 / perSecond;
  let next = -Infinity;
  return async () => {
    const now = clock();
    const turn = Math.max(next, now);
    next = turn + gap;
    if (turn > now) await pause(turn - now);
  };
}

function rateOf({ secretKey, apiBase, callsPerSecond }: StripeSettings): number {
  if (callsPerSecond !== undefined) return callsPerSecond;
  if (apiBase !== undefined) return LOCAL_CALLS_PER_SECOND;
  return isLive(secretKey) ? LIVE_CALLS_PER_SECOND : TEST_CALLS_PER_SECOND;
}

/** A path with no id and no query: what is left are words of Stripe's own. */
const templateOf = (path: string): string =>
  (path.split('?')[0] ?? '')
    .split('/')
    .map((part) => (/^(v\d|[a-z_]*)$/.test(part) ? part : '{id}'))
    .join('/');

type Request = Parameters<Stripe.HttpClient['makeRequest']>;

const callOf = ([host, port, path, method, , , scheme]: Request): Call => {
  const template = templateOf(path);
  return { method, scheme, host, port: Number(port), template };
};

/**
 * The official client. It tries nothing again by itself: what is tried again is ours to decide.
 * @param watch is told with which status each call is answered.
 */
export function openStripe(
  settings: StripeSettings,
  watch?: KeyWatch,
  spans: Spans = UNTOLD,
): Stripe {
  const { secretKey, apiBase, timeoutMs = TIMEOUT_MS } = settings;
  const turn = paced(rateOf(settings), monotonicClock);
  const httpClient = Stripe.createNodeHttpClient();
  const send = httpClient.makeRequest.bind(httpClient);
  httpClient.makeRequest = async (...request) => {
    await turn();
    const answer = await spans.ofCall(
      callOf(request),
      () => send(...request),
      (given) => given.getStatusCode(),
    );
    const [, , path, method] = request;
    watch?.saw(method, path, answer.getStatusCode());
    return answer;
  };
  const isPlain = apiBase?.protocol === 'http:';
  return new Stripe(secretKey, {
    ...(apiBase && {
      host: apiBase.hostname,
      port: apiBase.port === '' ? (isPlain ? 80 : 443) : apiBase.port,
      protocol: isPlain ? 'http' : 'https',
    }),
    httpClient,
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
  });
}
