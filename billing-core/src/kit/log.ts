import { pino, type Logger } from 'pino';

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

/** A JSON line per event on standard output. */
export const openLog = (name: string, level: string): Log =>
  pino({ name, level, redact: REDACTED });
