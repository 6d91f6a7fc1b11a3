import { dirname, join } from 'node:path';
import { target } from './imports.ts';
import { type Finding, isTest, type Source } from './source.ts';

/** Where programs begin, beside what package.json files, index.html and CI name. */
const ENTRY =
  /(^|\/)main\.tsx?$|\.config\.ts$|^billing-core\/src\/(migrate|(create|declare|apply)-\w+)\.ts$/;

/**
 * Files that no entry and no test leads to. `namings` are texts outside the sources that name
 * entries, such as package.json.
 */
export function reachFindings(sources: readonly Source[], namings: readonly string[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const named = (path: string): boolean => namings.some((text) => text.includes(path));
  const queue = sources.filter(
    ({ path }) => ENTRY.test(path) || /\.test\.tsx?$/.test(path) || named(path),
  );
  const reached = new Set(queue.map(({ path }) => path));
  for (let source = queue.pop(); source; source = queue.pop()) {
    for (const path of leadsTo(source)) {
      const next = byPath.get(path);
      if (!next || reached.has(path)) continue;
      reached.add(path);
      queue.push(next);
    }
  }
  return sources
    .filter(({ path }) => !reached.has(path) && !path.endsWith('.d.ts'))
    .map(({ path }) => ({ path, line: 1, problem: 'is dead: no entry and no test leads to it' }));
}

// Programs are also started by name: `new URL('child.ts', import.meta.url)`, 'web/server/main.ts'.
function leadsTo(source: Source): string[] {
  const imported = source.imports.map((each) => target(source.path, each));
  const started = source.strings
    .filter(({ text }) => /\.tsx?$/.test(text) && !text.includes('\n'))
    .flatMap(({ text }) => [text, text.replace(/^\?\/?/, ''), join(dirname(source.path), text)]);
  const found = [...imported, ...started];
  return isTest(source.path) ? found : found.filter((path) => !path.endsWith('.test.ts'));
}
