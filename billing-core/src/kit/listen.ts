import { getRequestListener } from '@hono/node-server';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import { answerUnreadable, unreadableRequest, type Door } from './unreadable.ts';

export type Place = { host: string; port: number };
type Fetch = Parameters<typeof getRequestListener>[0];

// Above what proxies keep idle connections for, so that they never use one we just closed.
const KEEP_ALIVE_MS = 75_000;
const REQUEST_MS_MAX = 60_000;
const IDLE_CHECK_MS = 50;

/**
 * Serves `fetch` at a place, and problems to what is not HTTP. Rejects with a plain sentence when
 * the port is taken.
 */
export async function listen(fetch: Fetch, { host, port }: Place, door: Door): Promise<Server> {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_MS_MAX,
      // Node's own refusal is empty; the listener refuses as well.
      requireHostHeader: false,
    },
    getRequestListener(fetch, { errorHandler: unreadableRequest(door) }),
  );
  answerUnreadable(server, door);
  server.listen(port, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new Error(taken ? `port ${port} of ${host} is taken` : String(error), { cause: error });
  }
}

const ANY = new Set(['0.0.0.0', '::', '']);

/** Where others of the same network reach what listens at a place, as far as can be told here. */
export function addressOf({ host, port }: Place): string {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal);
  const best = outside.find(({ family }) => family === 'IPv4') ?? outside[0];
  const name = ANY.has(host) ? (best?.address ?? '127.0.0.1') : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Stops listening, lets open requests end, and cuts what is still open after `deadlineMs`. */
export async function close(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection whose last request ends now would stay open for the next one.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
