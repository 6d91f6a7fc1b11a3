import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { RefusalReason } from '../core/refusal.ts';
import type { Settlement } from '../ports.ts';
import { Durations } from './durations.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Numbers about the gateway itself. No label ever names a customer, a key or a path. */
export class Telemetry {
  readonly registry = new Registry();
  readonly #durations = new Durations();
  readonly #refusals: Counter<'reason'>;
  // Added up here and read when they are scraped: a labelled counter hashes its labels each time.
  readonly #outcomes = new Map<Outcome, number>();
  #requestBytes = 0;
  #responseBytes = 0;
  readonly #lookups: Counter<'result'>;
  readonly #tlsFailures: Counter<'route' | 'reason'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#durations.register(this.registry);
    this.#refusals = new Counter({
      name: 'gateway_refusals_total',
      help: 'Requests that were not admitted, by reason',
      labelNames: ['reason'] as const,
      registers,
    });
    this.#outcomesRead();
    const requestBytes = (): number => this.#requestBytes;
    this.#total('gateway_request_bytes_total', 'Bytes of forwarded request bodies', requestBytes);
    const responseBytes = (): number => this.#responseBytes;
    this.#total(
      'gateway_response_bytes_total',
      'Bytes of forwarded response bodies',
      responseBytes,
    );
    this.#lookups = new Counter({
      name: 'gateway_key_lookups_total',
      help: 'Keys that were not in memory, by what was learnt of them',
      labelNames: ['result'] as const,
      registers,
    });
    this.#tlsFailures = new Counter({
      name: 'gateway_upstream_tls_failures_total',
      help: 'Tries at an upstream that failed for want of trust, by route and reason',
      labelNames: ['route', 'reason'] as const,
      registers,
    });
  }

  /** A number for each of some routes that is read when it is scraped. */
  byRoute(name: string, help: string, read: () => (readonly [string, number])[]): void {
    const gauge: Gauge<'route'> = new Gauge({
      name,
      help,
      labelNames: ['route'] as const,
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const [route, value] of read()) gauge.set({ route }, value);
      },
    });
  }

  /** Counts of what went well, which has no error, and of what did not; read when scraped. */
  byError(name: string, help: string, read: () => (readonly [string, number])[]): void {
    const counter: Counter<'error_type'> = new Counter({
      name,
      help,
      labelNames: ['error_type'] as const,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [error_type, count] of read()) counter.inc({ error_type }, count);
      },
    });
  }

  #outcomesRead(): void {
    const counter = new Counter({
      name: 'gateway_forwarded_total',
      help: 'Requests that were forwarded, by how they ended',
      labelNames: ['outcome'] as const,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [outcome, count] of this.#outcomes) counter.inc({ outcome }, count);
      },
    });
  }

  /** A count that is read when it is scraped. */
  #total(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
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
    const code = status ?? 499;
    const known = METHODS.has(method) ? method : '_OTHER';
    this.#durations.add(known, code, seconds);
  }

  refused(reason: RefusalReason): void {
    this.#refusals.inc({ reason });
  }

  tlsFailed(route: string, reason: string): void {
    this.#tlsFailures.inc({ route, reason });
  }

  forwarded({ outcome, requestBytes, responseBytes }: Settlement): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    this.#requestBytes += requestBytes;
    this.#responseBytes += responseBytes;
  }

  lookedUp(result: 'found' | 'unknown' | 'stored' | 'unreachable'): void {
    this.#lookups.inc({ result });
  }
}
