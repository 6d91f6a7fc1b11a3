import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hold, person, somebodyWaits, type Core, type Person } from '../../src/test/core.ts';
import { openScene, told, type Scene, type Team } from './scene.ts';

let scene: Scene;
let core: Core;
/** One for all that is refused: passwords take long to make. */
let shared: Team;
beforeAll(async () => {
  scene = await openScene();
  core = scene.core;
  shared = await scene.team();
}, 240_000);
afterAll(() => scene.close());

describe('members', () => {
  const membershipOf = async (own: Team, who: Person): Promise<string> => {
    const { body } = await own.ann.call('GET', `${own.path}/memberships`);
    const rows = body['data'] as { id: string; user: { id: string } }[];
    return `${own.path}/memberships/${rows.find(({ user }) => user.id === who.id)?.id}`;
  };
  const join = async (own: Team, role: string): Promise<Person> => {
    const who = await person(core);
    await core.admin('POST', `/v1/customers/${own.id}/memberships`, { user_id: who.id, role });
    return who;
  };

  test('are given another role and removed by owners alone', async () => {
    const own = await scene.team();
    for (const role of ['billing', 'developer', 'viewer']) {
      const [who, other] = [await join(own, role), await join(own, 'viewer')];
      const theirs = await membershipOf(own, other);
      for (const [method, path, body] of [
        ['PATCH', theirs, { role: 'owner' }],
        ['PATCH', await membershipOf(own, who), { role: 'owner' }],
        ['DELETE', theirs, undefined],
        ['POST', `${own.path}/invitations`, { email: 'x@example.test', role: 'viewer' }],
      ] as const) {
        expect(told(await who.call(method, path, body))).toEqual([403, 'forbidden']);
      }
      expect((await own.ann.call('PATCH', theirs, { role: 'billing' })).body).toMatchObject({
        role: 'billing',
        user: { email: other.email },
        two_factor: false,
      });
      expect((await own.ann.call('DELETE', theirs)).status).toBe(204);
      expect((await other.call('GET', own.path)).status).toBe(404);
      // And everybody may leave.
      expect((await who.call('DELETE', await membershipOf(own, who))).status).toBe(204);
      expect((await who.call('GET', own.path)).status).toBe(404);
    }
  });

  test.each([
    ['removed', 'DELETE', undefined],
    ['made a viewer', 'PATCH', { role: 'viewer' }],
  ] as const)('who is %s has asked nobody to be an owner', async (_what, method, body) => {
    const own = await scene.team();
    const [bob, eve] = [await join(own, 'owner'), await person(core)];
    const token = await scene.invited({ ...own, ann: bob }, eve.email, 'owner');
    const answer = await own.ann.call(method, await membershipOf(own, bob), body);
    expect(answer.status, answer.text).toBeLessThan(300);
    const late = await eve.call('POST', '/portal/v1/invitations/accept', { token });
    expect(told(late)).toEqual([410, 'gone']);
    expect((await own.ann.call('GET', `${own.path}/invitations`)).body['data']).toEqual([]);
  });

  test('who is removed while they ask somebody has asked nobody', async () => {
    const own = await scene.team();
    const bob = await join(own, 'owner');
    const theirs = await membershipOf(own, bob);
    const held = await hold(
      core.sql,
      (tx) => tx`select from customers where id = ${own.id} for update`,
    );
    const asks = bob.call('POST', `${own.path}/invitations`, {
      email: 'alt@example.test',
      role: 'owner',
    });
    await somebodyWaits(core.sql);
    const removed = own.ann.call('DELETE', theirs);
    await held.commit();
    expect((await removed).status).toBe(204);
    // Whichever came first.
    expect([201, 403]).toContain((await asks).status);
    expect((await own.ann.call('GET', `${own.path}/invitations`)).body['data']).toEqual([]);
  });

  test('never lose their last owner: nobody leaves, lowers or removes that one', async () => {
    const own = await scene.team();
    const mine = await membershipOf(own, own.ann);
    expect(told(await own.ann.call('DELETE', mine))).toEqual([409, 'state_conflict']);
    const lower = await own.ann.call('PATCH', mine, { role: 'viewer' });
    expect(told(lower)).toEqual([409, 'state_conflict']);
    await join(own, 'owner');
    expect((await own.ann.call('DELETE', mine)).status).toBe(204);
  });

  test('of another customer are not there', async () => {
    const [own, other] = [await scene.team(), await scene.team()];
    const theirs = (await membershipOf(other, other.ann)).split('/').at(-1);
    const path = `${own.path}/memberships/${theirs}`;
    expect(told(await own.ann.call('PATCH', path, { role: 'viewer' }))).toEqual([404, 'not_found']);
    expect(told(await own.ann.call('DELETE', path))).toEqual([404, 'not_found']);
    expect((await other.ann.call('GET', other.path)).status).toBe(200);
  });

  test.each([
    [{ role: 'admin' }, 'role'],
    [{}, 'role'],
    [{ role: null }, 'role'],
    [{ role: 'viewer', user_id: 'x' }, 'user_id'],
  ])('are given no role like %j', async (body, field) => {
    const path = await membershipOf(shared, shared.ann);
    const answer = await shared.ann.call('PATCH', path, body);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body['errors'][0]).toMatchObject({ path: field });
  });
});
