import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Credentials never reach the log, whatever object carries them. */
const REDACTED = ['authorization', '*.authorization', 'token', '*.token', 'headers', '*.headers'];

/** A JSON line per event on standard output. */
export const openLog = (level: string): Log => pino({ name: 'gateway', level, redact: REDACTED });
