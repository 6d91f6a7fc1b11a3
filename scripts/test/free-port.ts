import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below what systems hand out by themselves (Linux from 32768, others from 49152): between the
// look and the use, no outgoing connection and no listener on port 0 can be given such a one.
const PORTS = { from: 10_000, to: 32_000 };
const TRIES = 100;
const given = new Set<number>();

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Out: a TCP port of 127.0.0.1 that nobody listens on, and that this process is given once. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port in ${TRIES} tries`);
}
