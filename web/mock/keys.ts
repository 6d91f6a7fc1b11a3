import type { CreatedKey } from '@tollgate/billing-core/contract/key.ts';
import { found, requiredText } from './http.ts';
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
    created_at: new Date().toISOString(),
    expires_at: typeof expires === 'string' ? expires : null,
    revoked_at: null,
    last_used_at: null,
    created_by: 'usr',
  };
  state.keys.unshift({ ...key, customerId });
  return { ...key, secret };
}

/** Ends a key. @returns it. @throws Problem 404 */
export function revokeKey(state: MockState, id: string): MockState['keys'][number] {
  const key = found(state.keys.find((one) => one.id === id));
  key.state = 'revoked';
  key.revoked_at = new Date().toISOString();
  return key;
}
