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

/** A JSON line per event on standard output; with its trace, where a request is recorded. */
export const openLog = (name: string, level: string): Log =>
  pino({ name, level, redact: REDACTED, mixin: traceNow });
