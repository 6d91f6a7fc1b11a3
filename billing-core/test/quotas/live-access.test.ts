import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { customerWith, openCore, person, type Core, type Person } from '../../src/test/core.ts';
import { ACCESS_CHECK_MS } from '../../src/usage/watch.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

type Stream = { ended: () => boolean; stop(): Promise<void> };

/** Opens the live view as a browser does, and reads it to its end. */
async function watchLive({ cookie }: Person, customerId: string): Promise<Stream> {
  const path = `/portal/v1/customers/${customerId}/usage/live`;
  const response = await core.app.request(path, { headers: { cookie } });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  let ended = false;
  const drain = async (): Promise<void> => {
    while (!(await reader?.read())?.done);
    ended = true;
  };
  drain().catch(() => {});
  return { ended: () => ended, stop: async () => reader?.cancel() };
}

const MOMENT = { timeout: 5_000, interval: 20 };

async function membershipOf(who: Person, customerId: string): Promise<string> {
  const list = await core.admin('GET', `/v1/customers/${customerId}/memberships`);
  const rows = list.body['data'] as unknown as { id: string; user: { id: string } }[];
  return rows.find((row) => row.user.id === who.id)?.id ?? '';
}

test.each<[string, (who: Person, customerId: string) => Promise<unknown>]>([
  [
    'the membership is deleted',
    async (who, id) => core.admin('DELETE', `/v1/memberships/${await membershipOf(who, id)}`),
  ],
  ['the session is signed out', (who) => who.call('POST', '/auth/sign-out', {})],
  ['the session is revoked', (who) => core.sql`delete from sessions where user_id = ${who.id}`],
  [
    'the session expires',
    (who) =>
      core.sql`update sessions set expires_at = ${new Date(core.clock.now)}
        where user_id = ${who.id}`,
  ],
  ['the user is deleted', (who) => core.admin('DELETE', `/v1/users/${who.id}`)],
])('a live view ends within five seconds when %s, and no other does', async (_what, lose) => {
  const [owner, member] = [await person(core), await person(core)];
  const { id } = await customerWith(core, { owner, viewer: member });
  const [kept, lost] = [await watchLive(owner, id), await watchLive(member, id)];
  await lose(member, id);
  expect(ACCESS_CHECK_MS).toBeLessThan(5_000);
  core.clock.now += ACCESS_CHECK_MS;
  await vi.waitFor(() => expect(lost.ended()).toBe(true), MOMENT);
  expect(kept.ended()).toBe(false);
  await kept.stop();
});

test('no state is sent while it is not known who may see it', async () => {
  const owner = await person(core);
  const { id } = await customerWith(core, { owner });
  const { cookie } = owner;
  const path = `/portal/v1/customers/${id}/usage/live`;
  const response = await core.app.request(path, { headers: { cookie } });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  await core.sql`alter table sessions rename to sessions_away`;
  core.clock.now += 60_000;
  const next = reader?.read();
  expect((await next)?.value).toBe(': still here\n\n');
  await core.sql`alter table sessions_away rename to sessions`;
  expect((await reader?.read())?.value).toMatch(/^event: usage/);
  await reader?.cancel();
}, 20_000);
