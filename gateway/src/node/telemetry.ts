import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RefusalReason } from '../core/refusal.ts';
import type { Settlement } from '../ports.ts';

// The bounds OpenTelemetry advises for http.server.request.duration.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

type Child = { observe(seconds: number): void };

/** Numbers about the gateway itself. No label ever names a customer, a key or a path. */
export class Telemetry {
  readonly registry = new Registry();
  readonly #durations = new Map<string, Child>();
  readonly #duration: Histogram<'http_request_method' | 'http_response_status_code'>;
  readonly #refusals: Counter<'reason'>;
  readonly #outcomes: Counter<'outcome'>;
  readonly #requestBytes: Counter;
  readonly #responseBytes: Counter;
  readonly #lookups: Counter<'result'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#duration = new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of requests, from their head to the last byte of the answer',
      labelNames: ['http_request_method', 'http_response_status_code'] as const,
      buckets: SECONDS,
      registers,
    });
    this.#refusals = new Counter({
      name: 'gateway_refusals_total',
      help: 'Requests that were not admitted, by reason',
      labelNames: ['reason'] as const,
      registers,
    });
    this.#outcomes = new Counter({
      name: 'gateway_forwarded_total',
      help: 'Requests that were forwarded, by how they ended',
      labelNames: ['outcome'] as const,
      registers,
    });
    this.#requestBytes = new Counter({
      name: 'gateway_request_bytes_total',
      help: 'Bytes of forwarded request bodies',
      registers,
    });
    this.#responseBytes = new Counter({
      name: 'gateway_response_bytes_total',
      help: 'Bytes of forwarded response bodies',
      registers,
    });
    this.#lookups = new Counter({
      name: 'gateway_key_lookups_total',
      help: 'Keys that were not in memory, by what was learnt of them',
      labelNames: ['result'] as const,
      registers,
    });
  }

  /** A number that is read when it is scraped. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: () => gauge.set(read()),
    });
  }

  answered(method: string, status: number | null, seconds: number): void {
    // 499, as nginx has it: the client left before there was a status.
    const code = String(status ?? 499);
    const known = METHODS.has(method) ? method : '_OTHER';
    const name = `${known} ${code}`;
    let child = this.#durations.get(name);
    if (!child) {
      child = this.#duration.labels({
        http_request_method: known,
        http_response_status_code: code,
      });
      this.#durations.set(name, child);
    }
    child.observe(seconds);
  }

  refused(reason: RefusalReason): void {
    this.#refusals.inc({ reason });
  }

  forwarded({ outcome, requestBytes, responseBytes }: Settlement): void {
    this.#outcomes.inc({ outcome });
    this.#requestBytes.inc(requestBytes);
    this.#responseBytes.inc(responseBytes);
  }

  lookedUp(result: 'found' | 'unknown' | 'stored' | 'unreachable'): void {
    this.#lookups.inc({ result });
  }
}
