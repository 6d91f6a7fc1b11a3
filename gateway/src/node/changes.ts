import { setTimeout as delay } from 'node:timers/promises';
import { changesAnswer, type ChangesAnswer } from '@tollgate/billing-core/contract/facts.ts';
import { Unreachable } from '../ports.ts';
import type { CoreClient } from './core-client.ts';
import type { FactStore } from './fact-store.ts';
import type { Freshness } from './freshness.ts';
import type { KeyFacts } from './key-facts.ts';
import type { Log } from './log.ts';
import type { RouteFacts } from './route-facts.ts';

/**
 * How long core may wait for a change before it answers that there is none: short, so that a core
 * that stands still is noticed by its silence.
 */
const WAIT_MS = 5_000;
/** The disk did not take the place in the feed: it is tried again this soon. */
const UNSAVED_WAIT_MS = 1_000;
/** What an answer may take longer than core was asked to wait. */
const SLACK_MS = 4_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const GONE = 410;

export type ChangesOf = {
  readonly core: CoreClient;
  readonly store: FactStore;
  readonly freshness: Freshness;
  readonly keys: KeyFacts;
  readonly routes: RouteFacts;
  readonly log: Log;
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number;
  /** Told of customers whose limits, or the units left under them, changed. */
  readonly onLimits: (customerId: string, change: bigint) => void;
  /** Told to give back units of a window, or of all windows of a customer. */
  readonly onRecall: (customerId: string, window?: string) => void;
  /** Told that any customer's limits and units may be others, as of this change. */
  readonly onReset: (change: bigint) => void;
};

// A window's id begins with its customer's.
const customerIn = (window: string): string => window.slice(0, window.indexOf('|'));

/** Follows core's changes feed, so that revocations and new routes bite within a second. */
export class Changes {
  readonly #of: ChangesOf;
  readonly #stop = new AbortController();
  /** Ends a question that waits for changes. */
  #hurry = new AbortController();
  #last: bigint | undefined;
  #anchored = false;
  /** What was read last is on disk. */
  #saved = true;
  #done: Promise<void> = Promise.resolve();

  constructor(of: ChangesOf) {
    this.#of = of;
    // As after a step of the wall clock: what is due is read now, not when the next change comes.
    of.freshness.onStale = () => this.#hurry.abort();
    const stored = of.store.feed();
    this.#last = stored && BigInt(stored.last);
  }

  /** Whether the feed is being followed just now. */
  get following(): boolean {
    return this.#anchored;
  }

  start(): void {
    this.#done = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        this.#hurry = new AbortController();
        // The first question after a pause is answered at once: what was missed must not wait.
        const waitMs = !this.#anchored ? 0 : this.#saved ? WAIT_MS : UNSAVED_WAIT_MS;
        if (!this.#anchored) await this.#anchor();
        await this.#take(waitMs);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#anchored = false;
        if (this.#hurry.signal.aborted) continue;
        failures += 1;
        const { log } = this.#of;
        if (!(error instanceof Unreachable)) log.error({ err: error }, 'the changes feed failed');
        else if (failures === 1) log.warn({ err: error }, 'billing-core is not reachable');
        await this.#backOff(failures);
      }
    }
  }

  /** Reads the routes and checks that the feed goes on where this gateway stopped reading. */
  async #anchor(): Promise<void> {
    const newest = await this.#of.routes.refresh(this.#stop.signal);
    // Numbers only grow: a smaller one means that core went back to an earlier state.
    if (this.#last === undefined || newest < this.#last) this.#reset(newest);
    this.#anchored = true;
  }

  #reset(newest: bigint): void {
    if (this.#last !== undefined) this.#of.log.warn('the changes feed was reset; all is read anew');
    this.#of.keys.dropAll();
    this.#of.onReset(newest);
    this.#last = newest;
  }

  async #take(waitMs: number): Promise<void> {
    const { core, store, freshness, keys } = this.#of;
    const path = `/internal/v1/changes?after=${this.#last}&wait_ms=${waitMs}`;
    const stop = AbortSignal.any([this.#stop.signal, this.#hurry.signal]);
    const { status, body } = await core.get(path, waitMs + SLACK_MS, { stop });
    if (status === GONE) {
      this.#of.keys.dropAll();
      this.#last = undefined;
      throw new Unreachable('billing-core no longer has the changes since the last one read');
    }
    const parsed = changesAnswer.safeParse(body);
    if (!parsed.success) throw new Unreachable('billing-core sent no changes');
    await this.#apply(parsed.data);
    this.#last = BigInt(parsed.data.last);
    freshness.verified();
    this.#noteSaved(store.saveFeed({ last: parsed.data.last, verifiedAt: freshness.verifiedAt }));
    keys.retryOverdue();
  }

  #noteSaved(saved: boolean): void {
    if (!saved && this.#saved) this.#of.log.error('the disk does not take what is known of keys');
    this.#saved = saved;
  }

  async #apply({ changes }: ChangesAnswer): Promise<void> {
    const { keys, routes, onLimits, onRecall, onReset } = this.#of;
    const customers = new Set<string>();
    let reroute = false;
    for (const { kind, id, number } of changes) {
      if (kind === 'reset') {
        keys.dropAll();
        onReset(BigInt(number));
      }
      if (kind === 'route' || kind === 'reset') reroute = true;
      else if (kind === 'key') keys.dropKey(id);
      else if (kind === 'quota') onLimits(customerIn(id), BigInt(number));
      else if (kind === 'recall') onRecall(customerIn(id), id);
      else if (kind === 'customer') {
        customers.add(id);
        // The limit may be a lower one: what is held goes back, and is asked for anew.
        onRecall(id);
        onLimits(id, BigInt(number));
      }
    }
    for (const id of customers) keys.refreshCustomer(id);
    if (reroute) await routes.refresh(this.#stop.signal);
  }

  async #backOff(failures: number): Promise<void> {
    const longest = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 10));
    const ms = longest * (0.5 + this.#of.random() / 2);
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
