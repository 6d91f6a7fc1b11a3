import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import {
  readTraceParent,
  SAMPLED,
  traceParentText,
} from '@tollgate/billing-core/contract/trace-parent.ts';
import type { TraceSettings } from '@tollgate/billing-core/contract/trace-settings.ts';
import { contextOf, openTraces, type Traces } from '@tollgate/billing-core/contract/tracing.ts';
import { valuesOf } from '../core/headers.ts';
import type { Log } from './log.ts';
import { type About, pathOf, type Seen } from './request-log.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** A span is named by its method, and by what is the same for many. */
const known = (method: string): string => (METHODS.has(method) ? method : '_OTHER');
const named = (method: string, route?: string): string => {
  const name = METHODS.has(method) ? method : 'HTTP';
  return route === undefined ? name : `${name} ${route}`;
};

/** Some that only the gateway knows. */
const ATTR_REQUEST_ID = 'tollgate.request.id';
const ATTR_CUSTOMER = 'tollgate.customer.id';
const ATTR_ROUTE_ID = 'tollgate.route.id';
const ATTR_REFUSAL = 'tollgate.refusal.reason';
const ATTR_OUTCOME = 'tollgate.outcome';

/** Whom a span of ours asks. */
type Asked = {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** What is told of the path: no query, and no key. */
  readonly path: string;
  readonly attributes?: Attributes;
};

/** One question to somebody else: to an upstream, or to billing-core. */
export class CallTrace {
  readonly #span: Span;
  /** What is sent with it. */
  readonly traceparent: string;
  #over = false;

  constructor(tracer: Tracer, { method, origin, path, attributes }: Asked, context: Context) {
    const { hostname, port, protocol } = new URL(origin);
    this.#span = tracer.startSpan(
      named(method),
      {
        kind: SpanKind.CLIENT,
        attributes: {
          [ATTR_HTTP_REQUEST_METHOD]: known(method),
          [ATTR_SERVER_ADDRESS]: hostname,
          [ATTR_SERVER_PORT]: Number(port) || (protocol === 'https:' ? 443 : 80),
          [ATTR_URL_FULL]: `${origin}${path}`,
          ...attributes,
        },
      },
      context,
    );
    this.traceparent = textOf(this.#span);
  }

  answered(status: number): void {
    if (this.#over) return;
    this.#span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (status >= 400) this.#fail(String(status));
  }

  #fail(type: string): void {
    this.#span.setAttribute(ATTR_ERROR_TYPE, type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** `failure`: why there was no answer, or no whole one. */
  end(failure?: string): void {
    if (this.#over) return;
    if (failure !== undefined) this.#fail(failure);
    this.#over = true;
    this.#span.end();
  }
}

const textOf = (span: Span): string => {
  const { traceId, spanId, traceFlags: flags } = span.spanContext();
  return traceParentText({ traceId, spanId, flags });
};

/** A request that is recorded: its own span, and those of what is asked for it. */
export class RequestTrace {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #method: string;
  readonly #context: Context;
  #tries = 0;
  #over = false;

  constructor(
    tracer: Tracer,
    span: Span,
    { method, context }: { method: string; context: Context },
  ) {
    this.#tracer = tracer;
    this.#span = span;
    this.#method = method;
    this.#context = trace.setSpan(context, span);
  }

  /** 32 hex digits. */
  get id(): string {
    return this.#span.spanContext().traceId;
  }

  /** What was found out of it while it was decided on. */
  found({ route, fact }: About): void {
    if (route) {
      this.#span.updateName(named(this.#method, route.path_pattern));
      this.#span.setAttribute(ATTR_HTTP_ROUTE, route.path_pattern);
      this.#span.setAttribute(ATTR_ROUTE_ID, route.id);
    }
    if (fact) this.#span.setAttribute(ATTR_CUSTOMER, fact.customer.id);
  }

  refused(reason: string, about: About = {}): void {
    this.found(about);
    this.#span.setAttribute(ATTR_REFUSAL, reason);
  }

  forwarded(outcome: string): void {
    if (!this.#over) this.#span.setAttribute(ATTR_OUTCOME, outcome);
  }

  /** One try at one upstream. In: `target` as it is sent. */
  beginTry(origin: string, target: string): CallTrace {
    const before = this.#tries++;
    const attributes = before > 0 ? { [ATTR_HTTP_REQUEST_RESEND_COUNT]: before } : {};
    const asked = { method: this.#method, origin, path: pathOf(target), attributes };
    return new CallTrace(this.#tracer, asked, this.#context);
  }

  /** A question to billing-core for it. */
  beginCall(asked: Asked): CallTrace {
    return new CallTrace(this.#tracer, asked, this.#context);
  }

  /** null: the client left before it was answered. */
  end(status: number | null): void {
    if (this.#over) return;
    this.#over = true;
    if (status !== null) this.#span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    // What a client did wrong is no error of who answers it.
    if (status !== null && status >= 500) {
      this.#span.setAttribute(ATTR_ERROR_TYPE, String(status));
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end(performance.now());
  }
}

export type TracingOf = {
  readonly settings: TraceSettings;
  readonly version: string;
  /** Of this process. */
  readonly instance: string;
  readonly log: Log;
};

/**
 * What this process tells a collector: its requests, with who asked as their parent, and its
 * conversation with billing-core. Loaded where a collector is named, and nowhere else.
 */
export class Tracing {
  readonly #traces: Traces;

  constructor({ log, ...of }: TracingOf) {
    this.#traces = openTraces({
      ...of,
      name: 'tollgate-gateway',
      now: () => performance.now(),
      onRefused: (err) => log.warn({ err }, 'the collector takes no traces'),
    });
  }

  get counts(): Traces['counts'] {
    return this.#traces.counts;
  }

  /** Begins the span of a request; undefined when this one is not recorded. */
  begin({ rawHeaders, method, target, requestId, startedAt }: Seen): RequestTrace | undefined {
    const [field, ...more] = valuesOf(rawHeaders, 'traceparent');
    const isOne = field !== undefined && more.length === 0;
    const parent = isOne ? readTraceParent(field) : undefined;
    const { tracer, callerDecides } = this.#traces;
    if (parent && callerDecides && (parent.flags & SAMPLED) === 0) return undefined;
    const context = contextOf(parent);
    const options = { kind: SpanKind.SERVER, startTime: startedAt };
    const span = tracer.startSpan(named(method), options, context);
    if (!span.isRecording()) return undefined;
    // Only now: of a hundred requests one may be recorded, and the others are to cost little.
    span.setAttributes({
      [ATTR_HTTP_REQUEST_METHOD]: known(method),
      [ATTR_URL_PATH]: pathOf(target),
      [ATTR_URL_SCHEME]: 'http',
      [ATTR_REQUEST_ID]: requestId,
    });
    return new RequestTrace(tracer, span, { method, context });
  }

  /** A question to billing-core that no request waits for. */
  beginCall(asked: Asked): CallTrace {
    return new CallTrace(this.#traces.tracer, asked, contextOf(undefined));
  }

  close(): Promise<void> {
    return this.#traces.close();
  }
}
