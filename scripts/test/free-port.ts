import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

// Below what systems hand out by themselves (Linux from 32768, others from 49152): between the
// look and the use, no outgoing connection and no listener on port 0 can be given such a one.
const PORTS = { from: 10_000, to: 32_000 };
const TRIES = 100;
/** What was given a port has begun to listen after this, and its claim says nothing any more. */
const CLAIMED_FOR_MS = 300_000;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * Out: whether this port is ours among all processes that ask here. A run has about ten ports at
 * a time that are given and not yet listened on: without claims one run in three gave one twice.
 */
function claim(port: number, folder: string): boolean {
  const file = join(folder, `${port}`);
  const claimedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (claimedAt !== undefined && Date.now() - claimedAt < CLAIMED_FOR_MS) return false;
  rmSync(file, { force: true });
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Out: a TCP port of 127.0.0.1 that nobody listens on, nor is given for the next five minutes. */
export async function freePort(): Promise<number> {
  const folder = join(tmpdir(), `tollgate-ports-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true });
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (claim(port, folder) && (await isFree(port))) return port;
  }
  throw new Error(`no free port in ${TRIES} tries`);
}
