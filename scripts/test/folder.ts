import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/**
 * Makes an empty folder of a test. It goes with the run; a test that is done with it early may
 * remove it itself.
 */
export function testFolder(name: string): string {
  return mkdtempSync(join(inject('runFolder'), `${name}-`));
}
