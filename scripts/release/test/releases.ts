import { join } from 'node:path';
import { ROOT } from '../../start/config.ts';
import { buildWeb, isWebBuilt } from '../../start/web-build.ts';
import { oncePerRun } from '../../test/once.ts';
import { type PartName, PARTS } from '../parts.ts';
import { makeRelease } from '../release.ts';

/** Out: the folder with the releases of all parts, made once for all test files of a run. */
export function releases(): Promise<string> {
  return oncePerRun('releases', async (folder) => {
    if (!isWebBuilt()) await buildWeb();
    for (const name of Object.keys(PARTS) as PartName[]) {
      makeRelease(ROOT, name, join(folder, name));
    }
  });
}
