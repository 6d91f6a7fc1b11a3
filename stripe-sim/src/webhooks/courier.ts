import type { World } from '../world/world.ts';
import { deliverDue, dispatch } from './delivery.ts';

/** Delivers what is due, one round after the other. */
export interface Courier {
  /** Delivers soon, after what runs now. */
  poke(): void;
  /** Delivers until nothing is due. */
  flush(): Promise<void>;
  /** Whether a round runs: what a receiver asks meanwhile must not wait for its end. */
  isBusy(): boolean;
}

/** Makes the courier of a world; one at a time delivers. */
export function createCourier(world: World, closing: AbortSignal): Courier {
  let running: Promise<void> | undefined;
  const rounds = async (): Promise<void> => {
    do dispatch(world);
    while (await deliverDue(world, closing));
  };
  const hasWork = (): boolean =>
    !closing.aborted &&
    (world.dispatched < world.tables.event.size ||
      world.deliveries.some(({ state, due }) => state === 'waiting' && due <= world.clock.now()));
  const poke = (): void => {
    if (!running && hasWork()) setImmediate(() => void flush());
  };
  const flush = async (): Promise<void> => {
    // What became due while a round ran is for another one.
    while (running) await running;
    running = rounds().finally(() => {
      running = undefined;
      poke();
    });
    await running;
  };
  return { flush, poke, isBusy: () => running !== undefined };
}
