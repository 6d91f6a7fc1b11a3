import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { pino } from 'pino';
import { request } from 'undici';
import type { Sql } from '../billing-core/src/kit/database.ts';
import { booksOfOne } from '../billing-core/src/quotas/desk-books.ts';
import { RateDesk } from '../billing-core/src/quotas/rate-desk.ts';
import { synchronise, type SyncMessage } from '../billing-core/src/sync/actions.ts';
import { syncHttp } from '../billing-core/src/sync/http.ts';
import { freePort } from '../scripts/test/free-port.ts';

/** How a batch gets to the ledger. */
export type Way = {
  /** Out: how many entries core says it wrote. */
  send(message: SyncMessage): Promise<number>;
  close(): Promise<void>;
};

/** `synchronise` itself, a transaction a batch: what core does behind its endpoint. */
export const directWay = (sql: Sql): Way => ({
  send: async (message) => {
    const { batch } = await sql.begin((tx) => synchronise(tx, message, Date.now()));
    return batch?.written ?? 0;
  },
  close: async () => {},
});

/** The sync endpoint on loopback. Client and server share this process, and so one core. */
export async function httpWay(sql: Sql): Promise<Way> {
  const stopping = new AbortController();
  const log = pino({ level: 'error' });
  const clock = Date.now;
  const rates = new RateDesk({ number: clock(), books: booksOfOne(sql), clock });
  const app = syncHttp({ sql, log, clock, stopping: stopping.signal }, rates);
  const port = await freePort();
  const server = createAdaptorServer({ fetch: app.fetch }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    send: async ({ envelope, bytes }) => {
      const line = Buffer.from(`${JSON.stringify(envelope)}\n`);
      const body = Buffer.concat([line, bytes]);
      const url = `http://127.0.0.1:${port}/sync`;
      const answer = await request(url, { method: 'POST', body });
      const { batch } = (await answer.body.json()) as { batch: { written: number } | null };
      return batch?.written ?? 0;
    },
    close: async () => {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
