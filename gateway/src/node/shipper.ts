import { setTimeout as delay } from 'node:timers/promises';
import {
  GAPS_MAX,
  type BootEnd,
  type SyncAnswer,
  type SyncEnvelope,
  type UsageGap,
} from '@tollgate/billing-core/contract/sync.ts';
import type { Logger } from 'pino';
import { isRefusal, postSync, type Way } from './post-sync.ts';
import type { BatchFiles, StoredBatch } from './spool/batches.ts';

const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const AWAY_FAILURES = 5;
/** A batch in so many refused messages in a row is looked at. */
const REFUSED_MAX = 3;

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

/** How a boot ended, and the last of its frames that is in the ledger. */
export type Ended = {
  readonly state: 'sealed' | 'forfeited';
  readonly appliedFrame: number;
  /** It was this process that ended it, and nobody else. */
  readonly byUs: boolean;
};

/** A stored batch is not what was written; its frames are still there. */
export class UnreadableBatch extends Error {}

type ShipperOf = Way & {
  name: BootName;
  batches: BatchFiles;
  /** The recovery its boot began under; null: core's first answer tells. */
  recovery: number | null;
  wallNow: () => number;
  random: () => number;
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
  /** Core has frames of this boot that this spool has not: it is an older state of the spool. */
  #outdated = false;
  #refused = 0;
  /** Number of the newest message that core answered. */
  #heard = 0;
  #recovery: number | null;
  #wentBack = false;

  constructor(of: ShipperOf, gaps: UsageGap[] = []) {
    this.#of = of;
    this.#recovery = of.recovery;
    this.#gaps = gaps;
  }

  /**
   * Nothing more can be shipped under this boot: core has recorded its end, or holds other batches
   * than these, made by a copy of the spool.
   */
  get over(): boolean {
    return this.#ended !== null || this.#diverged;
  }

  /** What a live boot has is not sent before core's time is known: it may be dated anew. */
  get #holdsBack(): boolean {
    return this.#of.name.by === this.#of.name.boot && !this.#of.clock.isSet;
  }

  /** Core has recorded the end of this boot. */
  get ended(): boolean {
    return this.#ended !== null;
  }

  /** Core has everything that was cut, and the end. */
  get complete(): boolean {
    return this.#ended !== null && !this.#diverged && this.batchesPending === 0;
  }

  /** Core's database went back to an earlier state since this boot began: it is to be ended. */
  get wentBack(): boolean {
    return this.#wentBack;
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
    const batch = end === null && !this.#holdsBack ? this.#nextBatch() : undefined;
    try {
      const answer = await this.#exchange(cargo, { batch, end });
      this.#failures = 0;
      return answer;
    } catch (error) {
      this.#failures += 1;
      if (batch && isRefusal(error)) await this.#suspect(batch);
      throw error;
    }
  }

  async #exchange(
    cargo: Cargo,
    { batch: next, end }: { batch: StoredBatch | undefined; end: BootEnd | null },
  ): Promise<SyncAnswer> {
    const gaps = this.#gaps.slice(0, GAPS_MAX);
    // No word passes a gap that core is not told of: a period could be closed over it.
    const isWhole = gaps.length === this.#gaps.length;
    const batch = isWhole ? next : undefined;
    this.#messages += 1;
    const message = this.#messages;
    const envelope: SyncEnvelope = {
      message,
      heard: this.#heard,
      recovery: this.#recovery,
      v: 1,
      ...this.#of.name,
      ...cargo,
      ...(!isWhole && { watermark: null }),
      batch: batch?.header ?? null,
      gaps,
      end,
      skip: this.#skip,
    };
    const answer = await this.post(envelope, batch?.bytes);
    this.#heard = message;
    this.#gaps = this.#gaps.slice(gaps.length);
    this.#skip = null;
    this.#noteEnd(answer, end);
    this.#noteRecovery(answer);
    this.#takeIn(answer, batch);
    if (!this.#ended) this.#compare(answer);
    return answer;
  }

  /**
   * Messages with this batch were refused time and again. When it is refused alone as well, and a
   * message without it is not, it is the batch: it goes out of the way, whole, and core is told.
   */
  async #suspect(batch: StoredBatch): Promise<void> {
    this.#refused += 1;
    if (this.#refused < REFUSED_MAX) return;
    this.#refused = 0;
    try {
      await this.#exchange(EMPTY_CARGO, { batch, end: null });
    } catch (error) {
      if (!isRefusal(error)) return;
      const isFine = await this.#exchange(EMPTY_CARGO, { batch: undefined, end: null }).then(
        () => true,
        () => false,
      );
      if (isFine) this.#putAside(batch.header);
    }
  }

  #putAside({ sequence, first_frame, last_frame }: StoredBatch['header']): void {
    const { batches, log } = this.#of;
    log.error({ sequence }, 'core refuses this batch; it stays here, quarantined');
    batches.quarantine(sequence);
    this.report({ reason: `refused_batch_${sequence}`, first_frame, last_frame });
  }

  /** Waits before the next try: exponential with full jitter, so that gateways do not march. */
  async backOff(signal: AbortSignal): Promise<void> {
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#failures, 10));
    await delay(ceiling * (0.5 + this.#of.random() / 2), undefined, { signal }).catch(() => {});
  }

  /** Sends everything that is pending, then the end of the boot. Throws when it cannot. */
  async finish(end: BootEnd): Promise<Ended> {
    // At least one before the end: its answer tells whether somebody else ended the boot.
    do {
      await this.sync(EMPTY_CARGO);
      if (this.#holdsBack) throw new Error('this boot is to be dated anew by the next start');
    } while (this.batchesPending > 0 && !this.over);
    while (this.#gaps.length > 0) await this.sync(EMPTY_CARGO);
    // What is behind a divergence may have spent units of this boot, and so may what an older state
    // of the spool does not know of: none can be given back.
    const kind = this.#diverged || this.#outdated ? 'forfeit' : end.kind;
    // Core's batches of a boot that diverged are not these: their numbers say nothing.
    const last = this.#diverged ? 0 : this.#of.batches.last;
    if (!this.#ended) await this.sync(EMPTY_CARGO, { ...end, kind, last });
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
  protected post(envelope: SyncEnvelope, bytes: Buffer | undefined): Promise<SyncAnswer> {
    return postSync(this.#of, envelope, bytes);
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

  #noteRecovery({ recovery }: SyncAnswer): void {
    if (!recovery) return;
    this.#recovery ??= recovery.number;
    this.#wentBack ||= recovery.number !== this.#recovery;
  }

  #takeIn(answer: SyncAnswer, batch: StoredBatch | undefined): void {
    if (!batch || !answer.batch) return;
    const { batches, log, wallNow } = this.#of;
    const { sequence, entries } = batch.header;
    const { status, written } = answer.batch;
    this.#refused = 0;
    if (status === 'gap') {
      log.warn({ sequence, expected: answer.next_sequence }, 'core asks from an earlier batch');
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

  /**
   * Core's database may have been restored to an earlier state: what it asks for is sent again, and
   * what this spool no longer has is gone, so core goes on behind it. Or the spool was.
   */
  #compare({ next_sequence: expected, applied_frame: applied = 0 }: SyncAnswer): void {
    const { batches, log } = this.#of;
    const { batchedFrame, last } = batches;
    if (applied > batchedFrame && !this.#outdated) {
      log.error({ applied, batchedFrame }, 'core has more of this boot than this spool');
      this.#outdated = true;
      this.report({ reason: 'older_spool', first_frame: applied + 1, last_frame: null });
    }
    if (expected >= (batches.pending[0] ?? last + 1)) return;
    batches.reopenFrom(expected);
    const first = batches.pending[0] ?? last + 1;
    if (first > expected) this.#skip = { first: expected, last: first - 1 };
  }
}
