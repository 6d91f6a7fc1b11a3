import { branding as shape } from '@tollgate/billing-core/contract/branding.ts';
import type { Hono } from 'hono';
import { Problem } from './http.ts';
import type { MockState } from './state.ts';

/** What the business is called and looks like, by the rules of the real one. */
export function branding(app: Hono, state: MockState): void {
  app.get('/branding', (c) => c.json(state.branding));
  app.put('/branding', async (c) => {
    const { data, error } = shape.safeParse(await c.req.json());
    if (!data) {
      const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new Problem(400, 'invalid_request', errors);
    }
    state.branding = data;
    return c.json(data);
  });
}
