import { type Finding, isTest, type Source } from './source.ts';

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;
const FOLDERS_MAX = 3;
const README_LINES_MAX = 25;

/** A URL, and the classes of an element, which the formatter keeps on one line. */
const UNBREAKABLE = /https?:\/\/\S{40}|className="[^"]{50}/;
const VAGUE = /(^|[-/])(services?|managers?|helpers?|utils?|commons?|misc)([-./])/;

/** Sizes, depth and names. */
export function shapeFindings(sources: readonly Source[]): Finding[] {
  return sources.flatMap((source) => [...sizes(source), ...place(source)]);
}

/** A README in each module folder, no longer than one can take in; no empty folders. */
export function folderFindings(
  paths: readonly string[],
  linesOf: (path: string) => number,
): Finding[] {
  const folders = paths.filter((path) => path.endsWith('/'));
  const empty = folders
    .filter((folder) => !paths.some((path) => path !== folder && path.startsWith(folder)))
    .map((path) => ({ path, line: 1, problem: 'is an empty folder' }));
  const modules = folders.filter((folder) => isModule(folder) && !empty.some(at(folder)));
  const readmes = modules.flatMap((folder) => {
    const path = `${folder}README.md`;
    if (!paths.includes(path)) return [{ path: folder, line: 1, problem: 'has no README.md' }];
    const lines = linesOf(path);
    if (lines <= README_LINES_MAX) return [];
    return [{ path, line: lines, problem: `has ${lines} lines, over ${README_LINES_MAX}` }];
  });
  return [...empty, ...readmes];
}

const at = (path: string) => (finding: Finding) => finding.path === path;

// The rooms of design section 3: gateway/src/core, billing-core/src/usage, web/src/kit.
const isModule = (folder: string): boolean =>
  /^(gateway|billing-core|web)\/src\/[^/]+\/$/.test(folder) && !folder.endsWith('/test/');

function sizes({ path, lines, functions }: Source): Finding[] {
  const findings: Finding[] = [];
  const length = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (length > FILE_LINES_MAX) {
    findings.push({ path, line: length, problem: `has ${length} lines, over ${FILE_LINES_MAX}` });
  }
  for (const { name, line, lines: long } of functions) {
    if (long <= FUNCTION_LINES_MAX) continue;
    findings.push({ path, line, problem: `${name} has ${long} lines, over ${FUNCTION_LINES_MAX}` });
  }
  lines.forEach((text, index) => {
    if (text.length <= COLUMNS_MAX || UNBREAKABLE.test(text)) return;
    const problem = `has ${text.length} columns, over ${COLUMNS_MAX}`;
    findings.push({ path, line: index + 1, problem });
  });
  return findings;
}

function place({ path }: Source): Finding[] {
  const findings: Finding[] = [];
  const depth = path.split('/src/')[1]?.split('/').length ?? 1;
  if (depth - 1 > FOLDERS_MAX) {
    findings.push({ path, line: 1, problem: `lies ${depth - 1} folders below src` });
  }
  if (VAGUE.test(path) && !isTest(path)) {
    findings.push({ path, line: 1, problem: 'has a name that says nothing of the domain' });
  }
  return findings;
}
