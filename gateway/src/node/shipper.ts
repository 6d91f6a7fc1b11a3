import { setTimeout as delay } from 'node:timers/promises';
import {
  GAPS_MAX,
  SYNC_TYPE,
  syncAnswer,
  type BootEnd,
  type SyncAnswer,
  type SyncEnvelope,
  type UsageGap,
} from '@tollgate/billing-core/contract/sync.ts';
import type { Logger } from 'pino';
import { request } from 'undici';
import type { CoreClock } from './clock.ts';
import type { BatchFiles, StoredBatch } from './spool/batches.ts';

export const SYNC_TIMEOUT_MS = 10_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const AWAY_FAILURES = 5;

/** Whose batches are shipped, and by which boot's process. */
export type BootName = {
  gateway: string;
  boot: string;
  by: string;
  fingerprint: string;
  version: string;
};

/** What one sync carries beside its batch. */
export type Cargo = Pick<SyncEnvelope, 'leases' | 'rates' | 'desk' | 'refusals' | 'watermark'>;
export const EMPTY_CARGO: Cargo = { leases: [], rates: [], refusals: [], watermark: null };

/** Core answered, but refuses this message: trying again as it is would not help. */
export class SyncRefused extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(`sync refused with ${status}: ${detail}`);
    this.status = status;
  }
}

/** How a boot ended, and the last of its frames that is in the ledger. */
export type Ended = {
  readonly state: 'sealed' | 'forfeited';
  readonly appliedFrame: number;
  /** It was this process that ended it, and nobody else. */
  readonly byUs: boolean;
};

/** A stored batch is not what was written; its frames are still there. */
export class UnreadableBatch extends Error {}

type ShipperOf = {
  name: BootName;
  batches: BatchFiles;
  clock: CoreClock;
  wallNow: () => number;
  random: () => number;
  coreUrl: string;
  token: string;
  log: Logger;
};

/** The sync conversation of one boot: sends its batches in order and takes in the answers. */
export class Shipper {
  readonly #of: ShipperOf;
  #failures = 0;
  #gaps: UsageGap[];
  #skip: SyncEnvelope['skip'] = null;
  #messages = 0;
  readonly #remade = new Set<number>();
  #ended: Ended | null = null;
  #diverged = false;

  constructor(of: ShipperOf, gaps: UsageGap[] = []) {
    this.#of = of;
    this.#gaps = gaps;
  }

  /**
   * Nothing more can be shipped under this boot: core has recorded its end, or holds other batches
   * than these, made by a copy of the spool.
   */
  get over(): boolean {
    return this.#ended !== null || this.#diverged;
  }

  /** Core has recorded the end of this boot. */
  get ended(): boolean {
    return this.#ended !== null;
  }

  /** Core has everything that was cut, and the end. */
  get complete(): boolean {
    return this.#ended !== null && !this.#diverged && this.batchesPending === 0;
  }

  get reachable(): boolean {
    return this.#failures === 0;
  }

  /** Core has been away for longer than a restart takes. */
  get away(): boolean {
    return this.#failures >= AWAY_FAILURES;
  }

  get batchesPending(): number {
    return this.#of.batches.pending.length;
  }

  /** These were made again from frames: core may hold the same usage in other bytes. */
  remade(sequences: readonly number[]): void {
    for (const sequence of sequences) this.#remade.add(sequence);
  }

  /** Says what was lost, in the next sync. */
  report(gap: UsageGap): void {
    this.#gaps.push(gap);
  }

  /** One sync. Throws when core did not answer or refused; nothing is changed then. */
  async sync(cargo: Cargo, end: BootEnd | null = null): Promise<SyncAnswer> {
    const batch = end === null ? this.#nextBatch() : undefined;
    const gaps = this.#gaps.slice(0, GAPS_MAX);
    this.#messages += 1;
    const envelope: SyncEnvelope = {
      message: this.#messages,
      v: 1,
      ...this.#of.name,
      ...cargo,
      batch: batch?.header ?? null,
      gaps,
      end,
      skip: this.#skip,
    };
    try {
      const answer = await this.post(envelope, batch?.bytes);
      this.#failures = 0;
      this.#gaps = this.#gaps.slice(gaps.length);
      this.#skip = null;
      this.#noteEnd(answer, end);
      this.#takeIn(answer, batch);
      return answer;
    } catch (error) {
      this.#failures += 1;
      throw error;
    }
  }

  /** Waits before the next try: exponential with full jitter, so that gateways do not march. */
  async backOff(signal: AbortSignal): Promise<void> {
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#failures, 10));
    await delay(ceiling * (0.5 + this.#of.random() / 2), undefined, { signal }).catch(() => {});
  }

  /** Sends everything that is pending, then the end of the boot. Throws when it cannot. */
  async finish(end: BootEnd): Promise<Ended> {
    // At least one before the end: its answer tells whether somebody else ended the boot.
    do await this.sync(EMPTY_CARGO);
    while (this.batchesPending > 0 && !this.over);
    while (this.#gaps.length > 0) await this.sync(EMPTY_CARGO);
    // What is behind a divergence may have spent units of this boot: none can be given back.
    const kind = this.#diverged ? 'forfeit' : end.kind;
    if (!this.#ended) await this.sync(EMPTY_CARGO, { ...end, kind });
    if (!this.#ended) throw new Error('core did not end a boot that it was asked to end');
    return this.#ended;
  }

  /** The oldest pending batch. Throws UnreadableBatch: only a restart can make it again. */
  #nextBatch(): StoredBatch | undefined {
    const [sequence] = this.#of.batches.pending;
    if (sequence === undefined) return undefined;
    const stored = this.#of.batches.read(sequence);
    if (!stored) throw new UnreadableBatch(`batch ${sequence} cannot be read`);
    return stored;
  }

  /** One exchange with core. The simulator sends over a network of its own. */
  protected async post(envelope: SyncEnvelope, bytes: Buffer | undefined): Promise<SyncAnswer> {
    const { coreUrl, token, clock } = this.#of;
    const sentAt = clock.monotonic();
    const line = Buffer.from(`${JSON.stringify(envelope)}\n`);
    const response = await request(`${coreUrl}/internal/v1/sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': SYNC_TYPE },
      body: bytes ? Buffer.concat([line, bytes]) : line,
      headersTimeout: SYNC_TIMEOUT_MS,
      bodyTimeout: SYNC_TIMEOUT_MS,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200 && response.statusCode !== 410) {
      throw new SyncRefused(response.statusCode, text.slice(0, 300));
    }
    const answer = syncAnswer.parse(JSON.parse(text));
    clock.learn(answer.now, sentAt, clock.monotonic());
    return answer;
  }

  #noteEnd({ boot_state: state, applied_frame }: SyncAnswer, asked: BootEnd | null): void {
    // A boot that was written off may still tell what it has.
    if (state === 'live' || state === 'written_off') return;
    if (applied_frame === undefined && this.batchesPending > 0) {
      throw new Error('core ended a boot and does not say which of its frames it has');
    }
    const byUs = asked !== null && this.#ended === null;
    this.#ended ??= { state, appliedFrame: applied_frame ?? Infinity, byUs };
  }

  #takeIn(answer: SyncAnswer, batch: StoredBatch | undefined): void {
    if (!batch || !answer.batch) return;
    const { batches, log, wallNow } = this.#of;
    const { sequence, entries } = batch.header;
    const { status, written } = answer.batch;
    if (status === 'gap') {
      log.warn({ sequence, expected: answer.next_sequence }, 'core asks from an earlier batch');
      batches.reopenFrom(answer.next_sequence);
      this.#reportMissing(answer.next_sequence);
    } else if (status === 'conflict' && !this.#remade.has(sequence)) {
      // Another process shipped a copy of this boot: what core does not have goes another way.
      log.error({ sequence }, 'core holds another batch under this sequence');
      this.#diverged = true;
    } else {
      if (status === 'dead_letter') log.error({ sequence }, 'core could not read this batch');
      // An acknowledgement counts only when core wrote exactly what the batch holds.
      if (status === 'applied' && written !== entries) {
        throw new Error(`core wrote ${written} of ${entries} entries of batch ${sequence}`);
      }
      batches.acknowledge(sequence, wallNow());
    }
  }

  /** What core lost and this spool no longer has is gone: core is told, and goes on behind it. */
  #reportMissing(expected: number): void {
    const first = this.#of.batches.pending[0];
    if (first !== undefined && first > expected) this.#skip = { first: expected, last: first - 1 };
  }
}
