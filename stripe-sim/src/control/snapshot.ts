import { type Kind, KINDS } from '../world/kinds.ts';
import { viewOf } from '../world/view.ts';
import type { World } from '../world/world.ts';

/**
 * Out: all objects by kind, oldest first, and what is still to come: what a reconciliation compares
 * with, and what two runs with one seed have in common. Lines are ids there.
 */
export function snapshotOf(world: World): Record<string, unknown> {
  const objects = Object.fromEntries(KINDS.map((kind) => [kind, rowsOf(world, kind)]));
  return {
    now: world.clock.now(),
    seed: world.seed,
    objects,
    timers: world.timers,
    deliveries: world.deliveries,
  };
}

function rowsOf(world: World, kind: Kind): unknown[] {
  return [...world.tables[kind].values()].map((object) => {
    const view = viewOf(world, object);
    const lines = world.linesOf.get(object.id);
    if (lines && (kind === 'invoice' || kind === 'credit_note')) view['lines'] = lines;
    return view;
  });
}
