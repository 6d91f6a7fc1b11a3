import type { EventType, Kind, KeptEvent, Kinds } from './kinds.ts';
import { viewOf } from './view.ts';
import { keep, mint, timeFor, type World } from './world.ts';

/** The version that the SDK pins, in which this simulator speaks. */
export const API_VERSION = '2026-10-28.endive';

/**
 * Writes down that something happened, with the object as it is now: a copy that later changes
 * don't reach, so that a late delivery differs from what `retrieve` answers.
 * https://docs.stripe.com/api/events/object
 */
export function emit(
  world: World,
  type: EventType,
  { object, previous }: { object: Kinds[Kind]; previous?: Record<string, unknown> },
): KeptEvent {
  const data = {
    object: viewOf(world, object),
    ...(previous && { previous_attributes: previous }),
  };
  const event = {
    id: mint(world, 'event'),
    object: 'event',
    api_version: API_VERSION,
    created: timeFor(world, customerOf(object)),
    data,
    livemode: false,
    pending_webhooks: 0,
    request: { id: world.cause?.id ?? null, idempotency_key: world.cause?.idempotencyKey ?? null },
    type,
  } satisfies KeptEvent;
  return keep(world, 'event', event);
}

/**
 * Changes an object and writes an event that names what its changed fields were before. Without a
 * change there is no event.
 */
export function change<T extends Kinds[Kind]>(
  world: World,
  object: T,
  { patch, type }: { patch: Partial<T>; type: EventType },
): T {
  const before = viewOf(world, object);
  Object.assign(object, patch);
  const previous = differences(before, viewOf(world, object));
  if (Object.keys(previous).length > 0) emit(world, type, { object, previous });
  return object;
}

type Plain = Record<string, unknown>;

/** Out: the fields of `before` that differ from `after`; of objects inside, only what differs. */
export function differences(before: Plain, after: Plain): Plain {
  const found: Plain = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[key], after[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    found[key] = isPlain(was) && isPlain(is) ? differences(was, is) : (was ?? null);
  }
  return found;
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function customerOf(object: Kinds[Kind]): string | null {
  if (object.object === 'customer') return object.id;
  return 'customer' in object && typeof object.customer === 'string' ? object.customer : null;
}
