import type { Socket } from 'node:net';
import { closeGently } from './connection.ts';

/** Requests of one connection that are under way at once; what comes behind them waits. */
export const PIPELINED_MAX = 100;
/**
 * Requests of one connection that are not over, with those that wait. With the last of them it
 * ends: they are kept in memory, and of who is not read it is not seen that it leaves.
 */
export const LINE_MAX = 1_000;

/** A request under way, told what becomes of its connection. */
export interface Guest {
  /** It changes nothing (RFC 9110 section 9.2.1): in a pipeline it need not wait for others. */
  readonly safe: boolean;
  /** It has come whole and its answer is out: nothing on its connection is about it any more. */
  readonly over: boolean;
  clientLeft(): void;
  /**
   * The bytes that follow on the connection are not HTTP. True when this request is answered on
   * that account, or before it, and nothing else may be; false when it is over.
   */
  malformed(): boolean;
  /** The process is about to stop: what would never end by itself ends now. */
  goAway(): void;
  /** The process cannot wait any longer. */
  abandon(): void;
  /** Not even for a record: the connection is cut, and the client has no whole answer. */
  cut(): void;
}

/** A request that waits for those before it, and how it goes on. */
type Held = { readonly guest: Guest; readonly begin: () => void };

type Line = {
  /** Requests under way, oldest first; pipelining makes several. */
  readonly guests: Guest[];
  /** The last ones of them, as far as they wait. */
  readonly held: Held[];
  /** Those that need not wait any more are just begun. */
  beginning: boolean;
  /** The request that began last, unless it is over: bytes of its body may still come. */
  newest: Guest | undefined;
  /** The last answer is decided: what comes after it is no request. */
  ending: boolean;
  /** What the client sends is thrown away. */
  discarding: boolean;
  /** The connection is gone; requests that it brought may still be under way. */
  closed: boolean;
};

const newLine = (): Line => ({
  guests: [],
  held: [],
  beginning: false,
  newest: undefined,
  ending: false,
  discarding: false,
  closed: false,
});

/** Whether those up to and with this one may be under way at once (RFC 9112 section 9.3.2). */
function mayBegin({ guests }: Line, guest: Guest): boolean {
  if (guests[0] === guest) return true;
  const last = guests.indexOf(guest);
  if (last >= PIPELINED_MAX) return false;
  return guests.every(({ safe }, at) => safe || at > last);
}

function remove(guests: Guest[], guest: Guest): boolean {
  const at = guests.lastIndexOf(guest);
  if (at === guests.length - 1) guests.pop();
  else if (at >= 0) guests.splice(at, 1);
  return at >= 0;
}

/**
 * The requests under way on each connection. In lists of the connections, which are short and
 * stay: a set of all of them would be copied, smaller and larger, with every few requests.
 */
export class Connections {
  readonly #lines = new WeakMap<Socket, Line>();
  /** All that are open, or have requests under way. */
  readonly #all = new Set<Line>();
  #busy = 0;
  #waiting = 0;
  #whenIdle: (() => void) | undefined;

  /** Number of requests on all connections that have come, and are not over. */
  get busy(): number {
    return this.#busy;
  }

  /** The same without those that wait for others before them. */
  get underWay(): number {
    return this.#busy - this.#waiting;
  }

  /** One listener for the life of a connection, not one for each request. */
  open(socket: Socket): void {
    const line = this.#begin(socket);
    // By this the server closes after a last answer; its own way closes over unread bytes.
    socket.destroySoon = () => (socket.writable ? closeGently(socket) : socket.destroy());
    socket.once('close', () => {
      line.closed = true;
      this.#dropHeld(line);
      for (const guest of line.guests.slice()) guest.clientLeft();
      this.#drop(line);
    });
  }

  #begin(socket: Socket): Line {
    const line = newLine();
    this.#lines.set(socket, line);
    this.#all.add(line);
    return line;
  }

  #drop(line: Line): void {
    if (line.closed && line.guests.length === 0) this.#all.delete(line);
  }

  enter(socket: Socket, guest: Guest): void {
    const line = this.#lines.get(socket) ?? this.#begin(socket);
    // A request can be told of behind the end of its connection.
    if (line.closed) this.#all.add(line);
    line.guests.push(guest);
    line.newest = guest;
    this.#busy += 1;
  }

  /** Whether no other request may wait behind the next one. */
  nearlyFull(socket: Socket): boolean {
    return (this.#lines.get(socket)?.guests.length ?? 0) >= LINE_MAX - 1;
  }

  /**
   * A request has come behind the last that is answered. The server would keep all that follow, so
   * what comes from now on is thrown away: read, for the client has to be seen to leave.
   */
  ignore(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (!line || line.discarding) return;
    line.discarding = true;
    // Behind what has just been read. With a listener of another the server's parser lets go.
    process.nextTick(() => {
      if (socket.destroyed) return;
      socket.removeAllListeners('data');
      socket.on('data', () => {});
      socket.resume();
    });
  }

  leave(socket: Socket, guest: Guest): void {
    const line = this.#lines.get(socket);
    if (!line || !remove(line.guests, guest)) return;
    this.#busy -= 1;
    // It need not be kept, and copied by the garbage collector, until the next one comes.
    if (line.newest === guest && guest.over) line.newest = undefined;
    if (line.held.length > 0) this.#beginHeld(line);
    if (line.closed) this.#drop(line);
    if (this.#busy === 0) this.#whenIdle?.();
  }

  /**
   * Whether a request that has come has to wait for those before it on its connection; `hold` says
   * what is done when it need not any more. Without pipelining there are none.
   */
  mustWait(socket: Socket, guest: Guest): boolean {
    const line = this.#lines.get(socket);
    return line !== undefined && line.guests.length > 1 && !mayBegin(line, guest);
  }

  hold(socket: Socket, held: Held): void {
    this.#lines.get(socket)?.held.push(held);
    this.#waiting += 1;
  }

  /** One that is over at once lets the next one begin: that is done here, and not within it. */
  #beginHeld(line: Line): void {
    if (line.beginning) return;
    line.beginning = true;
    for (let first = line.held[0]; first && mayBegin(line, first.guest); first = line.held[0]) {
      line.held.shift();
      this.#waiting -= 1;
      first.begin();
    }
    line.beginning = false;
  }

  /** They were not begun, and nobody waits for them. */
  #dropHeld(line: Line): void {
    if (line.held.length === 0) return;
    for (const { guest } of line.held.splice(0)) {
      remove(line.guests, guest);
      this.#busy -= 1;
      this.#waiting -= 1;
    }
    if (this.#busy === 0) this.#whenIdle?.();
  }

  /** Whether a request is under way on this connection. */
  busyOn(socket: Socket): boolean {
    return (this.#lines.get(socket)?.guests.length ?? 0) > 0;
  }

  /** The request that the newest bytes on this connection belong to, or come after. */
  newestOn(socket: Socket): Guest | undefined {
    return this.#lines.get(socket)?.newest;
  }

  /** The answer to a request under way is the last one: those that wait for it have none. */
  endBehind(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line) this.#dropHeld(line);
    this.end(socket);
  }

  /** From here on nothing that comes on this connection is a request. */
  end(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line) line.ending = true;
  }

  ending(socket: Socket): boolean {
    return !socket.writable || this.#lines.get(socket)?.ending === true;
  }

  /** Resolves when no request is under way any more. */
  idle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  /** All at this moment: some end by what they are told. */
  get #guests(): Guest[] {
    return [...this.#all].flatMap(({ guests }) => guests);
  }

  goAway(): void {
    for (const guest of this.#guests) guest.goAway();
  }

  abandon(): void {
    for (const guest of this.#guests) guest.abandon();
  }

  cut(): void {
    for (const guest of this.#guests) guest.cut();
  }
}
