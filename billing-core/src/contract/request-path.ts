/**
 * The request target, read strictly: what a gateway and an upstream could read in two ways is
 * refused, never repaired, so that the path that was authorised is the path that is forwarded.
 */
export type RequestPath = {
  /** As the client sent it, byte for byte, without the query. */
  readonly raw: string;
  /** With its question mark, or empty. */
  readonly query: string;
  /** Decoded, for matching; a trailing slash makes no segment. */
  readonly segments: readonly string[];
  /** The same without `;parameters`, as servlets read them; undefined if there are none. */
  readonly bare: readonly string[] | undefined;
};

const PATH = /^(?:\/[\w\-.~!$&'()*+,;=:@%]*)+$/;
// Laxer than the path: clients send `|` or `"` here, and no server reads structure into them.
const QUERY = /^\?[\u0021\u0022\u0024-\u007e]*$/;
const ABSOLUTE = /^https?:\/\/([^/?#]+)(.*)$/i;
const UNUSUAL = /%|;|\/\/|\/\.{1,2}(?:\/|$)/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
// Control characters, dot, slash, backslash, DEL, and a percent sign that escapes an escape.
const DOUBTFUL_ESCAPE = /%(?:[01][0-9A-Fa-f]|2[EeFf]|5[Cc]|7[Ff]|25[0-9A-Fa-f]{2})/;
const HOST = /^((?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

const dots = (segment: string): boolean => segment === '.' || segment === '..';

/** Segments of a path with escapes, parameters, dots or empty segments; undefined if refused. */
function decoded(raw: string): string[] | undefined {
  if (BAD_ESCAPE.test(raw) || DOUBTFUL_ESCAPE.test(raw)) return undefined;
  const parts = raw.slice(1).split('/');
  if (parts.at(-1) === '') parts.pop();
  for (const [index, part] of parts.entries()) {
    let segment: string;
    try {
      // Throws on what is not UTF-8: overlong forms, surrogates, cut sequences.
      segment = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    const name = segment.split(';', 1)[0] ?? '';
    if (name === '' || dots(name)) return undefined;
    parts[index] = segment;
  }
  return parts;
}

function pathOf(raw: string, query: string): RequestPath | undefined {
  if (!PATH.test(raw) || (query !== '' && !QUERY.test(query))) return undefined;
  if (!UNUSUAL.test(raw)) {
    const segments = raw.split('/');
    segments.shift();
    if (segments.at(-1) === '') segments.pop();
    return { raw, query, segments, bare: undefined };
  }
  const segments = decoded(raw);
  if (!segments) return undefined;
  const parameters = segments.some((segment) => segment.includes(';'));
  const bare = parameters ? segments.map((segment) => segment.split(';', 1)[0] ?? '') : undefined;
  return { raw, query, segments, bare };
}

/**
 * The target of a request in origin form, or in absolute form when its authority is the Host
 * field's value. Undefined for every other form and for every ambiguous path.
 */
export function readTarget(target: string, hostField: string): RequestPath | undefined {
  let origin = target;
  if (!target.startsWith('/')) {
    const absolute = ABSOLUTE.exec(target);
    const [, authority = '', rest = ''] = absolute ?? [];
    if (!absolute || authority.toLowerCase() !== hostField.toLowerCase()) return undefined;
    origin = rest.startsWith('/') ? rest : `/${rest}`;
  }
  const mark = origin.indexOf('?');
  return mark === -1 ? pathOf(origin, '') : pathOf(origin.slice(0, mark), origin.slice(mark));
}

function hostOf(hostField: string): string | undefined {
  const host = HOST.exec(hostField.toLowerCase())?.[1];
  return host?.endsWith('.') ? host.slice(0, -1) : host;
}

const HOSTS_MAX = 1_000;
const hosts = new Map<string, string>();

/**
 * The host of a Host field: lower case, no port, no final dot. Undefined when malformed. Hosts
 * repeat from request to request, so answers are kept.
 */
export function readHost(hostField: string): string | undefined {
  if (hostField === '') return '';
  const known = hosts.get(hostField);
  if (known !== undefined) return known;
  const host = hostOf(hostField);
  if (host !== undefined && hosts.size < HOSTS_MAX) hosts.set(hostField, host);
  return host;
}
