/** What a save would change: values by the path of their field, of those fields alone. */
export interface RouteChanges {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A list of names is one value, which reads better than each at its number. */
const isPlainList = (value: object): value is unknown[] =>
  Array.isArray(value) && !value.some(isObject);

/** The values in it by their path, `retries.attempts`, `upstreams.1.url`; what is off has none. */
function leavesOf(value: unknown, path: string): [string, unknown][] {
  if (value === null) return [];
  if (!isObject(value)) return [[path, value]];
  if (isPlainList(value)) return value.length === 0 ? [] : [[path, value.join(', ')]];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, `${path}.${name}`));
}

/**
 * @returns what differs between a route and what is to be saved of it, both as the API takes them.
 * What is left out of `after` stays as it is. Secrets are in neither: a route names them.
 */
export function routeChanges(before: Body, after: Body): RouteChanges {
  const changes: RouteChanges = { before: {}, after: {} };
  for (const [field, value] of Object.entries(after)) {
    const [was, is] = [before[field], value].map((one) => new Map(leavesOf(one, field)));
    for (const path of new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])) {
      const [old, next] = [was?.get(path), is?.get(path)];
      if (old === next) continue;
      changes.before[path] = old;
      changes.after[path] = next;
    }
  }
  return changes;
}
