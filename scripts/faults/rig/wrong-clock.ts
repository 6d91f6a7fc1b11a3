import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../../test/folder.ts';

/**
 * A wall clock that goes as we please, for the processes that it is put before; their monotonic
 * clock goes on. Needs faketime.
 */
export class WrongClock {
  readonly #file = join(testFolder('clock'), 'offset');

  /** `seconds` beside the right time. */
  constructor(seconds = 0) {
    this.jump(seconds);
  }

  jump(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
  }

  /** What is put before a command. */
  get wrap(): readonly string[] {
    const library = execFileSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD']);
    return [
      'env',
      `LD_PRELOAD=${String(library).trim()}`,
      `FAKETIME_TIMESTAMP_FILE=${this.#file}`,
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
      'FAKETIME_NO_CACHE=1',
    ];
  }
}
