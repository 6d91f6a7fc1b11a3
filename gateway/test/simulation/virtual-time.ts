import type { World } from './world.ts';

/** A timer of the code under test: it belongs to whoever made it, and to virtual time. */
class Timer {
  readonly cancel: () => void;

  constructor(cancel: () => void) {
    this.cancel = cancel;
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }
}

/** What happens in one turn of an event loop happens together; the next turn is this far, ms. */
const TURN_MS = 0.3;
/** Where a machine's monotonic clock stands when a run begins. */
const UPTIME_MS = 1_000_000;

function timersOf(world: World) {
  const start = (run: () => void, ms = 0): Timer => new Timer(world.after(ms, world.acting, run));
  const repeat = (run: () => void, ms: number): Timer => {
    const owner = world.acting;
    let cancel = (): void => {};
    const next = (): void => {
      cancel = world.after(ms, owner, () => {
        next();
        run();
      });
    };
    next();
    return new Timer(() => cancel());
  };
  const stop = (timer: unknown): void => {
    if (timer instanceof Timer) timer.cancel();
  };
  return {
    setTimeout: start,
    setInterval: repeat,
    setImmediate: (run: () => void): Timer => start(run, TURN_MS),
    clearTimeout: stop,
    clearInterval: stop,
    clearImmediate: stop,
  };
}

function timeoutSignal(world: World, ms: number): AbortSignal {
  const controller = new AbortController();
  world.after(ms, world.acting, () => {
    controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
  });
  return controller.signal;
}

/** Runs this with timers and monotonic clocks of virtual time. */
export async function withVirtualTime<Result>(world: World, run: () => Promise<Result>) {
  const timers = timersOf(world);
  const real = Object.fromEntries(
    Object.keys(timers).map((name) => [name, globalThis[name as keyof typeof timers]]),
  );
  const { timeout } = AbortSignal;
  const monotonic = performance.now;
  const rejected = (error: unknown): void => world.uncaught(error);
  Object.assign(globalThis, timers);
  AbortSignal.timeout = (ms) => timeoutSignal(world, ms);
  performance.now = () => UPTIME_MS + world.monotonic();
  process.on('unhandledRejection', rejected);
  try {
    return await run();
  } finally {
    Object.assign(globalThis, real);
    AbortSignal.timeout = timeout;
    performance.now = monotonic;
    process.off('unhandledRejection', rejected);
  }
}
