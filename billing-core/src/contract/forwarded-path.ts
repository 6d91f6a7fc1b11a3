import type { RouteFact } from './facts.ts';
import type { RequestPath } from './request-path.ts';
import { compileRewrite, type Rewrite, rewritten } from './rewrite.ts';
import { segmentsOf } from './route-tree.ts';

/** How a route makes the path that it asks its upstreams for. */
export type PathForm = {
  readonly strip: readonly string[];
  readonly rewrite: Rewrite | undefined;
};

/** The form of a route, made ready. Throws when its template names what its pattern has not. */
export function pathFormOf(
  of: Pick<RouteFact, 'strip_prefix' | 'rewrite_path' | 'path_pattern'>,
): PathForm {
  const { rewrite_path: template } = of;
  return {
    strip: segmentsOf(of.strip_prefix ?? ''),
    rewrite: template === undefined ? undefined : compileRewrite(template, of.path_pattern),
  };
}

/** The client's bytes, minus the prefix or in the template. */
export function forwardedPath(
  { strip, rewrite }: PathForm,
  { raw, segments }: RequestPath,
): string {
  if (rewrite) return rewritten(rewrite, raw);
  if (!strip.every((segment, index) => segments[index] === segment)) return raw;
  let rest = raw;
  for (let i = 0; i < strip.length; i++) {
    const slash = rest.indexOf('/', 1);
    rest = slash === -1 ? '' : rest.slice(slash);
  }
  return rest;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Whether a part of a query is this parameter, however its name is spelled. */
function isParameter(part: string, name: string): boolean {
  const mark = part.indexOf('=');
  return decoded(mark === -1 ? part : part.slice(0, mark)) === name;
}

/** In: a query with its question mark, or empty. Out: the values of this parameter. */
export function valuesIn(query: string, name: string): string[] {
  return query
    .slice(1)
    .split('&')
    .filter((part) => isParameter(part, name))
    .map((part) => decoded(part.slice(part.indexOf('=') + 1)) ?? '');
}

/** The query without this parameter; the rest byte for byte. */
export function withoutParameter(query: string, name: string): string {
  const parts = query.slice(1).split('&');
  const kept = parts.filter((part) => !isParameter(part, name));
  if (query === '' || kept.length === parts.length) return query;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

/** Path and query as an upstream with this base path is asked. */
export const pathBehind = (basePath: string, path: string, query: string): string =>
  (basePath + path || '/') + query;
