import type { ChangesAnswer, RoutesSnapshot } from '@tollgate/billing-core/contract/facts.ts';
import {
  syncEnvelope,
  type SyncAnswer,
  type SyncEnvelope,
} from '@tollgate/billing-core/contract/sync.ts';
import type { Tx } from '../../../billing-core/src/kit/database.ts';
import { Fault } from '../../../billing-core/src/kit/fault.ts';
import { spoolName, type DeskBooks } from '../../../billing-core/src/quotas/desk-books.ts';
import { NO_DESK, questionOf, RateDesk } from '../../../billing-core/src/quotas/rate-desk.ts';
import { SHARE_HELD_MS } from '../../../billing-core/src/quotas/rate-shares.ts';
import { synchronise } from '../../../billing-core/src/sync/actions.ts';
import type { Question, Reply, Server } from './network.ts';
import { bootName, type Tables } from './tables.ts';
import { Broken, type World } from './world.ts';

const NEWLINE = 10;
/** How often core looks for changes while a gateway waits for some. */
const POLL_MS = 100;
const CHANGES_MAX = 1_000;

const ok = (answer: object): Reply => ({ status: 200, text: JSON.stringify(answer) });

/** What a desk reads of the tables. */
const deskBooksOf = (tables: Tables): DeskBooks => ({
  limits: async (customers) =>
    new Map(
      customers.flatMap((customer) => {
        const rate = tables.plans.get(customer)?.rate;
        if (!rate) return [];
        return [[customer, { rate: rate.rate_per_second, burst: rate.burst }] as const];
      }),
    ),
  liveBoots: async () => {
    const since = tables.world.now - SHARE_HELD_MS;
    const live = [...tables.boots.values()].filter(
      ({ state, lastSeenAt }) => state === 'live' && lastSeenAt > since,
    );
    return live.map(({ gateway_id, boot_id, fingerprint, last_message }) => ({
      spool: spoolName(gateway_id, fingerprint),
      boot: boot_id,
      message: Number(last_message),
    }));
  },
});

/** A running billing-core: what is lost when it is restarted. Its tables stay. */
export class CoreProcess implements Server {
  readonly name = 'core';
  readonly machine = 'core';
  alive = true;
  frozenUntil = 0;
  suspendedMs = 0;
  suspendedAt = null;
  operationsLeft = Number.POSITIVE_INFINITY;
  readonly #world: World;
  readonly #tables: Tables;
  #desk: RateDesk | null = null;
  /** When tokens of core's own bucket were last drawn, by boot and customer. */
  readonly drawnAt: Map<string, number>;
  readonly #waiting = new Set<() => void>();

  constructor(tables: Tables, drawnAt: Map<string, number>) {
    this.#world = tables.world;
    this.#tables = tables;
    this.drawnAt = drawnAt;
    this.takeDesk();
    tables.onChange = () => {
      for (const wake of this.#waiting) {
        this.#world.after(this.#world.random.between(0, POLL_MS), this, wake);
      }
      this.#waiting.clear();
    };
  }

  /** This core divides rate limits from now on, and knows of no share yet. */
  takeDesk(): void {
    const { world } = this.#tables;
    const books = deskBooksOf(this.#tables);
    const number = Math.floor(world.now);
    this.#desk = new RateDesk({ number, books, clock: () => world.now });
  }

  /** Another core had the desk, and cannot be asked. */
  loseDesk(): void {
    this.#desk = null;
  }

  kill(): void {
    this.alive = false;
  }

  uncaught(error: unknown): void {
    this.#world.fail(error);
  }

  /** One request, as sync/http.ts answers it. */
  async answer({ method, path, body }: Question): Promise<Reply> {
    const url = new URL(path, 'http://core');
    const [, , , what, which = ''] = url.pathname.split('/');
    if (method === 'POST' && what === 'sync' && body) return this.#sync(body);
    if (what === 'routes') return this.#routes();
    if (what === 'keys') return this.#key(which);
    if (what === 'changes') return this.#changes(url.searchParams);
    throw new Broken(`nobody answers ${method} ${path}`);
  }

  async #sync(body: Buffer): Promise<Reply> {
    const end = body.indexOf(NEWLINE);
    const envelope = syncEnvelope.parse(JSON.parse(body.subarray(0, end).toString()));
    const bytes = body.subarray(end + 1);
    this.#countOrder(envelope);
    try {
      const { isLate, ...answer } = await this.#tables.transaction(() =>
        synchronise(this.#tables as unknown as Tx, { envelope, bytes }, this.#tables.now),
      );
      const question = questionOf(envelope, answer.boot_state !== 'live');
      if (!isLate) Object.assign(answer, (await this.#desk?.ask(question)) ?? NO_DESK);
      this.#note(envelope, answer);
      const isOver = answer.boot_state === 'sealed' || answer.boot_state === 'forfeited';
      return { ...ok(answer), status: isOver && envelope.end === null ? 410 : 200 };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#world.count(`core refuses a sync with ${error.status}`);
      return { status: error.status, text: JSON.stringify({ code: error.code }) };
    }
  }

  #countOrder(envelope: SyncEnvelope): void {
    const boot = this.#tables.boots.get(bootName(envelope));
    if (!boot || envelope.by !== envelope.boot) return;
    const message = BigInt(envelope.message);
    if (message === boot.last_message) this.#world.count('sync heard twice');
    if (message < boot.last_message) this.#world.count('sync heard behind a later one');
  }

  #note(envelope: SyncEnvelope, { batch, grants, shares }: SyncAnswer): void {
    const { message, end, leases, rates } = envelope;
    for (const { customer, central, tokens } of shares) {
      if (!central || tokens === 0) continue;
      this.drawnAt.set(`${bootName(envelope)}|${customer}`, this.#world.now);
    }
    if (batch) this.#world.count(`batch ${batch.status}`);
    if (grants.some(({ retry_in_ms }) => retry_in_ms !== null)) this.#world.count('recall');
    if (!batch && grants.length === 0 && shares.length === 0 && !end) return;
    const said = leases.map((each) => `${each.generation}:${each.wanted}-${each.returned}`);
    const lent = grants.map((each) => `${each.generation}:${each.granted} left ${each.unlent}`);
    const part = ({ rate, burst }: { rate: number; burst: number }): string =>
      `${rate.toFixed(2)}/s up to ${burst.toFixed(2)}`;
    const held = rates.map((each) => `${part(each)} ${each.take}`);
    const parts = shares.map((each) => `${part(each)} ${each.tokens}`);
    const batches = batch ? ` batch ${envelope.batch?.sequence} ${batch.status}` : '';
    this.#world.note(
      `core answers ${bootName(envelope)} message ${message}:${batches} ` +
        `leases [${said}] > [${lent}] rates [${held}] > [${parts}]`,
    );
  }

  #routes(): Reply {
    const { changes, routes } = this.#tables;
    const snapshot: RoutesSnapshot = { last: String(changes.length), routes };
    return ok(snapshot);
  }

  #key(hash: string): Reply {
    for (const spec of this.#tables.customers.values()) {
      const key = spec.keys.find((each) => each.hash === hash);
      if (key) return ok(this.#tables.factOf(spec, key.id));
    }
    return { status: 404, text: '{}' };
  }

  /** As the real feed: what there is at once, else what comes within the time asked for. */
  async #changes(query: URLSearchParams): Promise<Reply> {
    const after = Number(query.get('after'));
    const wait = Number(query.get('wait_ms'));
    if (this.#tables.changes.length <= after && wait > 0) await this.#anyChange(wait);
    const changes = this.#tables.changes.slice(after, after + CHANGES_MAX);
    const answer: ChangesAnswer = {
      last: String(after + changes.length),
      changes: changes.map(({ number, kind, subjectId }) => {
        return { number: String(number), kind, id: subjectId };
      }),
    };
    return ok(answer);
  }

  #anyChange(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#world.after(waitMs, this, resolve);
    });
  }
}
