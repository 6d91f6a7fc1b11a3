import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetExpired } from '../auth/jobs.ts';
import { openCore, person, type Core } from './core.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

test('housekeeping removes what has expired and nothing that counts', async () => {
  const [ann, bob] = [await person(core), await person(core)];
  await core.call('POST', '/auth/request-password-reset', { body: { email: ann.email } });
  await core.sql`update sessions set expires_at = now() - interval '1 minute'
    where user_id = ${bob.id}`;
  await core.sql`insert into rate_limits (key, count, started_at)
    values ('old', 1, ${core.clock.now - 86_400_001}), ('new', 1, ${core.clock.now})`;

  await forgetExpired(core.sql, core.clock.now);
  expect(await core.sql`select user_id from sessions`).toEqual([{ user_id: ann.id }]);
  expect(await core.sql`select value from verifications`).toEqual([{ value: ann.id }]);
  const limits = await core.sql`select key from rate_limits where key in ('old', 'new')`;
  expect(limits).toEqual([{ key: 'new' }]);

  await forgetExpired(core.sql, core.clock.now + 3_700_000);
  expect(await core.sql`select from verifications`).toEqual([]);
});

test('no answer may be kept on the way, a refusal neither', async () => {
  const { admin, call } = core;
  for (const answer of [await admin('GET', '/v1/users'), await call('GET', '/v1/users')]) {
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});
