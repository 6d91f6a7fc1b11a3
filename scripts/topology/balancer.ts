import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Backend, type BackendOf } from './backend.ts';
import { relay } from './relay.ts';
import { upgrade } from './upgrade.ts';

const KEEP_ALIVE_MS = 75_000;
/** How long a request waits for a process that is ready. */
const WAIT_MS = 10_000;
const CLOSE_WITHIN_MS = 10_000;

/** What a request asks its balancer for. */
export interface Pool {
  /**
   * Waits for a process that is ready, and not among those that failed it, unless no other is.
   * Undefined when none gets ready in time.
   */
  choose(tried: ReadonlySet<Backend>): Promise<Backend | undefined>;
}

/** Gives requests to processes of one kind. */
export class Balancer implements Pool {
  readonly #server: Server;
  readonly #backends: Backend[];

  private constructor(backends: readonly BackendOf[]) {
    this.#backends = backends.map((of) => new Backend(of));
    this.#server = createServer({
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: 0,
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    });
    this.#server.on('request', (request, response) => void relay(this, request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      void upgrade(this, { request, socket, head });
    });
    this.#server.on('clientError', (_, socket) => socket.destroy());
  }

  /** Listens on 127.0.0.1. Rejects when the port is taken. */
  static async open(port: number, backends: readonly BackendOf[]): Promise<Balancer> {
    const balancer = new Balancer(backends);
    balancer.#server.listen(port, '127.0.0.1');
    try {
      await once(balancer.#server, 'listening');
      return balancer;
    } catch (error) {
      balancer.#endBackends();
      throw error;
    }
  }

  /** The process of this name, if it is one of these. */
  backend(name: string): Backend | undefined {
    return this.#backends.find(({ of }) => of.name === name);
  }

  async choose(tried: ReadonlySet<Backend>): Promise<Backend | undefined> {
    const best = this.#best(tried);
    if (best) return best;
    const late = AbortSignal.timeout(WAIT_MS);
    while (!late.aborted) {
      const changes = this.#backends.map(({ changed }) =>
        once(changed, 'change', { signal: late }),
      );
      await Promise.race(changes).catch(() => undefined);
      const usable = this.#best(tried);
      if (usable) return usable;
    }
    return undefined;
  }

  #best(tried: ReadonlySet<Backend>): Backend | undefined {
    const usable = this.#backends.filter((backend) => backend.usable);
    const untried = usable.filter((backend) => !tried.has(backend));
    return (untried.length > 0 ? untried : usable).toSorted((a, b) => a.busy - b.busy)[0];
  }

  /** Lets what is under way end, and cuts what takes too long. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    const late = setTimeout(() => this.#server.closeAllConnections(), CLOSE_WITHIN_MS);
    await closed;
    clearTimeout(late);
    this.#endBackends();
  }

  #endBackends(): void {
    for (const backend of this.#backends) backend.close();
  }
}
