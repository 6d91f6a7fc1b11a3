import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, compiledName } from './compile.ts';
import { copyPackage, packagesFor } from './packages.ts';
import { type PartName, PARTS } from './parts.ts';

/** What a release has, from its root. */
export interface Release {
  files: string[];
  packages: string[];
}

const LICENCES = ['LICENSE'];

/**
 * Makes the release of a part in a folder, anew: compiled files, what they read, and the packages
 * that they import, laid out as in the project. About a second.
 */
export function makeRelease(root: string, name: PartName, to: string): Release {
  const { entries, files } = PARTS[name];
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const { compiled, read, needs } = reach(root, entries);
  for (const [path, code] of compiled) write(join(to, compiledName(path)), code);
  for (const file of [...read, ...files, ...LICENCES]) copy(root, file, to);
  const packages = packagesFor(root, needs);
  for (const folder of packages) copyPackage(root, folder, to);
  write(join(to, 'package.json'), manifest(root, name));
  return { files: [...compiled.keys()].map(compiledName).toSorted(), packages };
}

interface Reached {
  compiled: Map<string, string>;
  /** Read as they are, such as a package.json. */
  read: Set<string>;
  needs: Map<string, string[]>;
}

function reach(root: string, entries: readonly string[]): Reached {
  const reached: Reached = { compiled: new Map(), read: new Set(), needs: new Map() };
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.compiled.has(path)) continue;
    if (!path.endsWith('.ts')) {
      reached.read.add(path);
      continue;
    }
    const { code, leadsTo, packages } = compile(root, path);
    reached.compiled.set(path, code);
    reached.needs.set(path, packages);
    queue.push(...leadsTo);
  }
  return reached;
}

// It says that files are modules, and scanners what this is.
function manifest(root: string, name: PartName): string {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  const about = { name: `@tollgate/${name}`, version, private: true, license, type: 'module' };
  return `${JSON.stringify(about, null, 2)}\n`;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function copy(root: string, path: string, to: string): void {
  mkdirSync(dirname(join(to, path)), { recursive: true });
  cpSync(join(root, path), join(to, path), { recursive: true });
}
