import type { SyncAnswer, SyncEnvelope } from '@tollgate/billing-core/contract/sync.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { checkRate, offer, openRate, reportOf, takeShare, askRate } from '../../src/core/rate.ts';

const SYNC_EVERY_MS = 80;
/** Shorter than a gateway's own, so that a stopped core is left for another one sooner. */
const TIMEOUT_MS = 1_500;
const TICK_MS = 5;
const STORY_MAX = 40;

export type Admitted = { at: number };
type Way = { urls: () => string[]; token: string; customer: string };

/**
 * One gateway as far as a rate limit goes: the till's own arithmetic, and a sync after another to
 * whichever core comes next. What it does not wait for any more it does not take in.
 */
export class PacedTill {
  readonly #name: string;
  readonly #way: Way;
  readonly #now: () => number;
  readonly rate;
  /** Requests a second that are offered. */
  load = 0;
  readonly admitted: number[] = [];
  readonly desks = new Set<number>();
  /** What it told and heard last, for who has to find out what went wrong. */
  readonly story: string[] = [];
  #desk: number | null = null;
  #messages = 0;
  #turn = 0;
  #due = 0;
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(name: string, way: Way, now: () => number) {
    this.#name = name;
    this.#way = way;
    this.#now = now;
    this.rate = openRate(now());
  }

  start(): void {
    this.#running = Promise.all([this.#serve(), this.#converse()]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** What it may count on just now. */
  held(): { rate: number; burst: number } {
    const { share } = this.rate;
    return share && !share.central
      ? { rate: share.ratePerS, burst: share.burst }
      : { rate: 0, burst: 0 };
  }

  async #serve(): Promise<void> {
    let last = this.#now();
    while (!this.#stopped) {
      await pause(TICK_MS);
      const now = this.#now();
      this.#due += ((now - last) / 1_000) * this.load;
      last = now;
      for (; this.#due >= 1; this.#due -= 1) this.#request(now);
    }
  }

  #request(now: number): void {
    offer(this.rate, now);
    const check = checkRate(this.rate, now);
    if (check === 'ask') askRate(this.rate);
    if (check !== 'ok') return;
    this.rate.tokens -= 1;
    this.admitted.push(now);
  }

  async #converse(): Promise<void> {
    while (!this.#stopped) {
      await pause(SYNC_EVERY_MS);
      const sentAt = this.#now();
      const report = reportOf(this.rate, this.#way.customer, sentAt);
      const answer = await this.#sync(report ? [report] : []).catch(() => undefined);
      this.#note({ report, sentAt, answer });
      if (!answer) {
        this.rate.news = true;
        continue;
      }
      this.#takeIn(answer, { told: report !== null, sentAt });
    }
  }

  #note({
    report,
    sentAt,
    answer,
  }: {
    report: unknown;
    sentAt: number;
    answer: SyncAnswer | undefined;
  }): void {
    const told = { message: this.#messages, desk: this.#desk, turn: this.#turn, report };
    const heard = answer && { desk: answer.desk, shares: answer.shares };
    const times = `${sentAt.toFixed(0)} to ${this.#now().toFixed(0)}`;
    this.story.push(`till ${this.#name}, ${times}: ${JSON.stringify({ told, heard })}`);
    if (this.story.length > STORY_MAX) this.story.shift();
  }

  #takeIn({ shares, desk }: SyncAnswer, { told, sentAt }: { told: boolean; sentAt: number }): void {
    const [share] = shares;
    if (share) takeShare(this.rate, share, { sentAt, now: this.#now() });
    if (desk === undefined) {
      if (told) this.rate.news = true;
      return;
    }
    this.desks.add(desk);
    if (desk !== this.#desk && this.rate.share) this.rate.news = true;
    this.#desk = desk;
  }

  async #sync(rates: SyncEnvelope['rates']): Promise<SyncAnswer> {
    const urls = this.#way.urls();
    this.#turn += 1;
    this.#messages += 1;
    const boot = `bt_${this.#name}`;
    const envelope: SyncEnvelope = {
      v: 1,
      gateway: `gw_${this.#name}`,
      boot,
      by: boot,
      fingerprint: `sp_${this.#name}`,
      version: 'test',
      batch: null,
      watermark: 1,
      leases: [],
      message: this.#messages,
      rates,
      desk: this.#desk,
      gaps: [],
      skip: null,
      refusals: [],
      end: null,
    };
    const response = await fetch(`${urls[this.#turn % urls.length]}/internal/v1/sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#way.token}` },
      body: `${JSON.stringify(envelope)}\n`,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as SyncAnswer;
  }
}
