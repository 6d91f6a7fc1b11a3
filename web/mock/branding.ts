import { branding as shape, logoTypeOf } from '@tollgate/billing-core/contract/branding.ts';
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
    state.branding = { ...data, logo: state.branding.logo };
    return c.json(state.branding);
  });
  app.put('/branding/logo', async (c) => {
    const bytes = Buffer.from((await c.req.json()).image, 'base64');
    if (logoTypeOf(bytes.toString('latin1', 0, 16)) === undefined) {
      const message = 'is neither a PNG, a JPEG nor a WebP';
      throw new Problem(400, 'invalid_request', [{ path: 'image', message }]);
    }
    state.logo = new Uint8Array(bytes);
    state.branding.logo = `/portal/v1/logo?v=${bytes.length}`;
    return c.json(state.branding);
  });
  app.delete('/branding/logo', (c) => {
    state.branding.logo = null;
    return c.json(state.branding);
  });
}
