import { type Context, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { MiddlewareHandler } from 'hono';
import { readTraceParent } from '../contract/trace-parent.ts';
import type { TraceSettings } from '../contract/trace-settings.ts';
import { contextOf, openTraces, type SpanCounts } from '../contract/tracing.ts';
import { inTrace, type CurrentTrace } from './current-trace.ts';
import type { Sql } from './database.ts';
import type { Api } from './http.ts';
import type { Log } from './log.ts';
import { METHODS, patternOf } from './metrics.ts';
import type { Spans } from './spans.ts';
import { watchStatements } from './statements.ts';
import { tracedStatements } from './traced-statements.ts';
import { workSpans } from './work-spans.ts';

const ATTR_REQUEST_ID = 'tollgate.request.id';

export type Tracing = {
  traceRequests: MiddlewareHandler<Api>;
  /** Of jobs, and of calls to others. */
  spans: Spans;
  counts: Readonly<SpanCounts>;
  /** Sends what is left, as far as that can be done in time. */
  close(): Promise<void>;
};

export type TracingOf = {
  settings: TraceSettings;
  databaseUrl: string;
  sql: Sql;
  version: string;
  /** Of this process. */
  instance: string;
  log: Log;
};

/**
 * What this process tells a collector: its requests, with who asked as their parent, its jobs, and
 * what both ask of the database and of others. Loaded where a collector is named, and nowhere else.
 */
export function openTracing({ databaseUrl, sql, log, ...of }: TracingOf): Tracing {
  const traces = openTraces({
    ...of,
    name: 'tollgate-billing-core',
    now: () => performance.now(),
    onRefused: (err) => log.warn({ err }, 'the collector takes no traces'),
  });
  watchStatements(sql, tracedStatements(traces.tracer, databaseUrl));
  return {
    traceRequests: requestsTo(traces.tracer),
    spans: workSpans(traces.tracer),
    counts: traces.counts,
    close: () => traces.close(),
  };
}

/** No path, only its pattern: paths name people, and some have a secret in them. */
function requestsTo(tracer: Tracer): MiddlewareHandler<Api> {
  return async (c, next) => {
    const method = METHODS.has(c.req.method) ? c.req.method : '_OTHER';
    const parent = contextOf(readTraceParent(c.req.header('traceparent') ?? ''));
    const attributes = { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_URL_SCHEME]: 'http' };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    if (!span.isRecording()) return next();
    const { traceId, spanId } = span.spanContext();
    const context = trace.setSpan(parent, span);
    const current: CurrentTrace<Context> = { traceId, spanId, context, isOver: false };
    try {
      await inTrace(current, next);
    } finally {
      current.isOver = true;
      const route = patternOf(c);
      const { status } = c.res;
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        [ATTR_HTTP_ROUTE]: route,
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
        [ATTR_REQUEST_ID]: c.var.requestId,
      });
      if (status >= 500) {
        span.setAttribute(ATTR_ERROR_TYPE, String(status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    }
    return undefined;
  };
}
