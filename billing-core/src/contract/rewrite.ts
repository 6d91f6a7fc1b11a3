/** A route's template for the path it asks its upstream for. */
export type Rewrite = readonly Piece[];

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** The client's segment at this place, or all from it on. */
  | { readonly kind: 'segment' | 'rest'; readonly at: number };

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

/** The template of a route with this pattern. Throws when it names what the pattern has not. */
export function compileRewrite(template: string, pattern: string): Rewrite {
  const parts = partsOf(pattern);
  return partsOf(template).map((part): Piece => {
    if (part !== '*' && !part.startsWith(':')) return { kind: 'text', text: part };
    const at = parts.indexOf(part);
    if (at === -1) throw new Error(`the path pattern has no ${part}`);
    return { kind: part === '*' ? 'rest' : 'segment', at };
  });
}

/**
 * The path a template makes of a client's path, whose own bytes go into its places unchanged. In:
 * a path that was read strictly, so that each of its parts is one segment; a final slash stays.
 */
export function rewritten(rewrite: Rewrite, raw: string): string {
  const parts = raw.split('/').slice(1);
  const slash = parts.at(-1) === '';
  if (slash) parts.pop();
  let path = '';
  for (const piece of rewrite) {
    if (piece.kind === 'text') path += `/${piece.text}`;
    else if (piece.kind === 'segment') path += `/${parts[piece.at] ?? ''}`;
    else for (const part of parts.slice(piece.at)) path += `/${part}`;
  }
  return slash || path === '' ? `${path}/` : path;
}
