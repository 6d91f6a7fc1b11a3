import { DatabaseSync as Real, type StatementSync } from 'node:sqlite';
import { stage } from '../stage.ts';
import { Killed } from '../world.ts';
import { diskOf } from './files.ts';

const LOCK = 'BEGIN EXCLUSIVE';
/** Writes no file of its own, and nothing else could read it: so it need not be one at all. */
const FILE = ':memory:';

/**
 * node:sqlite over a machine's disk. An exclusive transaction is held until its process ends,
 * whatever way that is; the databases are real ones, in memory, which a power cut may take.
 */
export class DatabaseSync {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    const { databases } = diskOf(path);
    if (!databases.has(path)) databases.set(path, new Real(FILE));
  }

  get #real(): Real {
    return diskOf(this.#path).databases.get(this.#path) as Real;
  }

  exec(sql: string): void {
    const { acting } = stage().world;
    if (!acting?.alive) throw new Killed();
    if (sql !== LOCK) return this.#real.exec(sql);
    const { locks } = diskOf(this.#path);
    const holder = locks.get(this.#path) as { alive: boolean } | undefined;
    if (holder?.alive && holder !== acting) throw new Error('database is locked');
    locks.set(this.#path, acting);
  }

  prepare(sql: string): StatementSync {
    if (!stage().world.acting?.alive) throw new Killed();
    return this.#real.prepare(sql);
  }

  close(): void {
    const { locks } = diskOf(this.#path);
    if (locks.get(this.#path) === stage().world.acting) locks.delete(this.#path);
  }
}
