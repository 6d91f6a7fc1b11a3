import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { controls } from './control/api.ts';
import { API_ROUTES } from './objects/routes.ts';
import { OBJECT_TASKS } from './objects/tasks.ts';
import { authenticatePages } from './pages/authenticate.ts';
import { checkoutPages } from './pages/checkout.ts';
import { invoicePages } from './pages/invoice.ts';
import { portalPages } from './pages/portal.ts';
import { createCourier } from './webhooks/courier.ts';
import { isLoopback, webhookEndpointRoutes } from './webhooks/endpoint.ts';
import type { Faults } from './wire/faults.ts';
import { type Env, type Logged, serve, unknownRoute, type Wires } from './wire/pipeline.ts';
import { type Clock, standingClock } from './world/clock.ts';
import { runUntil } from './world/timers.ts';
import { createWorld, type World } from './world/world.ts';

/** 2026-11-30T00:00:00Z: where a simulator's own clock stands unless told otherwise. */
const START = 1_795_996_800;
const LOOPBACK = '127.0.0.1';

export interface SimOptions {
  /** The same seed and the same requests give the same ids and the same faults. */
  seed?: string;
  clock?: Clock;
  /** Where it listens; the loopback interface, unless said. */
  host?: string;
  /** Hosts beside loopback that it delivers to, and that it is reached by. */
  names?: readonly string[];
}

export interface Sim {
  world: World;
  faults: Faults;
  log: Logged[];
  /** Moves simulated time on, does what is due on the way, and delivers its events soon. */
  advance(seconds: number): void;
  /** Delivers until nothing is due. */
  flush(): Promise<void>;
  /** Listens. Out: its port. 0 asks for a free one. */
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/** Makes a simulator: a Stripe of its own, in memory, with nothing in it. */
export function createSim({
  seed = 'tollgate',
  clock = standingClock(START),
  host = LOOPBACK,
  names = [],
}: SimOptions = {}): Sim {
  const world = createWorld(seed, clock, names);
  const closing = new AbortController();
  const courier = createCourier(world, closing.signal);
  const moveTo = (time: number): void => {
    runUntil(world, time, OBJECT_TASKS);
    courier.poke();
  };
  const wires: Wires = {
    world,
    faults: { rules: [] },
    log: [],
    closing: closing.signal,
    settle: async () => {
      runUntil(world, world.clock.now(), OBJECT_TASKS);
      if (world.mischief.beforeReply && !courier.isBusy()) await courier.flush();
      else courier.poke();
    },
  };
  const app = appOf(wires, { moveTo, flush: courier.flush });
  const server = createAdaptorServer({ fetch: app.fetch });
  return {
    world,
    faults: wires.faults,
    log: wires.log,
    advance: (seconds) => moveTo(world.clock.now() + seconds),
    flush: courier.flush,
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const { port: taken } = server.address() as AddressInfo;
          world.baseUrl = `http://${LOOPBACK}:${taken}`;
          resolve(taken);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function appOf(
  wires: Wires,
  levers: { moveTo: (time: number) => void; flush: () => Promise<void> },
): Hono<Env> {
  const app = new Hono<Env>();
  // A page elsewhere must not reach this by a name of its own.
  app.use(async (c, next) => {
    const { hostname } = new URL(c.req.url);
    const ours = isLoopback(hostname) || wires.world.names.includes(hostname);
    return ours ? next() : c.text('loopback only', 403);
  });
  for (const each of [...API_ROUTES, ...webhookEndpointRoutes]) {
    app.on(each.method, each.pattern, (c) => serve(wires, each, c));
  }
  for (const pages of [checkoutPages, portalPages, invoicePages, authenticatePages]) {
    pages(app, wires);
  }
  app.route('/_sim', controls({ ...wires, ...levers }));
  app.notFound((c) => unknownRoute(wires, c));
  return app;
}
