import { type Context, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions';
import { currentTrace } from './current-trace.ts';
import { about, textOf, type Watcher } from './statements.ts';

const POSTGRES_PORT = 5_432;

/** Makes a span of each statement that a recorded request sends. */
export function tracedStatements(tracer: Tracer, databaseUrl: string): Watcher {
  const { hostname, port, pathname } = new URL(databaseUrl);
  const place = {
    [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
    [ATTR_DB_NAMESPACE]: decodeURIComponent(pathname.slice(1)),
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: Number(port) || POSTGRES_PORT,
  };
  return (statement) => {
    const current = currentTrace();
    if (!current) return undefined;
    const text = textOf(statement);
    const { operation, summary } = about(text);
    const attributes = {
      ...place,
      [ATTR_DB_OPERATION_NAME]: operation,
      [ATTR_DB_QUERY_SUMMARY]: summary,
      // A text that was put together may hold values, and is not told.
      ...(statement.tagged && { [ATTR_DB_QUERY_TEXT]: text }),
    };
    const options = { kind: SpanKind.CLIENT, attributes };
    const span = tracer.startSpan(summary, options, current.context as Context);
    return (error) => {
      if (error !== undefined) {
        // Its code alone: the message of a failure can hold values.
        const code = String((error as { code?: unknown } | null)?.code ?? '_OTHER');
        span.setAttributes({ [ATTR_DB_RESPONSE_STATUS_CODE]: code, [ATTR_ERROR_TYPE]: code });
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    };
  };
}
