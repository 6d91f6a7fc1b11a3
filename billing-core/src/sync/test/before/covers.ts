/** A JSON schema, as far as zod writes them for the contract. */
export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}

/**
 * Why what is valid by `narrow` would not always be valid by `wide`: one finding for each place, by
 * its path. None: whoever reads by `wide` can read all that is written by `narrow`.
 */
export function coverFindings(wide: Schema, narrow: Schema, at = ''): string[] {
  const alternatives = narrow.anyOf ?? [narrow];
  if (narrow.anyOf || wide.anyOf) {
    return alternatives.flatMap((one) => {
      const found = (wide.anyOf ?? [wide]).map((other) => coverFindings(other, one, at));
      return found.some((each) => each.length === 0) ? [] : (found[0] ?? []);
    });
  }
  return [
    ...valueFindings(wide, narrow, at),
    ...objectFindings(wide, narrow, at),
    ...(wide.items && narrow.items ? coverFindings(wide.items, narrow.items, `${at}[]`) : []),
  ];
}

const typesOf = ({ type = [] }: Schema): string[] => (Array.isArray(type) ? type : [type]);
const valuesOf = ({ const: only, enum: many }: Schema): unknown[] | undefined =>
  only === undefined ? many : [only];

function valueFindings(wide: Schema, narrow: Schema, at: string): string[] {
  const found: string[] = [];
  const say = (what: string): void => void found.push(`${at || '/'} ${what}`);
  const [read, written] = [typesOf(wide), typesOf(narrow)];
  const fits = (type: string): boolean =>
    read.includes(type) || (type === 'integer' && read.includes('number'));
  if (read.length > 0 && !(written.length > 0 && written.every(fits))) {
    say(`is ${written.join(' or ') || 'anything'}, and ${read.join(' or ')} is read`);
  }
  const [may, are] = [valuesOf(wide), valuesOf(narrow)];
  if (may && (!are || are.some((value) => !may.includes(value)))) {
    say(`is one of ${JSON.stringify(are)}, and ${JSON.stringify(may)} are read`);
  }
  if (wide.pattern !== undefined && wide.pattern !== narrow.pattern) say('is of another pattern');
  for (const bound of ['maximum', 'maxLength', 'maxItems'] as const) {
    if (wide[bound] !== undefined && !((narrow[bound] ?? Infinity) <= wide[bound])) say(bound);
  }
  for (const bound of ['minimum', 'exclusiveMinimum', 'minLength'] as const) {
    if (wide[bound] !== undefined && !((narrow[bound] ?? -Infinity) >= wide[bound])) say(bound);
  }
  return found;
}

function objectFindings(wide: Schema, narrow: Schema, at: string): string[] {
  if (!wide.properties || !narrow.properties) return [];
  const missing = (wide.required ?? [])
    .filter((name) => !narrow.required?.includes(name))
    .map((name) => `${at}/${name} may be missing, and is needed`);
  const inside = Object.entries(narrow.properties).flatMap(([name, schema]) => {
    const other = wide.properties?.[name];
    if (other) return coverFindings(other, schema, `${at}/${name}`);
    return wide.additionalProperties === false ? [`${at}/${name} is not known`] : [];
  });
  return [...missing, ...inside];
}
