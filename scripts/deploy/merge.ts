/** A YAML or JSON value. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export type Mapping = { [key: string]: Value };

/** Lists whose items have a name; others are replaced as a whole (Kubernetes' patchMergeKey). */
const NAMED_BY: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};

export const isMapping = (value: Value | undefined): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A strategic merge: mappings by key, named lists by name; null removes. */
export function merge(base: Value | undefined, patch: Value, key = ''): Value {
  if (isMapping(base) && isMapping(patch)) {
    const merged: Mapping = { ...base };
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete merged[name];
      else merged[name] = merge(base[name], value, name);
    }
    return merged;
  }
  const by = NAMED_BY[key];
  if (by === undefined || !Array.isArray(base) || !Array.isArray(patch)) return patch;
  const nameOf = (item: Value): Value | undefined => (isMapping(item) ? item[by] : undefined);
  const kept = base.map((item) => {
    const with_ = patch.find((other) => nameOf(other) === nameOf(item));
    return with_ === undefined ? item : merge(item, with_);
  });
  const added = patch.filter((item) => !base.some((other) => nameOf(other) === nameOf(item)));
  return [...kept, ...added];
}

/** One operation of a JSON patch (RFC 6902); of them, those that we use. */
export function replaceAt(root: Mapping, path: string, value: Value): Mapping {
  const copy = structuredClone(root);
  const steps = path.split('/').slice(1);
  const last = steps.pop() ?? '';
  let at: Value | undefined = copy;
  for (const step of steps) at = Array.isArray(at) ? at[Number(step)] : (at as Mapping)?.[step];
  if (Array.isArray(at) && Number(last) < at.length) at[Number(last)] = value;
  else if (isMapping(at) && last in at) at[last] = value;
  else throw new Error(`there is no ${path} to replace`);
  return copy;
}
