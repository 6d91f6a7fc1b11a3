import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { READ_ONLY } from './parts.ts';

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Node runs none of these: types, maps and words. */
const OF_NO_USE = new Set(['.ts', '.mts', '.cts', '.map', '.md', '.markdown', '.flow']);
const LICENCE = /^(licen[cs]e|notice|copying)/i;

/**
 * The packages that files need, and those that they need in turn, as Node would find them.
 * In: by the path of a file, the names that it imports. Out: folders, from the root.
 */
export function packagesFor(root: string, needs: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const look = (from: string, name: string, mayBeAbsent: boolean): void => {
    const folder = find(root, from, name);
    if (folder === undefined && !mayBeAbsent) throw new Error(`${from} needs ${name}: not there`);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    if (name in READ_ONLY) return;
    for (const [each, optional] of neededBy(join(root, folder))) look(folder, each, optional);
  };
  for (const [path, names] of needs) for (const name of names) look(dirname(path), name, false);
  return [...found].toSorted();
}

/** Copies a package to the same place below another root. */
export function copyPackage(root: string, folder: string, to: string): void {
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const from = join(root, folder);
  const only = READ_ONLY[name];
  if (only) {
    const legal = readdirSync(from).filter((file) => LICENCE.test(file));
    for (const file of ['package.json', ...legal, ...only]) copyFile(from, file, join(to, folder));
    return;
  }
  const wanted = (path: string): boolean => {
    const inside = relative(from, path);
    // What another package needs of its own comes by itself, where it is needed.
    if (inside === 'node_modules') return false;
    return !OF_NO_USE.has(extname(path)) || LICENCE.test(inside);
  };
  cpSync(from, join(to, folder), { recursive: true, dereference: true, filter: wanted });
}

function copyFile(from: string, file: string, to: string): void {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  cpSync(join(from, file), join(to, file));
}

// As Node does: in node_modules of the folder and of each one above it, up to the root.
function find(root: string, from: string, name: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = at === '.' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (existsSync(join(root, folder, 'package.json'))) return folder;
    if (at === '.') return undefined;
  }
}

function neededBy(folder: string): [name: string, mayBeAbsent: boolean][] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
  const isOptional = (name: string): boolean =>
    manifest.peerDependenciesMeta?.[name]?.optional === true;
  return [
    ...Object.keys(dependencies).map((name) => [name, name in optionalDependencies] as const),
    ...Object.keys(optionalDependencies).map((name) => [name, true] as const),
    // A peer that may be absent is for those who import it themselves.
    ...Object.keys(peerDependencies)
      .filter((name) => !isOptional(name))
      .map((name) => [name, true] as const),
  ].map(([name, mayBeAbsent]) => [name, mayBeAbsent]);
}
