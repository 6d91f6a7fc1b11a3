type Level = 'warn' | 'error';

/** One JSON line; the platform keeps what is written to its console. */
export function say(level: Level, msg: string, facts: Record<string, unknown> = {}): void {
  const { err, ...more } = facts;
  const error = err instanceof Error ? (err.stack ?? err.message) : err && String(err);
  const line = JSON.stringify({ level, msg, ...more, ...(err !== undefined && { err: error }) });
  // oxlint-disable-next-line no-console -- a Worker has no other output
  console[level](line);
}
