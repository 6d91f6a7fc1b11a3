import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { Sql } from './database.ts';
import { migrationsCurrent } from './migrate.ts';

type Ready = { sql: Sql; registry: Registry; stopping: AbortSignal };

const READY_TIMEOUT_MS = 2_000;

async function whyNotReady({ sql, stopping }: Ready): Promise<string | undefined> {
  if (stopping.aborted) return 'stopping';
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('timeout')), READY_TIMEOUT_MS);
  try {
    const current = await Promise.race([migrationsCurrent(sql), late]);
    return current ? undefined : 'migrations are not current';
  } catch {
    return 'the database does not answer';
  } finally {
    clearTimeout(timer);
  }
}

/** The private port: liveness, readiness and metrics; never published. */
export function privateHttp(ready: Ready): Hono {
  const app = new Hono();
  app.get('/livez', (c) => c.text('live\n'));
  app.get('/readyz', async (c) => {
    const reason = await whyNotReady(ready);
    return reason === undefined ? c.text('ready\n') : c.text(`${reason}\n`, 503);
  });
  app.get('/metrics', async (c) => {
    const text = await ready.registry.metrics();
    return c.body(text, 200, { 'content-type': ready.registry.contentType });
  });
  return app;
}
