import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Node, parseSync, visitorKeys } from 'oxc-parser';

/** What a rule has to say about a line. */
export interface Finding {
  path: string;
  line: number;
  problem: string;
}

export interface Import {
  specifier: string;
  isTypeOnly: boolean;
  line: number;
}

/** A source file and the facts that rules ask for, gathered in one walk of its syntax tree. */
export interface Source {
  /** From the project root. */
  path: string;
  lines: string[];
  imports: Import[];
  functions: { name: string; line: number; lines: number }[];
  strings: { text: string; line: number }[];
  /** Things that are banned somewhere, such as `Date.now` or `any`, with their lines. */
  uses: { what: string; line: number }[];
  /** Whatever makes, takes or names a floating-point number. */
  floats: { what: string; line: number }[];
  exports: { kind: 'default' | 'all' | 'from'; line: number }[];
}

const WORKSPACES = ['gateway', 'billing-core', 'web', 'scripts', 'client', 'bench', 'stripe-sim'];
const SKIPPED = /(^|\/)(node_modules|dist|\.[^/]+)(\/|$)/;
const MEMBERS = ['Date.now', 'Math.random', 'process.env'];

/** Out: every path in the workspaces, folders with a slash at the end. */
export function pathsIn(root: string): string[] {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && WORKSPACES.includes(entry.name))
    .map((entry) => entry.name);
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .map((entry) => {
        const path = relative(root, join(entry.parentPath, entry.name));
        return entry.isDirectory() ? `${path}/` : path;
      })
      .filter((path) => !SKIPPED.test(path)),
  );
}

/** Out: the sources among the paths, read and parsed. */
export function readSources(root: string, paths: readonly string[]): Source[] {
  return paths
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.gen.ts'))
    .map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));
}

/** Parses one file. Throws when it is no TypeScript. */
export function sourceOf(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const lines = text.split('\n');
  const source: Source = {
    path,
    lines,
    imports: [],
    functions: [],
    strings: [],
    uses: [],
    floats: [],
    exports: [],
  };
  const lineAt = lineFinder(text);
  walk(program, undefined, (node, parent) => gather(source, { node, parent, lineAt }));
  return source;
}

/** Whether a file is a test or serves tests only. */
export const isTest = (path: string): boolean => /\.test\.tsx?$|\/(test|mock)\//.test(path);

interface Visit {
  node: Node;
  parent: Node | undefined;
  lineAt: (offset: number) => number;
}

function gather(source: Source, { node, parent, lineAt }: Visit): void {
  const line = lineAt(node.start);
  switch (node.type) {
    case 'ImportDeclaration':
      source.imports.push({
        specifier: node.source.value,
        isTypeOnly: node.importKind === 'type',
        line,
      });
      break;
    case 'ImportExpression':
      if (node.source.type === 'Literal') {
        source.imports.push({ specifier: `${node.source.value}`, isTypeOnly: false, line });
      }
      break;
    case 'TSImportType':
      source.imports.push({ specifier: node.source.value, isTypeOnly: true, line });
      break;
    case 'ExportAllDeclaration':
      source.imports.push({ specifier: node.source.value, isTypeOnly: false, line });
      source.exports.push({ kind: 'all', line });
      break;
    case 'ExportNamedDeclaration':
      if (!node.source) break;
      source.imports.push({ specifier: node.source.value, isTypeOnly: false, line });
      source.exports.push({ kind: 'from', line });
      break;
    case 'ExportDefaultDeclaration':
      source.exports.push({ kind: 'default', line });
      break;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      if (isSuite(parent)) break;
      source.functions.push({
        name: nameOf(node, parent),
        line,
        lines: lineAt(node.end) - line + 1,
      });
      break;
    default:
      gatherUses(source, node, line);
  }
  const what = floatOf(node);
  if (what !== undefined) source.floats.push({ what, line });
}

const DIVISION = /^(\/|%|\*\*)=?$/;
const FLOAT_NAMES = ['Number', 'Math', 'parseFloat', 'parseInt', 'NaN', 'Infinity'];

// Whole literals are none: an index, a scale, a count of places.
function floatOf(node: Node): string | undefined {
  switch (node.type) {
    case 'TSNumberKeyword':
      return 'number';
    case 'Literal':
      return typeof node.value === 'number' && !Number.isInteger(node.value)
        ? String(node.value)
        : undefined;
    case 'BinaryExpression':
    case 'AssignmentExpression':
      return DIVISION.test(node.operator) ? node.operator : undefined;
    case 'UnaryExpression':
      return node.operator === '+' ? 'unary +' : undefined;
    case 'Identifier':
      return FLOAT_NAMES.includes(node.name) ? node.name : undefined;
    case 'MemberExpression':
      return node.property.type === 'Identifier' && node.property.name === 'toNumber'
        ? 'toNumber'
        : undefined;
    default:
      return undefined;
  }
}

function gatherUses(source: Source, node: Node, line: number): void {
  if (node.type === 'Literal' && typeof node.value === 'string') {
    source.strings.push({ text: node.value, line });
  } else if (node.type === 'TemplateLiteral') {
    source.strings.push({ text: node.quasis.map(({ value }) => value.raw).join('?'), line });
  } else if (node.type === 'TSAnyKeyword') {
    source.uses.push({ what: 'any', line });
  } else if (node.type === 'NewExpression' && node.arguments.length === 0) {
    const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date';
    if (isDate) source.uses.push({ what: 'new Date()', line });
  } else if (node.type === 'MemberExpression' && node.object.type === 'Identifier') {
    const property = node.property.type === 'Identifier' ? node.property.name : '';
    const what = `${node.object.name}.${property}`;
    if (MEMBERS.includes(what)) source.uses.push({ what, line });
  }
}

// The callback of a `describe` holds tests; its length says nothing.
function isSuite(parent: Node | undefined): boolean {
  if (parent?.type !== 'CallExpression') return false;
  let callee: Node = parent.callee;
  while (callee.type === 'MemberExpression' || callee.type === 'CallExpression') {
    callee = callee.type === 'MemberExpression' ? callee.object : callee.callee;
  }
  return callee.type === 'Identifier' && callee.name === 'describe';
}

function nameOf(node: Node, parent: Node | undefined): string {
  for (const named of [node, parent]) {
    for (const key of ['id', 'key'] as const) {
      const id = (named as unknown as Record<string, Node | undefined> | undefined)?.[key];
      if (id?.type === 'Identifier') return id.name;
    }
  }
  return 'function';
}

function walk(
  node: Node,
  parent: Node | undefined,
  visit: (node: Node, parent: Node | undefined) => void,
): void {
  visit(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
    for (const each of Array.isArray(child) ? child : [child]) {
      if (each) walk(each, node, visit);
    }
  }
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
