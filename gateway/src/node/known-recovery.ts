import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'recovery';

/**
 * The newest recovery of core's database that this spool has dealt with, as its file says: what its
 * boots shipped until then core has. 0 before the first.
 */
export class KnownRecovery {
  readonly #path: string;
  number: number;

  constructor(spoolDir: string) {
    this.#path = join(spoolDir, FILE);
    this.number = this.#read();
  }

  /** Everything was shipped again that core may have lost: a next start need not do it. */
  keep(number: number): void {
    if (number !== this.number) return;
    writeFileSync(`${this.#path}.new`, String(number), { flush: true });
    renameSync(`${this.#path}.new`, this.#path);
  }

  #read(): number {
    try {
      const number = Number(readFileSync(this.#path, 'utf8'));
      return Number.isSafeInteger(number) ? number : 0;
    } catch {
      return 0;
    }
  }
}
