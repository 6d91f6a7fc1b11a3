import type { CreatedKey } from '@tollgate/billing-core/contract/key.ts';
import type { Hono } from 'hono';
import { found, page, requiredText } from './http.ts';
import { mint, type MockState } from './state.ts';

/** Adds a key. @returns it with its secret. @throws Problem 400 without a name */
export function createKey(
  state: MockState,
  customerId: string,
  body: Record<string, unknown>,
): CreatedKey {
  const name = requiredText(body, 'name');
  const mode = body['mode'] === 'test' ? ('test' as const) : ('live' as const);
  const expires = body['expires_at'];
  const secret = `tg_${mode}_AbCdEfGhIj${mint('s').slice(2)}${'k'.repeat(14)}`;
  const key = {
    id: mint('key'),
    name,
    mode,
    prefix: secret.slice(0, 18),
    last4: secret.slice(-4),
    state: 'active' as const,
    scopes: (body['scopes'] as string[] | undefined) ?? [],
    ip_allow: (body['ip_allow'] as string[] | undefined) ?? [],
    ip_deny: [],
    route_ids: (body['route_ids'] as string[] | undefined) ?? [],
    created_at: new Date().toISOString(),
    expires_at: typeof expires === 'string' ? expires : null,
    disabled_at: null,
    revoked_at: null,
    last_used_at: null,
    created_by: 'usr',
  };
  state.keys.unshift({ ...key, customerId });
  return { ...key, secret };
}

/** Switches a key off, or on again. @returns it. @throws Problem 404 */
export function switchKey(state: MockState, id: string, on: boolean): MockState['keys'][number] {
  const key = found(state.keys.find((one) => one.id === id));
  key.state = on ? 'active' : 'disabled';
  key.disabled_at = on ? null : new Date().toISOString();
  return key;
}

/** Ends a key. @returns it. @throws Problem 404 */
export function revokeKey(state: MockState, id: string): MockState['keys'][number] {
  const key = found(state.keys.find((one) => one.id === id));
  key.state = 'revoked';
  key.revoked_at = new Date().toISOString();
  return key;
}

/** Under /v1: keys of any customer. */
export function keys(app: Hono, state: MockState): void {
  app.get('/customers/:id/keys', (c) =>
    page(
      c,
      state.keys.filter((key) => key.customerId === c.req.param('id')),
    ),
  );
  app.post('/customers/:id/keys', async (c) =>
    c.json(createKey(state, c.req.param('id'), await c.req.json()), 201),
  );
  app.post('/keys/:id/revoke', (c) => c.json(revokeKey(state, c.req.param('id'))));
  app.post('/keys/:id/disable', (c) => c.json(switchKey(state, c.req.param('id'), false)));
  app.post('/keys/:id/enable', (c) => c.json(switchKey(state, c.req.param('id'), true)));
}
