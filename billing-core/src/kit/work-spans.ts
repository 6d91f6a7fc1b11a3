import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions';
import { currentTrace, inTrace, type CurrentTrace } from './current-trace.ts';
import type { Call, Run, Spans } from './spans.ts';

// Not stable yet, so not among what the package gives: names as they are in 1.45.
const ATTR_URL_TEMPLATE = 'url.template';
const ATTR_MESSAGING_SYSTEM = 'messaging.system';
const ATTR_MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
const ATTR_MESSAGING_OPERATION_NAME = 'messaging.operation.name';
const ATTR_MESSAGING_OPERATION_TYPE = 'messaging.operation.type';
const ATTR_MESSAGING_MESSAGE_ID = 'messaging.message.id';

/** Its name or its code alone: a message can hold values. */
function failed(span: Span, error: unknown): void {
  const { name, code } = error as { name?: string; code?: string | number };
  span.setAttribute(ATTR_ERROR_TYPE, String(code ?? name ?? '_OTHER'));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs this as what is recorded at this moment; the span ends with it. */
async function within<Result>(
  span: Span,
  parent: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  const { traceId, spanId } = span.spanContext();
  const context = trace.setSpan(parent, span);
  const current: CurrentTrace<Context> = { traceId, spanId, context, isOver: false };
  try {
    return await inTrace(current, work);
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    current.isOver = true;
    span.end();
  }
}

async function ran<Result>(
  tracer: Tracer,
  { name, id }: Run,
  work: () => Promise<Result>,
): Promise<Result> {
  const attributes = {
    [ATTR_MESSAGING_SYSTEM]: 'pg_boss',
    [ATTR_MESSAGING_DESTINATION_NAME]: name,
    [ATTR_MESSAGING_OPERATION_NAME]: 'process',
    [ATTR_MESSAGING_OPERATION_TYPE]: 'process',
    [ATTR_MESSAGING_MESSAGE_ID]: id,
  };
  const options = { kind: SpanKind.CONSUMER, attributes };
  const span = tracer.startSpan(`process ${name}`, options, ROOT_CONTEXT);
  return span.isRecording() ? within(span, ROOT_CONTEXT, work) : work();
}

async function called<Answer>(
  tracer: Tracer,
  { method, scheme, host, port, template }: Call,
  work: () => Promise<Answer>,
): Promise<{ span: Span; answer: Answer }> {
  const parent = (currentTrace()?.context as Context | undefined) ?? ROOT_CONTEXT;
  const attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_SERVER_ADDRESS]: host,
    [ATTR_SERVER_PORT]: port,
    [ATTR_URL_FULL]: `${scheme}://${host}:${port}${template}`,
    [ATTR_URL_TEMPLATE]: template,
  };
  const options = { kind: SpanKind.CLIENT, attributes };
  const span = tracer.startSpan(`${method} ${template}`, options, parent);
  try {
    return { span, answer: await work() };
  } catch (error) {
    failed(span, error);
    span.end();
    throw error;
  }
}

/** What tells a collector of jobs and of calls. */
export const workSpans = (tracer: Tracer): Spans => ({
  ofRun: (run, work) => ran(tracer, run, work),
  ofCall: async (call, work, statusOf) => {
    const { span, answer } = await called(tracer, call, work);
    const status = statusOf(answer);
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (status >= 400) failed(span, { code: status });
    span.end();
    return answer;
  },
});
