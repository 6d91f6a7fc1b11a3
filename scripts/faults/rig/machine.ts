import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * A machine that can be started again without starting this one: what runs on it sees a kernel's
 * boot id of its own. Needs root and unshare.
 */
export class Machine {
  readonly #path: string;

  /** In: a file that does not exist. */
  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.restart();
  }

  restart(): void {
    writeFileSync(this.#path, `${randomUUID()}\n`);
  }

  /** What is put before a command to run it on the machine. */
  get wrap(): readonly string[] {
    const script = `mount --bind ${this.#path} ${BOOT_ID} && exec "$0" "$@"`;
    return ['unshare', '--mount', 'sh', '-c', script];
  }
}
