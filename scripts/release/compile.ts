import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { READ_ONLY } from './parts.ts';

/** JavaScript of a project file, and what it leads to. */
export interface Compiled {
  code: string;
  /** Project files, by their path from the root. */
  leadsTo: string[];
  /** Names of packages. */
  packages: string[];
}

const CONTRACT = '@tollgate/billing-core/contract/';
const WORKER = /new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g;

interface Specifier {
  value: string;
  /** Of the literal with its quotes. */
  start: number;
  end: number;
}

/**
 * Compiles one file of the project. Types become blanks, so that lines and columns stay; paths of
 * our own files become relative and end with `.js`. Throws when it is no TypeScript that Node runs.
 */
export function compile(root: string, path: string): Compiled {
  const text = readFileSync(join(root, path), 'utf8');
  const leadsTo: string[] = [];
  const packages = packagesNamed(text);
  let code = text;
  // From the end, so that the places of those before stay what they are.
  for (const { value, start, end } of specifiersIn(path, text).toReversed()) {
    const own = ownFile(path, value);
    if (own === undefined) {
      const name = packageOf(value);
      if (name !== undefined) packages.push(name);
      continue;
    }
    leadsTo.push(own);
    code = `${code.slice(0, start)}'${compiledName(way(path, own))}'${code.slice(end)}`;
  }
  return { code: stripTypeScriptTypes(code, { mode: 'strip' }), leadsTo, packages };
}

/** Where the compiled file of a source is. */
export const compiledName = (path: string): string => path.replace(/\.ts$/, '.js');

// Type imports are gone when the program runs, and with them what they lead to.
function specifiersIn(path: string, text: string): Specifier[] {
  const { program, errors, module } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const imported = program.body.flatMap((node): Specifier[] => {
    if (node.type === 'ImportDeclaration') return node.importKind === 'type' ? [] : [node.source];
    if (node.type !== 'ExportNamedDeclaration' && node.type !== 'ExportAllDeclaration') return [];
    return node.source && node.exportKind !== 'type' ? [node.source] : [];
  });
  const later = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }): Specifier[] => {
    const named = /^(['"])(.+)\1$/.exec(text.slice(start, end))?.[2];
    return named === undefined ? [] : [{ value: named, start, end }];
  });
  const workers = [...text.matchAll(WORKER)].map(({ 1: value = '', index }) => {
    const start = index + 'new URL('.length;
    return { value, start, end: start + value.length + 2 };
  });
  return [...imported, ...later, ...workers].toSorted((one, other) => one.start - other.start);
}

function ownFile(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  if (!specifier.startsWith(CONTRACT)) return undefined;
  return `billing-core/src/contract/${specifier.slice(CONTRACT.length)}`;
}

function way(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const packagesNamed = (text: string): string[] =>
  Object.keys(READ_ONLY).filter((name) => text.includes(`'${name}`));
