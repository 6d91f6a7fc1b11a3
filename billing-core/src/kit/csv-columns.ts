/** As much of JSON Schema as the document of our own API has. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};
export type Named = Record<string, Schema>;

export type Column = { name: string; of: readonly string[] };

/** Fields of fields of fields have columns of their own; what lies deeper is told as JSON. */
const DEPTH_MAX = 3;

/** The schemas that a value may have, references followed and null left out. */
function formsOf(schema: Schema, named: Named): Schema[] {
  if (schema.$ref !== undefined) {
    const found = named[schema.$ref.split('/').at(-1) ?? ''];
    return found === undefined ? [] : formsOf(found, named);
  }
  const several = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (several !== undefined) return several.flatMap((one) => formsOf(one, named));
  return schema.type === 'null' ? [] : [schema];
}

/**
 * The columns of items with this schema: one for each field, those of an object within it under
 * both names. Where items have several forms, the columns of all.
 */
export function columnsOf(schema: Schema, named: Named): Column[] {
  const columns = new Map<string, Column>();
  const add = (one: Schema, of: readonly string[]): void => {
    const forms = formsOf(one, named).filter(({ properties }) => properties !== undefined);
    if (of.length > 0 && (forms.length !== 1 || of.length === DEPTH_MAX)) {
      const name = of.join('.');
      columns.set(name, { name, of });
      return;
    }
    for (const { properties = {} } of forms) {
      for (const [field, value] of Object.entries(properties)) add(value, [...of, field]);
    }
  };
  add(schema, []);
  return [...columns.values()];
}

/** Of a list's answer: the schema of its items. Undefined where it is none. */
export function itemsOf(answer: Schema | undefined, named: Named): Schema | undefined {
  if (answer === undefined) return undefined;
  const [form] = formsOf(answer, named);
  const { items } = form?.properties?.['data'] ?? {};
  if (items === undefined) return undefined;
  return formsOf(items, named).some(({ properties }) => properties) ? items : undefined;
}

type Item = Record<string, unknown>;

/** What stands in a column for an item: nothing for null, several values behind one another. */
export function cellText(item: Item, { of }: Column): string {
  const value = of.reduce<unknown>((at, field) => (at as Item | null)?.[field], item);
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    return value.join('; ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
