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

/** The list that a file is of. */
const listOf = (file: Request): Request => new Request(file.url.replace('.csv', ''), file);

/** A stand-in for billing-core in memory: the same shapes, no database, faults on demand. */
export function createMock(): Mock {
  const state = createState();
  const app = new Hono();
  app.onError(toProblem);
  app.notFound(async (c) => {
    const list = c.req.path.endsWith('.csv') ? await app.request(listOf(c.req.raw)) : undefined;
    if (list?.ok !== true) return toProblem(new Problem(404, 'not_found'));
    const { data } = (await list.json()) as { data: Record<string, unknown>[] };
    const lines = data.map((row) => Object.values(row).map(String).join(','));
    const type = { 'content-type': 'text/csv', 'content-disposition': 'attachment' };
    return c.body([Object.keys(data[0] ?? {}).join(','), ...lines].join('\r\n'), 200, type);
  });
  app.use(async (c, next) => {
    while (state.frozen) await setTimeout(THAW_POLL_MS);
    const isBroken = state.broken?.test(c.req.path) === true;
    if (isBroken || state.failing.has(c.req.path)) throw new Error('told to fail');
    await next();
  });
  app.route('/', sessionApi(state));
  app.route('/', portalApi(state));
  app.route('/', adminApi(state));
  return { app, state };
}
