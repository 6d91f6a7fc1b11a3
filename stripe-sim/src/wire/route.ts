import type { List } from '../world/view.ts';
import type { Kind, Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import type { RawHash } from './form.ts';
import { type Fields, list, text, type Values, valuesOf } from './params.ts';

/** An answer: an object, a page, or something that is kept nowhere. */
export type Answer = Kinds[Kind] | List | { object: string; [key: string]: unknown };

export interface Call<F extends Fields> {
  world: World;
  /** What stands in the path. */
  ids: Record<string, string>;
  params: Values<F>;
}

/** An endpoint. `read` throws 400 before anything is executed; what it gives executes at once. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  pattern: string;
  read: (
    world: World,
    ids: Record<string, string>,
    raw: RawHash,
  ) => { expand: string[]; run: () => Answer };
}

const expandable = { expand: list(text) };

/**
 * Out: an endpoint that takes `fields` (and `expand`, as all do) and answers what `run` gives.
 * `run` has no await: what it does is done as one.
 */
export function route<const F extends Fields>(
  name: `${Route['method']} ${string}`,
  fields: F,
  run: (call: Call<F>) => Answer,
): Route {
  const [method, pattern = ''] = name.split(' ');
  return {
    method: method as Route['method'],
    pattern,
    read: (world, ids, raw) => {
      const { expand, ...params } = valuesOf({ ...fields, ...expandable }, raw);
      const call = { world, ids, params: params as unknown as Values<F> };
      return { expand: (expand as string[] | undefined) ?? [], run: () => run(call) };
    },
  };
}
