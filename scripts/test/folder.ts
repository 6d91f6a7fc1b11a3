import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Removed after the run, or by the next one. */
    runFolder: string;
  }
}

/** The folder that everything of this run is in. */
export const runFolder = (): string => inject('runFolder');

/**
 * Makes an empty folder of a test. It goes with the run; a test that is done with it early may
 * remove it itself.
 */
export function testFolder(name: string): string {
  return mkdtempSync(join(runFolder(), `${name}-`));
}
