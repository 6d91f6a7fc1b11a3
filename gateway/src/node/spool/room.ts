import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Enough for a boot to begin, and for what an older one left to be put into batches. */
export const RESERVE_BYTES = 512 * 1024;

/** On disk: core has everything of this boot, and knows that it ended. */
export const ENDED_MARK = 'ended';

export const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/**
 * Bytes kept back on the spool's disk, for the moment in which it is full and core answers: what
 * is recorded needs a little room to be put into batches, and is deleted once core has them. So
 * does the start of a process that was killed when it had filled the disk.
 */
export class Reserve {
  readonly #path: string;

  constructor(spoolDir: string) {
    this.#path = join(spoolDir, 'reserve');
  }

  /** Lets go of the bytes. */
  release(): void {
    rmSync(this.#path, { force: true });
  }

  /** Takes them again, unless the disk has no room; then a later call may. */
  keep(): void {
    if (existsSync(this.#path)) return;
    try {
      writeFileSync(this.#path, Buffer.alloc(RESERVE_BYTES), { mode: 0o600 });
    } catch (error) {
      rmSync(this.#path, { force: true });
      if (!isFull(error)) throw error;
    }
  }
}

/**
 * Deletes a boot that core has in full. What says so goes last: whoever found the rest of a
 * deletion that was cut off would take what is gone already for a loss.
 */
export function deleteBoot(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name !== ENDED_MARK) rmSync(join(dir, name), { recursive: true });
  }
  rmSync(dir, { recursive: true });
}

/**
 * Deletes the boots that core has in full. They are kept for a day in case its database is
 * restored to an earlier state; a full disk, on which nothing is admitted, is the worse trouble.
 */
export function dropEndedBoots(spoolDir: string): void {
  const boots = join(spoolDir, 'boots');
  for (const boot of readdirSync(boots)) {
    const dir = join(boots, boot);
    if (existsSync(join(dir, ENDED_MARK))) deleteBoot(dir);
  }
}
