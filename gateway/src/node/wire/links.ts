import type { buildConnector } from 'undici';
import type { TurnEnd } from '../turn-end.ts';
import type { Asked, Caller } from './asked.ts';
import { Link, LinkClosed, type Owner } from './link.ts';
import { requestHead, type RequestHead } from './request-head.ts';

/** From this on an upstream's word for how long it keeps an idle connection is not believed. */
const KEPT_MAX_MS = 600_000;
/** So much sooner than the upstream we close: a request must not meet its end on the way. */
const KEPT_MARGIN_MS = 2_000;
const SWEEP_MS = 500;
const STOPS = new Error('the gateway stops');

/**
 * Where a connection's reads go, looked at as it is made: into one piece of memory, and to whom it
 * belongs, instead of a piece for each read that the garbage collector has to find again.
 */
export type Reading = { readonly buffer: Uint8Array; callback: Link['take'] };

export type LinksOf = {
  readonly origin: string;
  /** Makes connections that read as `reading` says. */
  readonly connect: buildConnector.connector;
  readonly reading: Reading;
  /** Makes connections that are given on. */
  readonly connectPlain: buildConnector.connector;
  readonly turnEnd: TurnEnd;
  /** How long an idle connection is kept whose upstream says nothing of it. */
  readonly keepMs: number;
};

type Waiting = { readonly asked: Asked; readonly head: RequestHead; readonly caller: Caller };
type Idle = { readonly link: Link; readonly until: number };

/**
 * The connections to one upstream. A request is written at the end of a turn, on a connection that
 * was idle through the whole of that turn: whatever the upstream sent, or closed, while nobody
 * asked it is known by then, and such a connection is not used. (Between that and the write there
 * is always a moment; no client of HTTP/1.1 can do without it.)
 */
export class Links implements Owner {
  readonly #of: LinksOf;
  readonly #host: string;
  readonly #place: buildConnector.Options;
  readonly #all = new Set<Link>();
  #waiting: Waiting[] = [];
  /** Idle through the last turn, the one used last on top: those that are not needed run out. */
  #idle: Idle[] = [];
  /** Idle since the end of the turn with this number. */
  #fresh: Idle[] = [];
  #freshSince = 0;
  /** Since this turn began, or later. */
  #cooling: Idle[] = [];
  #connecting = 0;
  #due = false;
  #closed = false;
  #destroyed = false;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(of: LinksOf) {
    this.#of = of;
    const { host, hostname, protocol, port } = new URL(of.origin);
    this.#host = host;
    const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    this.#place = { host, hostname: bare, protocol, port };
  }

  /** Asks; what cannot be written fails at once, all else is told later. */
  dispatch(asked: Asked, caller: Caller): void {
    if (this.#closed) return caller.failed(new Error('the upstream is not asked any more'));
    let head: RequestHead;
    try {
      head = requestHead(asked, this.#host);
    } catch (error) {
      return caller.failed(error as Error);
    }
    if (asked.upgrade) return this.#upgrade({ asked, head, caller });
    this.#waiting.push({ asked, head, caller });
    if (this.#of.turnEnd.number === undefined) this.#settleLater();
    else this.#serve();
  }

  free(link: Link, keptMs: number | undefined): void {
    if (this.#closed) return link.destroy();
    const ms =
      keptMs === undefined ? this.#of.keepMs : Math.min(keptMs - KEPT_MARGIN_MS, KEPT_MAX_MS);
    if (ms <= 0) return link.destroy();
    this.#cooling.push({ link, until: performance.now() + ms });
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
    this.#settleLater();
  }

  gone(link: Link): void {
    this.#all.delete(link);
  }

  /** Lets go of it; requests under way finish. */
  close(): void {
    this.#closed = true;
    for (const { link } of [...this.#idle, ...this.#fresh, ...this.#cooling]) link.destroy();
  }

  /** Closes every connection at once; requests under way fail. */
  destroy(): void {
    this.#closed = true;
    this.#destroyed = true;
    clearInterval(this.#sweeper);
    for (const link of this.#all) link.destroy(STOPS);
    for (const { caller } of this.#waiting.splice(0)) if (!caller.over) caller.failed(STOPS);
  }

  #settleLater(): void {
    if (this.#due) return;
    this.#due = true;
    this.#of.turnEnd.later(this.#settle);
  }

  readonly #settle = (): void => {
    this.#due = false;
    this.#cool();
    this.#serve();
  };

  /** What became idle in this turn can be used from the end of the next one on. */
  #cool(): void {
    if (this.#cooling.length === 0) return;
    this.#warm();
    this.#freshSince = this.#of.turnEnd.number ?? 0;
    this.#fresh.push(...this.#cooling);
    this.#cooling = [];
  }

  /** Moves what was fresh at the end of an earlier turn to those that can be used. */
  #warm(): void {
    if (this.#fresh.length === 0 || this.#freshSince === this.#of.turnEnd.number) return;
    this.#idle.push(...this.#fresh);
    this.#fresh = [];
  }

  #take(now: number): Link | undefined {
    for (let top = this.#idle.pop(); top; top = this.#idle.pop()) {
      if (top.link.usable && now < top.until) return top.link;
      top.link.destroy();
    }
    return undefined;
  }

  /** Only at the end of a turn. */
  #serve(): void {
    this.#warm();
    const now = performance.now();
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0];
      if (next?.caller.over) {
        this.#waiting.shift();
        continue;
      }
      const link = next && this.#take(now);
      if (!link) break;
      this.#waiting.shift();
      link.carry(next.asked, next.head, next.caller);
    }
    if (this.#waiting.length === 0) return;
    // Those that are free at the end of the next turn are there sooner than new ones.
    if (this.#fresh.length > 0) this.#serveNext();
    const enough = this.#waiting.length - this.#fresh.length;
    while (this.#connecting < enough) this.#connect();
  }

  #serveNext(): void {
    if (this.#due) return;
    this.#due = true;
    this.#of.turnEnd.next(this.#settle);
  }

  #connect(): void {
    this.#connecting += 1;
    const link = new Link(this);
    this.#of.reading.callback = link.take;
    this.#of.connect(this.#place, (error, socket) => {
      this.#connecting -= 1;
      if (!socket) return this.#refused(error ?? new Error('no connection'));
      this.#all.add(link);
      link.open(socket, { reads: true });
      this.#connected(link);
    });
  }

  /** What goes on in another protocol has a connection of its own from the start. */
  #upgrade({ asked, head, caller }: Waiting): void {
    this.#of.connectPlain(this.#place, (error, socket) => {
      if (!socket) return caller.failed(error ?? new Error('no connection'));
      const link = new Link(this);
      this.#all.add(link);
      link.open(socket, { reads: false });
      if (caller.over || this.#destroyed) link.destroy();
      else link.carry(asked, head, caller);
      if (this.#destroyed && !caller.over) caller.failed(STOPS);
    });
  }

  /** It is new: nobody can have sent anything on it that was meant for another one. */
  #connected(link: Link): void {
    if (!link.usable) {
      this.#all.delete(link);
      return this.#refused(new LinkClosed('closed as soon as it was made'));
    }
    const next = this.#next();
    if (next) link.carry(next.asked, next.head, next.caller);
    else this.free(link, undefined);
  }

  /** Who waits longest is told: a connection was being made for each who waits. */
  #refused(error: Error): void {
    this.#next()?.caller.failed(error);
  }

  #next(): Waiting | undefined {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (!next.caller.over) return next;
    }
    return undefined;
  }

  #sweep(): void {
    const now = performance.now();
    const isGood = ({ link, until }: Idle): boolean => {
      if (link.usable && now < until) return true;
      link.destroy();
      return false;
    };
    this.#idle = this.#idle.filter(isGood);
    this.#fresh = this.#fresh.filter(isGood);
    if (this.#all.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}
