import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { SpanCounts } from '../contract/tracing.ts';
import type { Api } from './http.ts';

// The bounds OpenTelemetry advises for http.server.request.duration.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Methods by whose names metrics and spans are told apart. */
export const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type Metrics = {
  registry: Registry;
  measureRequests: MiddlewareHandler<Api>;
  /** Lines of gateways' messages that could not be read; each is named in the log. */
  badLines: Counter<'list'>;
  /** Changes that were old enough, and read by whoever keeps its place here. */
  prunedChanges: Counter<'feed'>;
};

// The pattern, never the path: a label per id would grow without end. The last handler that is
// bound to a method is the endpoint; middleware is bound to all of them.
export function patternOf(c: Parameters<MiddlewareHandler<Api>>[0]): string {
  const endpoint = matchedRoutes(c).findLast((route) => route.method !== 'ALL');
  return endpoint?.path ?? 'unmatched';
}

/** Metrics of one process with OpenTelemetry's names; no label ever names a customer or a key. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests, from arrival to the head of the answer',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  const badLines = new Counter({
    name: 'sync_bad_lines_total',
    help: 'Leases and rates in messages of gateways that could not be read, and were left out',
    labelNames: ['list'] as const,
    registers: [registry],
  });
  const prunedChanges = new Counter({
    name: 'changes_pruned_total',
    help: 'Changes that are not kept any more, by feed; by whichever core ran the job',
    labelNames: ['feed'] as const,
    registers: [registry],
  });
  const measureRequests: MiddlewareHandler<Api> = async (c, next) => {
    const from = performance.now();
    await next();
    const labels = {
      http_request_method: METHODS.has(c.req.method) ? c.req.method : '_OTHER',
      http_route: patternOf(c),
      http_response_status_code: c.res.status,
    };
    duration.observe(labels, (performance.now() - from) / 1_000);
  };
  return { registry, measureRequests, badLines, prunedChanges };
}

/** Tells what became of spans, by the names that OpenTelemetry has for its own parts. */
export function countSpans(registry: Registry, counts: Readonly<SpanCounts>): void {
  const tell = (name: string, help: string, read: () => [string, number][]): void => {
    const counter: Counter<'error_type'> = new Counter({
      name,
      help,
      labelNames: ['error_type'] as const,
      registers: [registry],
      collect: () => {
        counter.reset();
        for (const [error_type, count] of read()) counter.inc({ error_type }, count);
      },
    });
  };
  tell(
    'otel_sdk_exporter_span_exported_total',
    'Spans that were sent to the collector, and those that it did not take',
    () => [
      ['', counts.sent],
      ['refused', counts.refused],
    ],
  );
  tell(
    'otel_sdk_processor_span_processed_total',
    'Spans that were let go since too many waited for the collector',
    () => [['queue_full', counts.left]],
  );
}
