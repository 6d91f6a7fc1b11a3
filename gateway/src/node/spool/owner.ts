import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { syncDirectory } from './segment.ts';

export type SpoolIdentity = {
  /** The gateway's id: minted into the spool once, so that it follows the volume. */
  gateway: string;
  /** Tells a spool from a copy of it. */
  fingerprint: string;
};

export type SpoolOwner = SpoolIdentity & { release(): void };

/** Another process holds the spool. */
export class SpoolOwned extends Error {}

const BUSY_MS = 5_000;
export const mint = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

function parseIdentity(path: string, text: string): SpoolIdentity {
  try {
    return JSON.parse(text) as SpoolIdentity;
  } catch (error) {
    throw new Error(`${path} is damaged: it holds the gateway's identity`, { cause: error });
  }
}

function identityOf(dir: string): SpoolIdentity {
  const path = join(dir, 'spool.json');
  try {
    return parseIdentity(path, readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Under a new identity what older boots left would be shipped, and counted, a second time.
  if (readdirSync(join(dir, 'boots')).length > 0) {
    throw new Error(`${path} is missing, but the spool holds usage: put the file back`);
  }
  const identity = { gateway: mint('gw'), fingerprint: mint('sp') };
  writeFileSync(`${path}.new`, JSON.stringify(identity), { flush: true });
  renameSync(`${path}.new`, path);
  // Lost with a power failure, it would make what is shipped under it somebody else's.
  syncDirectory(dir);
  return identity;
}

/**
 * Makes this process the only owner of a spool directory, by an exclusive SQLite transaction that
 * the kernel ends with the process, `kill -9` included. Waits up to 5 s for a predecessor that is
 * just ending, then throws SpoolOwned.
 */
export function ownSpool(dir: string): SpoolOwner {
  mkdirSync(join(dir, 'boots'), { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(dir, 'owner.db'), { timeout: BUSY_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new SpoolOwned(`the spool in ${dir} belongs to a running process`, { cause: error });
  }
  const identity = identityOf(dir);
  // A copy of the directory has files of its own: the inode tells it from the original.
  const { ino } = statSync(join(dir, 'spool.json'));
  const fingerprint = `${identity.fingerprint}.${ino}`;
  return { ...identity, fingerprint, release: () => lock.close() };
}
