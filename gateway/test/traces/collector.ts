import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Value = { stringValue?: string; intValue?: number | string; boolValue?: boolean };
type Attribute = { key: string; value: Value };
type Sent = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Omit<Span, 'service' | 'attributes'> & { attributes: Attribute[] })[] }[];
  }[];
};

/** A span as it came, with the name of the program that sent it. */
export type Span = {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code: number };
  attributes: Record<string, string | number | boolean | undefined>;
};

export const SERVER = 2;
export const CLIENT = 3;
export const CONSUMER = 5;
export const ERROR = 2;

const read = (list: Attribute[]): Span['attributes'] =>
  Object.fromEntries(
    list.map(({ key, value }) => {
      const number = value.intValue === undefined ? undefined : Number(value.intValue);
      return [key, value.stringValue ?? number ?? value.boolValue];
    }),
  );

/** What takes traces by OTLP over HTTP, as JSON; or takes none, in one way or another. */
export class Collector {
  /** `hangs`: it takes what is sent, and never answers. */
  mood: 'takes' | 'refuses' | 'hangs' = 'takes';
  readonly spans: Span[] = [];
  /** All that came, byte for byte. */
  text = '';
  posts = 0;
  readonly #server: Server;
  readonly #hanging: ServerResponse[] = [];
  readonly headers: Record<string, string | string[] | undefined>[] = [];

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = (await buffer(request)).toString();
      this.posts += 1;
      if (this.mood === 'hangs') return void this.#hanging.push(response);
      if (this.mood === 'refuses') return void response.writeHead(400).end('{}');
      this.headers.push(request.headers);
      this.#take(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }

  static async open(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take(body: string): void {
    this.text += body;
    for (const { resource, scopeSpans } of (JSON.parse(body) as Sent).resourceSpans) {
      const service = String(read(resource.attributes)['service.name']);
      for (const { spans } of scopeSpans) {
        for (const span of spans) {
          this.spans.push({ ...span, service, attributes: read(span.attributes) });
        }
      }
    }
  }

  /** Spans of one trace, a parent before its children. */
  trace(traceId: string): Span[] {
    return this.spans
      .filter((span) => span.traceId === traceId)
      .toSorted((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
