import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/kit/clock.ts';
import {
  customerWith,
  hold,
  openCore,
  PASSWORD,
  person,
  somebodyWaits,
  type Answer,
  type Core,
  type Person,
} from '../../src/test/core.ts';
import { linkIn, openScene, told, UNKNOWN, type Scene } from './scene.ts';

let scene: Scene;
let core: Core;
beforeAll(async () => {
  scene = await openScene();
  core = scene.core;
}, 120_000);
afterAll(() => scene.close());
beforeEach(() => {
  scene.letters.length = 0;
  scene.mailServer.says = undefined;
  core.clock.now += 1;
});

const accept = (who: Person, token: string): Promise<Answer> =>
  who.call('POST', '/portal/v1/invitations/accept', { token });
const look = (token: string): Promise<Answer> =>
  core.call('POST', '/portal/v1/invitations/look', { body: { token } });

describe('an invitation', () => {
  test('makes who it was sent to a member, once, and both sides are in the audit', async () => {
    const own = await scene.team();
    const bob = await person(core);
    const token = await scene.invited(own, bob.email.toUpperCase());
    expect(scene.letters[0]).toMatchObject({ to: bob.email, subject: 'You are invited to Acme' });
    expect((await look(token)).body).toMatchObject({
      customer: { name: 'Acme' },
      email: bob.email,
      role: 'developer',
      has_account: true,
    });
    const answer = await accept(bob, token);
    expect([answer.status, answer.body]).toEqual([200, { customer_id: own.id }]);
    const members = await bob.call('GET', `${own.path}/memberships`);
    const roles = (members.body['data'] as { role: string; user: { id: string } }[]).map(
      ({ role, user }) => [user.id, role],
    );
    expect(new Map(roles as [string, string][])).toEqual(
      new Map([
        [own.ann.id, 'owner'],
        [bob.id, 'developer'],
      ]),
    );
    expect(told(await accept(bob, token))).toEqual([410, 'gone']);
    expect(told(await look(token))).toEqual([410, 'gone']);
    expect((await own.ann.call('GET', `${own.path}/invitations`)).body['data']).toEqual([]);
    const trail = await core.admin('GET', `/v1/audit?subject_id=${own.id}`);
    const deeds = (trail.body['data'] as { action: string; actor_id: string }[]).map(
      ({ action, actor_id }) => [action, actor_id],
    );
    expect(deeds).toContainEqual(['invitation.create', own.ann.id]);
    expect(deeds).toContainEqual(['invitation.accept', bob.id]);
    expect(deeds).toContainEqual(['membership.create', bob.id]);
  });

  test('is not kept in a form that opens it', async () => {
    const own = await scene.team();
    const token = await scene.invited(own, 'kept@example.test');
    const rows = JSON.stringify([
      await core.sql`select * from invitations`,
      await core.sql`select * from audit_entries`,
      await core.sql`select data from pgboss.job`,
    ]);
    expect(token).toHaveLength(43);
    expect(rows).not.toContain(token);
  });

  test('is for its address alone, and stays open for that', async () => {
    const own = await scene.team();
    const [bob, eve] = [await person(core), await person(core)];
    const token = await scene.invited(own, bob.email);
    const stolen = await accept(eve, token);
    expect(told(stolen)).toEqual([403, 'forbidden']);
    expect((await eve.call('GET', own.path)).status).toBe(404);
    expect((await accept(bob, token)).status).toBe(200);
  });

  test('is over after seven days, when it is withdrawn, and when it was sent anew', async () => {
    const own = await scene.team();
    const bob = await person(core);
    const token = await scene.invited(own, bob.email);
    const open = (await own.ann.call('GET', `${own.path}/invitations`)).body['data'][0];
    const one = `${own.path}/invitations/${open?.['id']}`;
    core.clock.now += 7 * DAY_MS;
    const over = { code: 'gone', detail: 'This invitation has expired: ask for another' };
    expect((await accept(bob, token)).body).toMatchObject(over);
    expect((await look(token)).body).toMatchObject(over);
    const late = (await own.ann.call('GET', `${own.path}/invitations`)).body['data'][0];
    expect(late).toMatchObject({ state: 'expired', letter: 'sent' });

    const again = await own.ann.call('POST', `${one}/send-again`);
    expect(again.body).toMatchObject({ state: 'open', letter: 'waiting' });
    await scene.send(open?.['id'] as string, 1);
    expect(scene.letters).toHaveLength(1);
    await scene.send(open?.['id'] as string, 2);
    const anew = linkIn(scene.letters[1]);
    expect(told(await accept(bob, token))).toEqual([404, 'not_found']);
    expect((await look(anew)).status).toBe(200);

    expect((await own.ann.call('DELETE', one)).status).toBe(204);
    expect(told(await accept(bob, anew))).toEqual([410, 'gone']);
    expect(told(await own.ann.call('POST', `${one}/send-again`))).toEqual([404, 'not_found']);
    expect(told(await own.ann.call('DELETE', one))).toEqual([404, 'not_found']);
    // Who was expired or withdrawn can be invited anew.
    expect(await scene.invited(own, bob.email)).not.toBe(anew);
    core.clock.now -= 7 * DAY_MS;
  });

  test('of two that accept at once, one does', async () => {
    const own = await scene.team();
    const bob = await person(core);
    const token = await scene.invited(own, bob.email);
    const slow = await hold(
      core.sql,
      (sql) => sql`update invitations set accepted_at = now(), accepted_by = 'usr_other'
        where email = ${bob.email}`,
    );
    const other = accept(bob, token);
    await somebodyWaits(core.sql);
    await slow.commit();
    expect(told(await other)).toEqual([410, 'gone']);
    expect((await bob.call('GET', own.path)).status).toBe(404);
  });

  test('lets somebody new in where sign-up is closed, and nobody else', async () => {
    const closed = await openCore({ signUp: 'closed' });
    const ann = await person(closed);
    const { id } = await customerWith(closed, { owner: ann });
    const token = 'a token of the tests';
    const facts = { id: `ivt_${UNKNOWN}`, customer_id: id, email: 'new@example.test' };
    await closed.sql`insert into invitations
        (id, customer_id, email, role, token_hash, invited_by, created_at, expires_at)
      values (${facts.id}, ${id}, ${facts.email}, 'viewer', sha256(${token}::bytea), ${ann.id},
              ${new Date(closed.clock.now)}, ${new Date(closed.clock.now + DAY_MS)})`;
    const signUp = (email: string, invitation?: string): Promise<Answer> =>
      closed.call('POST', '/auth/sign-up/email', {
        body: { name: 'New', email, password: PASSWORD, ...(invitation && { invitation }) },
      });
    for (const [email, invitation] of [
      [facts.email, undefined],
      [facts.email, 'another token'],
      ['eve@example.test', token],
    ] as const) {
      expect(told(await signUp(email, invitation))).toEqual([403, 'forbidden']);
    }
    closed.clock.now += DAY_MS;
    expect(told(await signUp(facts.email, token))).toEqual([403, 'forbidden']);
    closed.clock.now -= DAY_MS;
    expect((await signUp(facts.email, token)).status).toBe(200);
    const entered = await closed.call('POST', '/auth/sign-in/email', {
      body: { email: facts.email, password: PASSWORD },
    });
    expect(entered.status).toBe(200);
    await closed.close();
  });
});
