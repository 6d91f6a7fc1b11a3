import { setTimeout as delay } from 'node:timers/promises';
import { serve, type ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { pino } from 'pino';
import { syncHttp } from '../../../../billing-core/src/sync/http.ts';
import { errorResponse, type Api } from '../../../../billing-core/src/kit/http.ts';
import type { SyncEnvelope } from '../../../../billing-core/src/contract/sync.ts';
import type { Sql } from '../../../../billing-core/src/kit/database.ts';
import { booksOfOne } from '../../../../billing-core/src/quotas/desk-books.ts';
import { RateDesk } from '../../../../billing-core/src/quotas/rate-desk.ts';

/** What the network does to the next sync; `lost answer` is the dangerous one. */
export type Weather = 'fair' | 'lost request' | 'lost answer' | 'doubled' | 'refused';

export type StormyCore = {
  url: string;
  /** Decides for each sync what happens to it. */
  weather: (envelope: SyncEnvelope) => Weather;
  syncs: number;
  /** So late it takes in what it is told. */
  delayMs: number;
  /** So far its clock is ahead. */
  aheadMs: number;
  /** From now on it hears nothing of this boot's process, also not what was on its way. */
  deafTo(boot: string): Promise<void>;
  close(): Promise<void>;
};

/** The real sync endpoint on a real database, behind a network that misbehaves on demand. */
export async function stormyCore(sql: Sql): Promise<StormyCore> {
  const log = pino({ level: 'silent' });
  const core = new Hono<Api>();
  core.onError(errorResponse(log));
  const clock = (): number => Date.now() + stormy.aheadMs;
  const rates = new RateDesk({
    number: Date.now(),
    books: booksOfOne(sql),
    clock: () => Date.now(),
  });
  const kit = { sql, clock, log, stopping: new AbortController().signal };
  core.route('/internal/v1', syncHttp(kit, rates));
  const stormy: StormyCore = {
    url: '',
    weather: () => 'fair',
    syncs: 0,
    delayMs: 0,
    aheadMs: 0,
    deafTo: (boot) =>
      new Promise((resolve) => {
        stormy.weather = ({ by }) => {
          if (by !== boot) return 'fair';
          // It says one thing after the other: what it said before has been answered.
          resolve();
          return 'refused';
        };
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const app = new Hono();
  app.all('*', async (c) => {
    const body = await c.req.arrayBuffer();
    const pass = () =>
      core.request(c.req.path, { method: c.req.method, body, headers: c.req.raw.headers });
    stormy.syncs += 1;
    if (stormy.delayMs > 0) await delay(stormy.delayMs);
    const [line = ''] = Buffer.from(body).toString('utf8').split('\n', 1);
    const weather = stormy.weather(JSON.parse(line) as SyncEnvelope);
    if (weather === 'refused') return c.text('down', 503);
    if (weather === 'lost request') return c.text('lost', 502);
    const answer = await pass();
    if (weather === 'lost answer') return c.text('lost', 502);
    return weather === 'doubled' ? pass() : answer;
  });
  const server: ServerType = await new Promise((resolve) => {
    const listening = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => {
      stormy.url = `http://127.0.0.1:${info.port}`;
      resolve(listening);
    });
  });
  return stormy;
}
