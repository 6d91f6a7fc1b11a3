import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, parseSync, visitorKeys } from 'oxc-parser';

/** What the sources of the portal say to people. */
export interface Sentences {
  /** Of `t()`: each with a file that says it, of those that everyone sees if any does. */
  plain: Map<string, string>;
  /** Of `tn()`, by the form for many; with the names of its places. */
  counted: Map<string, string>;
  /** What is said past both, or is said by a name: 'file:line words'. */
  untold: string[];
}

/** Attributes that people read or hear. */
const SPOKEN =
  /^(title|label|about|alt|hint|consequence|confirmLabel|what|aria-(label|description|valuetext))$/;
/** This one shows what may be typed, which is the same in any language unless it is words. */
const EXAMPLE = /^(aria-)?placeholder$/;
const WORDS = /\p{L}{2,}/u;
/** Names of things that are the same in any language. */
const NAMES = /^(Tollgate|UTC|Stripe|CSV|PDF|JSON|URL|https?:.*)$/;

interface Visit {
  node: Node;
  parent: Node | undefined;
  at: string;
}

/** Reads all of `src`. */
export function sentencesIn(folder: string): Sentences {
  const found: Sentences = { plain: new Map(), counted: new Map(), untold: [] };
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  for (const file of files) {
    if (!/\.tsx?$/.test(file) || /\.test\.tsx?$|^kit\/text\.ts$/.test(file)) continue;
    readSentences(found, file, readFileSync(join(folder, file), 'utf8'));
  }
  return found;
}

/** The same of one file. */
export function readSentences(found: Sentences, file: string, text: string): void {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  walk(parseSync(file, text).program, undefined, (node, parent) => {
    look(found, { node, parent, at: `${file}:${lineOf(node.start)}` });
  });
}

function look(found: Sentences, { node, parent, at }: Visit): void {
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier') {
    const [first, second] = node.arguments;
    if (node.callee.name === 't') hear(found, first, at);
    if (node.callee.name === 'tn') hearCounted(found, second, at);
  }
  if (node.type === 'JSXText' && WORDS.test(node.value)) {
    note(found, at, node.value.trim());
  }
  if (node.type === 'JSXAttribute' && node.name.type === 'JSXIdentifier') {
    const said = spokenIn(node.name.name, textOf(valueOf(node.value)));
    if (said !== undefined) note(found, at, said);
  }
  // {'Words'} as a child, or as one side of a choice there.
  if (node.type === 'JSXExpressionContainer' && parent?.type !== 'JSXAttribute') {
    for (const said of textsOf(node.expression)) note(found, at, said);
  }
}

function spokenIn(attribute: string, text: string | undefined): string | undefined {
  if (SPOKEN.test(attribute)) return text;
  return EXAMPLE.test(attribute) && /\p{Ll} \p{L}/u.test(text ?? '') ? text : undefined;
}

/** What is between the braces, if there are any. */
function valueOf(node: Node | null): Node | null {
  return node?.type === 'JSXExpressionContainer' ? node.expression : node;
}

function note(found: Sentences, at: string, said: string): void {
  if (WORDS.test(said) && !NAMES.test(said.trim())) found.untold.push(`${at} ${said}`);
}

function hear(found: Sentences, argument: Node | undefined, at: string): void {
  const said = textOf(argument);
  if (said === undefined) found.untold.push(`${at} t() of what is no text`);
  else hold(found.plain, said, at);
}

function hold(said: Map<string, string>, words: string, at: string): void {
  if (said.get(words)?.startsWith('admin/') !== false) said.set(words, at);
}

function hearCounted(found: Sentences, forms: Node | undefined, at: string): void {
  const properties = forms?.type === 'ObjectExpression' ? forms.properties : [];
  for (const property of properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
    const said = property.key.name === 'other' ? textOf(property.value) : undefined;
    if (said !== undefined) hold(found.counted, said, at);
  }
  if (properties.length === 0) found.untold.push(`${at} tn() of what are no forms`);
}

function textOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined;
  }
  // A long one stands on several lines.
  if (node?.type === 'BinaryExpression' && node.operator === '+') {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

function textsOf(node: Node): string[] {
  if (node.type === 'ConditionalExpression') {
    return [...textsOf(node.consequent), ...textsOf(node.alternate)];
  }
  if (node.type === 'LogicalExpression') return textsOf(node.right);
  const said = textOf(node);
  return said === undefined ? [] : [said];
}

function walk(
  node: Node,
  parent: Node | undefined,
  visit: (node: Node, parent: Node | undefined) => void,
): void {
  visit(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const below = (node as unknown as Record<string, Node | Node[] | null>)[key];
    for (const one of Array.isArray(below) ? below : [below]) {
      if (one) walk(one, node, visit);
    }
  }
}
