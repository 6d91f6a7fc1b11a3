import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { isMapping, type Mapping, merge, replaceAt, type Value } from './merge.ts';

/** A Kubernetes object. */
export interface Manifest extends Mapping {
  apiVersion: string;
  kind: string;
  metadata: Mapping & { name: string };
}

interface Kustomization {
  apiVersion: string;
  kind: 'Kustomization' | 'Component';
  namespace?: string;
  resources?: string[];
  components?: string[];
  images?: { name: string; newName?: string; newTag?: string; digest?: string }[];
  patches?: { path?: string; patch?: string; target?: { kind: string; name: string } }[];
  generatorOptions?: { disableNameSuffixHash: true };
  configMapGenerator?: {
    name: string;
    files: string[];
    options?: { labels?: Record<string, string> };
  }[];
}

const KNOWN = new Set([
  'apiVersion',
  'kind',
  'namespace',
  'resources',
  'components',
  'images',
  'patches',
  'generatorOptions',
  'configMapGenerator',
]);
/** They belong to the cluster and not to a namespace. */
const CLUSTER_WIDE = new Set(['Namespace']);

/** The objects of a YAML file. Throws when it is no YAML. */
export function manifestsIn(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    const [error] = [...document.errors, ...document.warnings];
    if (error) throw new Error(`${path}: ${error.message}`);
    const value = document.toJS({ maxAliasCount: 0 }) as Manifest;
    if (!value?.kind || !value.metadata?.name) throw new Error(`${path}: an object without a name`);
    return value;
  });
}

/** What `kubectl kustomize` makes of a folder. Throws for what this renderer does not know. */
export function render(folder: string): Manifest[] {
  return build(folder, []);
}

function build(folder: string, before: Manifest[]): Manifest[] {
  const own = readKustomization(folder);
  let made = [...before];
  for (const each of own.resources ?? []) {
    const path = join(folder, each);
    made.push(...(/\.ya?ml$/.test(each) ? manifestsIn(path) : build(path, [])));
  }
  made.push(...generated(folder, own));
  // A component changes what is there already.
  for (const each of own.components ?? []) made = build(join(folder, each), made);
  for (const patch of own.patches ?? []) made = patched(made, folder, patch);
  made = made.map((manifest) => finished(manifest, own));
  assertUnique(made);
  return made;
}

function readKustomization(folder: string): Kustomization {
  const path = join(folder, 'kustomization.yaml');
  const own = parse(readFileSync(path, 'utf8')) as Kustomization;
  const strange = Object.keys(own).filter((key) => !KNOWN.has(key));
  if (strange.length > 0) throw new Error(`${path}: ${strange.join()} is not known here`);
  return own;
}

function generated(folder: string, own: Kustomization): Manifest[] {
  const made = own.configMapGenerator ?? [];
  if (made.length > 0 && !own.generatorOptions?.disableNameSuffixHash) {
    throw new Error(`${folder}: names with a hash are not known here`);
  }
  return made.map(({ name, files, options }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(options?.labels && { labels: options.labels }) },
    data: Object.fromEntries(
      files.map((file) => [basename(file), readFileSync(join(folder, file), 'utf8')]),
    ),
  }));
}

type Patch = NonNullable<Kustomization['patches']>[number];

function patched(manifests: Manifest[], folder: string, { path, patch, target }: Patch) {
  if (path !== undefined) {
    return manifestsIn(join(folder, path)).reduce((made, part) => {
      const at = made.findIndex((each) => isOf(each, part.kind, part.metadata.name));
      if (at === -1) throw new Error(`${path} patches ${nameOf(part)}, which is not there`);
      return made.with(at, merge(made[at], part) as Manifest);
    }, manifests);
  }
  const operations = parse(patch ?? '') as { op: string; path: string; value: Value }[];
  const at = manifests.findIndex((each) => target && isOf(each, target.kind, target.name));
  if (at === -1) throw new Error(`a patch of ${folder} has no target`);
  return operations.reduce((made, { op, path: where, value }) => {
    if (op !== 'replace') throw new Error(`${op} is not known here`);
    return made.with(at, replaceAt(made[at] as Manifest, where, value) as Manifest);
  }, manifests);
}

const isOf = (manifest: Manifest, kind: string, name: string): boolean =>
  manifest.kind === kind && manifest.metadata.name === name;

function finished(manifest: Manifest, { namespace, images = [] }: Kustomization): Manifest {
  const named = withImages(manifest, images) as Manifest;
  if (namespace === undefined || CLUSTER_WIDE.has(named.kind)) return named;
  return { ...named, metadata: { ...named.metadata, namespace } };
}

function withImages(value: Value, images: NonNullable<Kustomization['images']>): Value {
  if (Array.isArray(value)) return value.map((item) => withImages(item, images));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const image = key === 'image' ? images.find(({ name }) => name === inner) : undefined;
      if (!image) return [key, withImages(inner, images)];
      const { name, newName = name, newTag, digest } = image;
      return [key, digest ? `${newName}@${digest}` : `${newName}${newTag ? `:${newTag}` : ''}`];
    }),
  );
}

export const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

function assertUnique(manifests: Manifest[]): void {
  const names = manifests.map(nameOf);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`${twice} is there twice`);
}
