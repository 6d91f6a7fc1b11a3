import { setTimeout } from 'node:timers/promises';
import { Hono } from 'hono';
import { adminApi } from './admin.ts';
import { Problem, toProblem } from './http.ts';
import { portalApi } from './portal.ts';
import { sessionApi } from './session.ts';
import { createState, type MockState } from './state.ts';

const THAW_POLL_MS = 50;

export interface Mock {
  app: Hono;
  state: MockState;
}

/** A stand-in for billing-core in memory: the same shapes, no database, faults on demand. */
export function createMock(): Mock {
  const state = createState();
  const app = new Hono();
  app.onError(toProblem);
  app.notFound(() => toProblem(new Problem(404, 'not_found')));
  app.use(async (c, next) => {
    while (state.frozen) await setTimeout(THAW_POLL_MS);
    if (state.failing.has(c.req.path)) throw new Error('told to fail');
    await next();
  });
  app.route('/', sessionApi(state));
  app.route('/', portalApi(state));
  app.route('/', adminApi(state));
  return { app, state };
}
