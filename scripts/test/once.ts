import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runFolder } from './folder.ts';

const POLL_MS = 50;
const MADE_WITHIN_MS = 180_000;

/**
 * Something dear that test files only read, such as a build: the first file that asks makes it,
 * and all others of the run wait for that. Out: its folder, which appears whole or not at all.
 * Throws with the words of the file that failed to make it.
 */
export async function oncePerRun(
  name: string,
  make: (folder: string) => Promise<unknown> | void,
): Promise<string> {
  const folder = join(runFolder(), name);
  if (claim(`${folder}.claimed`)) await makeWhole(folder, make);
  for (let waited = 0; !existsSync(folder); waited += POLL_MS) {
    if (existsSync(failureOf(folder))) throw new Error(readFileSync(failureOf(folder), 'utf8'));
    if (waited > MADE_WITHIN_MS) throw new Error(`nobody has made ${folder}`);
    await pause(POLL_MS);
  }
  return folder;
}

const failureOf = (folder: string): string => `${folder}.failed`;

/** Out: whether we are the first of all processes to make this folder. */
function claim(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function makeWhole(
  folder: string,
  make: (folder: string) => Promise<unknown> | void,
): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  mkdirSync(unfinished);
  try {
    await make(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    writeFileSync(failureOf(folder), error instanceof Error ? String(error.stack) : String(error));
  }
}
