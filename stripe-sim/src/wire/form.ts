import { invalid } from './fault.ts';

/** What a form says before anybody knows what it means. */
export type Raw = string | Raw[] | RawHash;
export interface RawHash {
  [key: string]: Raw;
}

const DEPTH_MAX = 10;
const PAIRS_MAX = 5000;

/**
 * Reads a query or a body with bracketed names: `a[b]=1` is a hash in a hash, `a[0]=1` and `a[]=1`
 * are lists. Throws 400.
 * https://docs.stripe.com/api#introduction
 */
export function formOf(text: string): RawHash {
  const root: RawHash = emptyHash();
  const pairs = [...new URLSearchParams(text)];
  if (pairs.length > PAIRS_MAX) throw invalid(`Too many parameters: at most ${PAIRS_MAX}`);
  for (const [name, value] of pairs) {
    const open = name.indexOf('[');
    const keys =
      open === -1
        ? [name]
        : [name.slice(0, open), ...[...name.slice(open).matchAll(/\[([^[\]]*)\]/g)].map(keyOf)];
    if (keys.length > DEPTH_MAX) throw invalid('Parameters are nested too deeply', { param: name });
    put(root, keys, value);
  }
  return asLists(root) as RawHash;
}

const keyOf = (match: RegExpMatchArray): string => match[1] ?? '';
// A key such as __proto__ is a key like any other.
const emptyHash = (): RawHash => Object.create(null) as RawHash;

function put(root: RawHash, keys: readonly string[], value: string): void {
  let hash = root;
  keys.forEach((key, at) => {
    const name = key === '' ? String(Object.keys(hash).length) : key;
    if (at === keys.length - 1) {
      hash[name] = value;
      return;
    }
    const next = hash[name];
    const isHash = typeof next === 'object' && !Array.isArray(next);
    const inner: RawHash = isHash ? next : emptyHash();
    hash[name] = inner;
    hash = inner;
  });
}

function asLists(raw: Raw): Raw {
  if (typeof raw === 'string' || Array.isArray(raw)) return raw;
  const keys = Object.keys(raw);
  const isList = keys.length > 0 && keys.every((key) => /^\d+$/.test(key));
  if (isList) return keys.map((key) => asLists(raw[key] ?? ''));
  for (const key of keys) raw[key] = asLists(raw[key] ?? '');
  return raw;
}
