import { z } from 'zod';

/** What a route matches: the grammar of its host and its path, and of what is made of the path. */

const HOST_CHARS_MAX = 253;
const PATTERN_CHARS_MAX = 1_000;

// A label of a host name (RFC 1123); what is beyond ASCII comes as punycode.
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?:\\*|(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*)$`);
// The characters of a path segment (RFC 3986) without percent-encoding, the wildcard, and the
// semicolon, behind which some servers see parameters and others a part of the name.
const LITERAL = /^[A-Za-z0-9\-._~!$&'()+,=@][A-Za-z0-9\-._~!$&'()+,=@:]*$/;
const NAMED = /^:[A-Za-z_][A-Za-z0-9_]{0,31}$/;

const literal = (segment: string): boolean =>
  LITERAL.test(segment) && segment !== '.' && segment !== '..';

/** `/`, or segments that are literal, `:name`, or a last `*`. */
export function isPathPattern(pattern: string): boolean {
  if (pattern === '/') return true;
  const [before, ...segments] = pattern.split('/');
  if (before !== '' || segments.length === 0) return false;
  const names = segments.filter((segment) => segment.startsWith(':'));
  if (new Set(names).size < names.length) return false;
  return segments.every(
    (segment, i) =>
      literal(segment) || NAMED.test(segment) || (segment === '*' && i === segments.length - 1),
  );
}

/** What of a rewrite its pattern does not have: names, and the rest. */
export function strangersIn(template: string, pattern: string): string[] {
  const known = new Set(pattern.split('/'));
  const asked = template.split('/').filter((part) => part === '*' || part.startsWith(':'));
  return asked.filter((part) => !known.has(part));
}

export const host = () =>
  z
    .string()
    .max(HOST_CHARS_MAX)
    .transform((value) => value.toLowerCase())
    .refine((value) => HOST.test(value), 'is not a host name, *.host name or *');

export const pathPattern = () =>
  z
    .string()
    .max(PATTERN_CHARS_MAX)
    .refine(isPathPattern, 'is not a path of literal segments, :name, and a last *');

export const stripPrefix = () =>
  z
    .string()
    .max(PATTERN_CHARS_MAX)
    .refine(
      (value) => value !== '/' && isPathPattern(value) && !/[:*]/.test(value),
      'is not a path of literal segments',
    );

export const rewritePath = () =>
  z
    .string()
    .max(PATTERN_CHARS_MAX)
    .refine(isPathPattern, 'is not a path of literal segments, :name, and a last *');
