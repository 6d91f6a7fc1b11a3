import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MUTATIONS, type Change } from './mutations.ts';

/**
 * Puts the simulator below the real code: modules that touch the outside are exchanged for ones
 * of virtual time, disks and network, and a few sizes are made small enough to be met in a run.
 * Whatever is imported with `?name` is the code with the mutation of that name.
 */

const HERE = new URL('.', import.meta.url);
const ROOT = new URL('../../../', HERE);
const NODE_HOST = 'gateway/src/node/';
const CORE = 'billing-core/src/';

/** What whom imports, and what it gets instead. */
const STAND_INS: readonly (readonly [from: string, specifier: RegExp, file: string])[] = [
  [NODE_HOST, /^node:fs$/, 'stand-in/files.ts'],
  [NODE_HOST, /^node:sqlite$/, 'stand-in/sqlite.ts'],
  [NODE_HOST, /^node:crypto$/, 'stand-in/crypto.ts'],
  [NODE_HOST, /^node:timers\/promises$/, 'stand-in/timers.ts'],
  [NODE_HOST, /^undici$/, 'stand-in/undici.ts'],
  [`${CORE}sync/`, /\/kit\/changes\.ts$/, 'stand-in/changes.ts'],
  [`${CORE}sync/`, /\/usage\/store\.ts$/, 'stand-in/usage-store.ts'],
  [`${CORE}usage/`, /^\.\/store\.ts$/, 'stand-in/usage-store.ts'],
  [`${CORE}quotas/`, /^\.\/carried\.ts$/, 'stand-in/carried.ts'],
  [CORE, /\/(usage\/)?dead-letters\.ts$/, 'stand-in/dead-letters.ts'],
  [`${CORE}sync/`, /\/quotas\/store\.ts$/, 'stand-in/quotas-store.ts'],
  [`${CORE}quotas/`, /^\.\/store\.ts$/, 'stand-in/quotas-store.ts'],
  [`${CORE}quotas/`, /\/usage\/recovery\.ts$/, 'stand-in/recovery.ts'],
];

/** Sizes that no run of some minutes would reach. */
const SIZES: readonly Change[] = [
  {
    file: 'gateway/src/node/spool/spool.ts',
    from: 'SEGMENT_BYTES_MAX = 16 * 1024 * 1024',
    to: 'SEGMENT_BYTES_MAX = 6_000',
  },
  {
    file: 'gateway/src/node/metering.ts',
    from: 'BATCH_ENTRIES_CUT = 4_000',
    to: 'BATCH_ENTRIES_CUT = 4',
  },
  {
    file: 'gateway/src/node/spool/room.ts',
    from: 'RESERVE_BYTES = 512 * 1024',
    to: 'RESERVE_BYTES = 4_000',
  },
  {
    file: 'gateway/src/node/spool/overflow.ts',
    from: 'UNWRITTEN_MAX = 50_000',
    to: 'UNWRITTEN_MAX = 6',
  },
];

const pathOf = (url: string): string =>
  url.startsWith(ROOT.href) ? (url.slice(ROOT.href.length).split('?')[0] as string) : '';

function changed(url: string): string | undefined {
  const path = pathOf(url);
  const name = new URL(url).search.slice(1);
  const mutation = MUTATIONS[name]?.changes ?? [];
  const changes = [...SIZES, ...mutation].filter(({ file }) => file === path);
  if (changes.length === 0) return undefined;
  let source = readFileSync(fileURLToPath(url.split('?')[0] as string), 'utf8');
  for (const { from, to } of changes) {
    // A mechanism that is written in another way now has to be taken out in another way.
    if (!source.includes(from)) throw new Error(`${path} has no longer: ${from}`);
    source = source.replace(from, () => to);
  }
  return source;
}

/** Call it before any of the code that is simulated is imported. */
export function putStandIns(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL = '' } = context;
      const from = pathOf(parentURL);
      const search = from ? new URL(parentURL).search : '';
      const standIn = STAND_INS.find(
        ([folder, what]) => from.startsWith(folder) && what.test(specifier),
      );
      const resolved = standIn
        ? { url: new URL(standIn[2], HERE).href, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context);
      const isOurs = pathOf(resolved.url) && !resolved.url.includes('/node_modules/');
      return isOurs && !resolved.url.includes('?')
        ? { ...resolved, url: resolved.url + search }
        : resolved;
    },
    load(url, context, next) {
      const source = changed(url);
      if (source === undefined) return next(url, context);
      return { ...next(url, context), source };
    },
  });
}
