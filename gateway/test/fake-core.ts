import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { KeyFact, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { type SyncAnswer, syncEnvelope } from '@tollgate/billing-core/contract/sync.ts';
import type { UsageBatch } from '@tollgate/billing-core/contract/usage-batch.ts';

export const TOKEN = 'tok_gateway_for_tests';

type Change = { number: string; kind: string; id: string };

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A core that speaks the contract of facts from memory, and can be cut off. */
export class FakeCore {
  readonly keys = new Map<string, KeyFact>();
  routes: RouteFact[] = [];
  readonly asked: string[] = [];
  /** Runs before a key is answered, with its facts already read. */
  beforeKey: () => Promise<void> = () => Promise.resolve();
  last = 0;
  down = false;
  changesStatus = 200;
  /** Requests in all batches. */
  recorded = 0;
  /** Units in all batches, by meter. */
  readonly quantities = new Map<string, number>();
  /** Requests in doubt, of all boots that ended. */
  inDoubt = 0;
  /** Boots whose own process spoke, in the order in which they first did. */
  readonly boots = new Set<string>();
  /** Boots that somebody ended. */
  readonly ended = new Set<string>();
  readonly #next = new Map<string, number>();
  readonly #frames = new Map<string, number>();
  #changes: Change[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  async open(port = 0): Promise<string> {
    this.#server.on('connection', (socket) => this.#sockets.add(socket));
    await new Promise<void>((done) => {
      this.#server.listen(port, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  change(kind: string, id: string): void {
    this.last += 1;
    this.#changes.push({ number: String(this.last), kind, id });
    for (const wake of this.#waiting) wake();
  }

  /** Restores an older state: numbers begin again. */
  rewind(to: number): void {
    this.last = to;
    this.#changes = this.#changes.filter((change) => Number(change.number) <= to);
    this.cut();
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  goDown(): void {
    this.down = true;
    this.cut();
  }

  asksFor(part: string): number {
    return this.asked.filter((path) => path.includes(part)).length;
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.down) return void request.socket.destroy();
    const url = new URL(request.url ?? '/', 'http://core');
    this.asked.push(url.pathname);
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return void response.writeHead(401).end();
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === '/internal/v1/routes') {
      return json(200, { last: String(this.last), routes: this.routes });
    }
    if (url.pathname === '/internal/v1/changes') return this.#answerChanges(url, json);
    if (url.pathname === '/internal/v1/sync')
      return json(200, this.#takeIn(await bytesOf(request)));
    const fact = this.keys.get(url.pathname.split('/').at(-1) ?? '');
    const text = fact && JSON.parse(JSON.stringify(fact));
    await this.beforeKey();
    json(text ? 200 : 404, text ?? {});
  }

  /** Applies a batch as core does: once, whatever is repeated. */
  #takeIn(body: Buffer): SyncAnswer {
    const newline = body.indexOf('\n');
    const envelope = syncEnvelope.parse(JSON.parse(body.subarray(0, newline).toString()));
    const { batch, boot, by, end } = envelope;
    if (by === boot) this.boots.add(boot);
    const next = this.#next.get(boot) ?? 1;
    if (batch?.sequence === next && !this.ended.has(boot)) {
      const { columns } = JSON.parse(body.subarray(newline + 1).toString()) as UsageBatch;
      for (const count of columns.requests) this.recorded += count;
      columns.meter.forEach((meter, at) => {
        const was = this.quantities.get(meter) ?? 0;
        this.quantities.set(meter, was + (columns.quantity[at] ?? 0));
      });
      this.#next.set(boot, next + 1);
      this.#frames.set(boot, batch.last_frame);
    }
    this.inDoubt += end?.in_doubt ?? 0;
    return {
      now: Date.now(),
      boot_state: end || this.ended.has(boot) ? 'sealed' : 'live',
      next_sequence: this.#next.get(boot) ?? 1,
      applied_frame: this.#frames.get(boot) ?? 0,
      batch: batch && !this.ended.has(boot) ? { status: 'applied', written: batch.entries } : null,
      grants: [],
      shares: [],
      as_of: String(this.last),
    };
  }

  async #answerChanges(url: URL, json: (status: number, body: unknown) => void): Promise<void> {
    if (this.changesStatus !== 200) {
      this.asked.push('changes refused');
      return json(this.changesStatus, {});
    }
    const after = Number(url.searchParams.get('after'));
    const newer = (): Change[] => this.#changes.filter((change) => Number(change.number) > after);
    const waitMs = Number(url.searchParams.get('wait_ms') ?? 25_000);
    if (newer().length === 0 && waitMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
    const changes = newer();
    json(200, { last: changes.at(-1)?.number ?? String(after), changes });
  }
}
