type Json = Record<string, unknown>;
type Resolve = (value: unknown) => Json;

const DEPTH_MAX = 5;
const PROPERTIES_MAX = 50;
const CHARS_MAX = 10_000;

const PLAIN: Record<string, unknown> = { integer: 0, number: 0, boolean: false, string: '' };

/** A value that a schema describes: its own example, or one of the simplest kind. */
function valueOf(given: unknown, resolve: Resolve, depth: number): unknown {
  const schema = resolve(given);
  if ('example' in schema) return schema['example'];
  if ('default' in schema) return schema['default'];
  if ('const' in schema) return schema['const'];
  for (const name of ['enum', 'examples'] as const) {
    const values = schema[name];
    if (Array.isArray(values) && values.length > 0) return values[0];
  }
  if (depth === DEPTH_MAX) return null;
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    const parts = schema[name];
    if (!Array.isArray(parts) || parts.length === 0) continue;
    const values = (name === 'allOf' ? parts : parts.slice(0, 1)).map((part) =>
      valueOf(part, resolve, depth + 1),
    );
    if (values.length === 1) return values[0];
    return Object.assign({}, ...values.filter((value) => typeof value === 'object'));
  }
  const properties = schema['properties'];
  if (typeof properties === 'object' && properties !== null) {
    const entries = Object.entries(properties).slice(0, PROPERTIES_MAX);
    return Object.fromEntries(
      entries.map(([name, part]) => [name, valueOf(part, resolve, depth + 1)]),
    );
  }
  const [type] = [schema['type']].flat();
  if (type === 'array') return [valueOf(schema['items'], resolve, depth + 1)];
  return type === 'object' ? {} : (PLAIN[String(type)] ?? null);
}

/** The example of a document, or one that is made from its schema; text as it would be sent. */
export function exampleOf(given: unknown, schema: unknown, resolve: Resolve): string {
  const value = given ?? (schema === undefined ? undefined : valueOf(schema, resolve, 0));
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text.slice(0, CHARS_MAX);
}
