import { pino, type Logger } from 'pino';
import { traceNow } from './current-trace.ts';

export type Log = Logger;

/** Credentials never reach the log, whatever object carries them. */
const REDACTED = [
  'authorization',
  '*.authorization',
  'cookie',
  '*.cookie',
  'password',
  '*.password',
  'secret',
  '*.secret',
  'token',
  '*.token',
];

/**
 * What is told of an error, beside its message and where it was: what libraries hang on theirs has
 * the row that was refused (PostgreSQL's `detail`), or who paid (Stripe's `raw`).
 */
const TOLD = ['code', 'statusCode', 'requestId', 'constraint_name', 'table_name'] as const;

function errorTold(error: Error): object {
  const whole = pino.stdSerializers.err(error);
  if (!(error instanceof Error)) return whole;
  const { type, message, stack } = whole;
  const more = TOLD.filter((field) => whole[field] !== undefined).map((field) => [
    field,
    whole[field] as unknown,
  ]);
  return { type, message, stack, ...(Object.fromEntries(more) as object) };
}

/** A JSON line per event on standard output; with its trace, where a request is recorded. */
export const openLog = (name: string, level: string, out?: { write(line: string): void }): Log => {
  const settings = {
    name,
    level,
    redact: REDACTED,
    mixin: traceNow,
    serializers: { err: errorTold },
  };
  return out === undefined ? pino(settings) : pino(settings, out);
};
