import type { AdminToken } from '@tollgate/billing-core/contract/admin-token.ts';
import { ago, DAY_MS, mint } from './state.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';

/** One that works, and one that is over. */
export function tokens(): AdminToken[] {
  const scopes: AdminToken['scopes'] = ['sync'];
  const made = { created_by: 'usr_1', created_at: ago(9 * DAY_MS), expires_at: null };
  const live = { ...made, last4: 'x7Qa', state: 'active', last_used_at: ago(900) } as const;
  const over = { last4: '9kLm', state: 'revoked', last_used_at: null } as const;
  const revoked_at = ago(DAY_MS);
  return [
    { ...live, id: mint('tok'), name: 'Gateway in Frankfurt', scopes, revoked_at: null },
    { ...made, ...over, id: mint('tok'), name: HOSTILE, scopes: ['read', 'admin'], revoked_at },
  ];
}
