import { objection, type Petition } from '@tollgate/billing-core/contract/objection.ts';
import { expect, test } from 'vitest';
import { keyFact, routeFact } from '../../../test/rig.ts';

const petition = (over: Partial<Petition> = {}): Petition => ({
  route: routeFact({ required_scopes: ['orders:read'] }),
  address: () => undefined,
  contentLength: 0,
  ...over,
});
const FACT = keyFact({ scopes: ['orders:read'], expires_at: 5_000 });

test.each<[string, Petition['token'], number, string | undefined]>([
  ['with a key alone', undefined, 4_999, undefined],
  ['when the key has ended', undefined, 5_000, 'key_expired'],
  ['with a token that may', { endsAt: 9_000, scopes: ['orders:read'] }, 4_999, undefined],
  ['when the token has ended', { endsAt: 4_000, scopes: ['orders:read'] }, 4_000, 'key_expired'],
  ['when its key has ended', { endsAt: 9_000, scopes: ['orders:read'] }, 5_000, 'key_expired'],
  ['with a token that may not', { endsAt: 9_000, scopes: ['a'] }, 0, 'scope_missing'],
])('%s, at each span of a request', (_name, token, now, refused) => {
  expect(objection(FACT, petition({ token }), now)).toBe(refused);
});

test('a token gives nobody a scope that they have not', () => {
  const token = { endsAt: 9_000, scopes: ['orders:read'] };
  expect(objection(keyFact(), petition({ token }), 0)).toBe('scope_missing');
});
