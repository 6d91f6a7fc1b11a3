// `npm run release`: what an installation runs, below release/. PART FOLDER: that part alone.
import { join } from 'node:path';
import { ROOT } from '../start/config.ts';
import { buildWeb, isWebBuilt } from '../start/web-build.ts';
import { isPart, PARTS } from './parts.ts';
import { makeRelease } from './release.ts';

const [name, folder] = process.argv.slice(2);
const parts = name === undefined ? Object.keys(PARTS) : [name];
for (const part of parts) {
  if (!isPart(part)) throw new Error(`${part} is none of ${Object.keys(PARTS).join(', ')}`);
  if (part === 'web' && !isWebBuilt()) await buildWeb();
  const to = folder ?? join(ROOT, 'release', part);
  const { files, packages } = makeRelease(ROOT, part, to);
  console.log(`${part}: ${files.length} files and ${packages.length} packages in ${to}`);
}
