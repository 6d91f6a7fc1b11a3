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
  close(): Promise<void>;
};

/** The real sync endpoint on a real database, behind a network that misbehaves on demand. */
export async function stormyCore(sql: Sql): Promise<StormyCore> {
  const log = pino({ level: 'silent' });
  const core = new Hono<Api>();
  core.onError(errorResponse(log));
  const clock = (): number => Date.now();
  const rates = new RateDesk({ number: clock(), books: booksOfOne(sql), clock });
  const kit = { sql, clock, log, stopping: new AbortController().signal };
  core.route('/internal/v1', syncHttp(kit, rates));
  const stormy: StormyCore = {
    url: '',
    weather: () => 'fair',
    syncs: 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const app = new Hono();
  app.all('*', async (c) => {
    const body = await c.req.arrayBuffer();
    const pass = () =>
      core.request(c.req.path, { method: c.req.method, body, headers: c.req.raw.headers });
    stormy.syncs += 1;
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
