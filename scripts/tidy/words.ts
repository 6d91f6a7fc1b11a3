import { type Finding, isTest, type Source } from './source.ts';

/** Time and chance come in as arguments; these files are where they come from. */
const CLOCK_OR_ENTRY = /(^|\/)(clock|main)\.tsx?$|^billing-core\/src\/(migrate|create-\w+)\.ts$/;
const CONFIG = /(^|\/)config\.ts$/;
const DEFAULT_EXPORT = /(^|\/)(main|[\w.]*config|global-setup)\.tsx?$|\.config\.ts$/;
/** Tools run on a developer's machine and are their own entries. */
const TOOL = /^(scripts|bench)\/|\.config\.ts$/;

/** Calls and types that are banned outside the files that exist for them. */
export function wordFindings(sources: readonly Source[]): Finding[] {
  return sources.flatMap(({ path, uses, exports }) => {
    const banned = uses
      .filter(({ what }) => isBanned(path, what))
      .map(({ what, line }) => ({ path, line, problem: `uses ${what}` }));
    const exported = exports.flatMap(({ kind, line }) => {
      const problem = problemOf(path, kind);
      return problem === undefined ? [] : [{ path, line, problem }];
    });
    return [...banned, ...exported];
  });
}

function isBanned(path: string, what: string): boolean {
  if (what === 'any') return true;
  if (isTest(path) || TOOL.test(path)) return false;
  return what === 'process.env' ? !CONFIG.test(path) : !CLOCK_OR_ENTRY.test(path);
}

function problemOf(path: string, kind: 'default' | 'all' | 'from'): string | undefined {
  if (kind === 'default') return DEFAULT_EXPORT.test(path) ? undefined : 'has a default export';
  return 'passes on what another file exports';
}
