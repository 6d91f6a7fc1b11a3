import type { OnceRequest, UsageBatch, WindowSpend } from '../contract/usage-batch.ts';
import type { Tx } from '../kit/database.ts';
import {
  addUnbilled,
  forgottenUntil,
  lockOnceKeys,
  saveClaims,
  type OnceKey,
  type Unbilled,
} from './once-store.ts';

/** Of requests with the same key one is billed in this time. */
export const ONCE_MS = 86_400_000;

/** A billed request: its admission and when it was last heard of, core time in ms. */
export type Claim = { since: number; request: string; heard: number };
export type UnbilledReason = 'repeated' | 'too_late';

type Asked = Pick<OnceRequest, 'since' | 'request'>;
type Known = { claims: readonly Claim[]; forgotten: number; now: number };
/** The claims as they are then: the same list where none is added. */
type Verdict = { claims: readonly Claim[]; unbilled?: UnbilledReason };

/**
 * Whether a request is billed, in the order in which requests are recorded: if it is already (a
 * later span of it), or if none was that is less than 24 h before or after it. So no two that are
 * billed are closer, whatever order they come in. Where claims may be forgotten it is not billed:
 * better once too little than twice.
 */
export function judgeOnce(asked: Asked, { claims, forgotten, now }: Known): Verdict {
  const { since, request } = asked;
  const own = claims.find((claim) => claim.request === request);
  if (own) return { claims: claims.map((one) => (one === own ? { ...own, heard: now } : one)) };
  const isNear = claims.some((claim) => Math.abs(claim.since - since) < ONCE_MS);
  if (isNear) return { claims, unbilled: 'repeated' };
  if (since < forgotten + ONCE_MS) return { claims, unbilled: 'too_late' };
  return { claims: [...claims, { since, request, heard: now }] };
}

/** What is in the ledger beside its columns: by the place of each entry of these requests. */
export type OnceEntry = { hash: string; request: string; unbilled: UnbilledReason | undefined };
export type OnceVerdict = {
  entries: Map<number, OnceEntry>;
  /** What was spent of windows and is free again. */
  spent: WindowSpend[];
};

const nameOf = ({ customer, route, hash }: OnceKey): string => `${customer}|${route}|${hash}`;

const keyOf = ({ columns }: UsageBatch, { hash, first }: OnceRequest): OnceKey => ({
  customer: columns.customer[first] ?? '',
  route: columns.route[first] ?? '',
  hash,
});

/**
 * Decides which of a batch's requests with an Idempotency-Key are billed, and turns the entries of
 * the others, in place, into such that are not. Under the rows of their keys: who else has one of
 * them waits until this transaction ends. In: core time in ms.
 */
export async function settleOnce(
  tx: Tx,
  batch: UsageBatch,
  now: number,
): Promise<OnceVerdict | undefined> {
  const { once = [], columns } = batch;
  if (once.length === 0) return undefined;
  const keys = new Map(once.map((request) => [nameOf(keyOf(batch, request)), request]));
  const locked = await lockOnceKeys(
    tx,
    [...keys.values()].map((request) => keyOf(batch, request)),
  );
  const claims = new Map(locked.map((row) => [nameOf(row), row.claims] as const));
  // Behind the locks: what was forgotten before they were there is told here.
  const forgotten = await forgottenUntil(tx);
  const verdict: OnceVerdict = { entries: new Map(), spent: [] };
  for (const request of once) {
    const name = nameOf(keyOf(batch, request));
    // A clock that is ahead claims nothing of the time to come.
    const asked = { ...request, since: Math.min(request.since, now) };
    const known = { claims: claims.get(name) ?? [], forgotten, now };
    const { claims: left, unbilled } = judgeOnce(asked, known);
    claims.set(name, left);
    for (let at = request.first; at < request.first + request.entries; at++) {
      verdict.entries.set(at, { hash: request.hash, request: request.request, unbilled });
      if (unbilled) columns.billable[at] = false;
    }
    if (!unbilled) continue;
    for (const [window, repeated] of request.spent)
      verdict.spent.push({ window, settled: 0, unleased: 0, overdrawn: 0, repeated });
  }
  const changed = locked.flatMap((row) => {
    const left = claims.get(nameOf(row)) ?? row.claims;
    // What may be forgotten is, or a key that is used daily would gather claims for ever.
    return left === row.claims
      ? []
      : { ...row, claims: left.filter(({ heard }) => heard >= forgotten) };
  });
  await saveClaims(tx, changed);
  return verdict;
}

const MINUTES_A_DAY = 1_440;

/** Keeps what of a batch is not billed beside the counts of its gateway. */
export async function recordUnbilled(
  tx: Tx,
  boot: { gateway: string; boot: string },
  { columns, entries }: { columns: UsageBatch['columns'] } & Pick<OnceVerdict, 'entries'>,
): Promise<void> {
  const sums = new Map<string, Unbilled>();
  for (const [at, { unbilled }] of entries) {
    if (!unbilled) continue;
    const { [at]: customer = '' } = columns.customer;
    const { [at]: meter = '' } = columns.meter;
    const day = Math.floor((columns.minute[at] ?? 0) / MINUTES_A_DAY);
    const name = `${customer}|${meter}|${day}`;
    const sum = sums.get(name) ?? { customer, meter, day, quantity: 0n };
    sums.set(name, { ...sum, quantity: sum.quantity + BigInt(columns.quantity[at] ?? 0) });
  }
  if (sums.size > 0) await addUnbilled(tx, boot, [...sums.values()]);
}
