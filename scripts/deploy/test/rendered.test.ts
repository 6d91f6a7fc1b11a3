import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../start/config.ts';
import { type Manifest, nameOf, render } from '../kustomize.ts';

// What the other tests hold of the overlays is read from our own renderer. Where the real one is
// installed it has to say the same, object by object.

const PROGRAMS = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;
const real = PROGRAMS.find(([program]) => spawnSync(program, ['version']).status === 0);

test.skipIf(!real).each(['local', 'production'])('%s is what kustomize makes of it', (overlay) => {
  const folder = join(ROOT, 'deploy/kubernetes/overlays', overlay);
  const [program, command] = real ?? PROGRAMS[0];
  const text = execFileSync(program, [command, folder], { encoding: 'utf8' });
  const theirs = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const byName = (manifests: Manifest[]): Record<string, Manifest> =>
    Object.fromEntries(manifests.map((manifest) => [nameOf(manifest), manifest]));
  expect(theirs.length).toBeGreaterThan(0);
  expect(byName(render(folder))).toEqual(byName(theirs));
});
