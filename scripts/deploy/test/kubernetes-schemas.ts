import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMapping, type Value } from '../merge.ts';
import { type Manifest, nameOf } from '../kustomize.ts';

type Validate = ((value: unknown) => boolean) & {
  errors: { instancePath: string; message?: string; keyword: string }[] | null;
};

/** Where the schema of each kind is. A kind that is not here is refused. */
const PACKAGES: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'batch/v1': 'kubernetes-models/batch/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'autoscaling/v2': 'kubernetes-models/autoscaling/v2',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'gateway.networking.k8s.io/v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  'external-secrets.io/v1': '@kubernetes-models/external-secrets/external-secrets.io/v1',
};

/** What the schema of its kind says against an object: wrong values, and unknown fields. */
export async function schemaFindings(manifest: Manifest): Promise<string[]> {
  const { apiVersion, kind } = manifest;
  const place = PACKAGES[apiVersion];
  if (place === undefined) return [`${nameOf(manifest)}: ${apiVersion} is not known`];
  const validate = await schemaOf(`${place}/${kind}`);
  const { watched, unread } = watch(manifest);
  if (!validate(watched)) {
    return (validate.errors ?? []).map(
      ({ instancePath, message, keyword }) =>
        `${nameOf(manifest)}: ${instancePath} ${message ?? keyword}`,
    );
  }
  return unread().map((path) => `${nameOf(manifest)}: there is no field ${path}`);
}

// The class of a kind copies what it is given; the function behind it reads it as it is.
async function schemaOf(place: string): Promise<Validate> {
  const file = fileURLToPath(import.meta.resolve(place));
  const [, schema = ''] = /from"([^"]*_schemas\/[^"]+)"/.exec(readFileSync(file, 'utf8')) ?? [];
  const loaded = (await import(join(dirname(file), schema))) as { validate: Validate };
  return loaded.validate;
}

/**
 * A value that knows what was read of it. Schemas let fields pass that they do not have, but they
 * read only those that they have.
 */
function watch(value: Value): { watched: Value; unread: () => string[] } {
  const read = new Set<string>();
  const all: string[] = [];
  const wrap = (inner: Value, path: string): Value => {
    if (!isMapping(inner) && !Array.isArray(inner)) return inner;
    const wrapped = Object.entries(inner).map(([key, each]) => {
      const at = `${path}/${key}`;
      all.push(at);
      return [key, wrap(each, at)] as const;
    });
    const copy = Array.isArray(inner)
      ? wrapped.map(([, each]) => each)
      : Object.fromEntries(wrapped);
    return new Proxy(copy, {
      get(target, key, receiver) {
        if (typeof key === 'string') read.add(`${path}/${key}`);
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  };
  const watched = wrap(value, '');
  return { watched, unread: () => all.filter((path) => !read.has(path)) };
}
