import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { person, type Answer, type Core, type Person } from '../../src/test/core.ts';
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
const HOUR_MS = 3_600_001;

beforeEach(() => {
  scene.letters.length = 0;
  scene.mailServer.says = undefined;
  core.clock.now += 1;
});

const accept = (who: Person, token: string): Promise<Answer> =>
  who.call('POST', '/portal/v1/invitations/accept', { token });
const again = (own: Team, id: string): Promise<Answer> =>
  own.ann.call('POST', `${own.path}/invitations/${id}/send-again`);
const look = (token: string): Promise<Answer> =>
  core.call('POST', '/portal/v1/invitations/look', { body: { token } });

describe('an invitation', () => {
  test('is refused to a member, to who was asked already, and past what one may send', async () => {
    const own = await scene.team();
    const invite = (email: string): Promise<Answer> =>
      own.ann.call('POST', `${own.path}/invitations`, { email, role: 'viewer' });
    expect(told(await invite(own.ann.email))).toEqual([409, 'already_exists']);
    expect((await invite('twice@example.test')).status).toBe(201);
    expect(told(await invite('Twice@Example.test'))).toEqual([409, 'already_exists']);
    const many = await Promise.all(
      Array.from({ length: 50 }, (_, n) => invite(`many-${n}@example.test`)),
    );
    const refused = many.filter(({ status }) => status !== 201);
    expect(many.length - refused.length).toBe(49);
    expect(refused.map(({ status }) => status)).toEqual([409]);
  });

  test('that expired leaves its place, and takes one when it is sent again', async () => {
    const own = await scene.team();
    const invite = (email: string): Promise<Answer> =>
      own.ann.call('POST', `${own.path}/invitations`, { email, role: 'viewer' });
    const first = await invite('first@example.test');
    for (let n = 1; n < 50; n++) expect((await invite(`next-${n}@example.test`)).status).toBe(201);
    expect(told(await invite('late@example.test'))).toEqual([409, 'state_conflict']);
    core.clock.now += HOUR_MS;
    const id = first.body['id'] as string;
    const expires_at = new Date(core.clock.now);
    await core.sql`update invitations set expires_at = ${expires_at} where id = ${id}`;
    expect((await invite('late@example.test')).status).toBe(201);
    expect(told(await again(own, id))).toEqual([409, 'state_conflict']);
  });

  test('is not sent again to a member, nor where the customer is archived', async () => {
    const own = await scene.team();
    const bob = await person(core);
    const wanted = { email: bob.email, role: 'viewer' };
    const made = await own.ann.call('POST', `${own.path}/invitations`, wanted);
    const id = made.body['id'] as string;
    const member = { user_id: bob.id, role: 'viewer' };
    await core.admin('POST', `/v1/customers/${own.id}/memberships`, member);
    expect(told(await again(own, id))).toEqual([409, 'already_exists']);
    const archived = await core.admin('DELETE', `/v1/customers/${own.id}`);
    expect(archived.status, archived.text).toBe(204);
    expect(told(await again(own, id))).toEqual([409, 'state_conflict']);
    // Nor is a letter that waits for its next try.
    await scene.send(id);
    expect(scene.letters).toEqual([]);
  });

  test('fills no mailbox: a stranger’s address gets ten letters in a day', async () => {
    const own = await scene.team();
    const made = await own.ann.call('POST', `${own.path}/invitations`, {
      email: 'filled@example.test',
      role: 'viewer',
    });
    const answers: number[] = [];
    for (let n = 0; n < 11; n++) {
      answers.push((await again(own, made.body['id'] as string)).status);
    }
    expect(answers).toEqual([...Array.from({ length: 9 }, () => 200), 429, 429]);
  });

  test.each([
    ['no address', { email: 'nobody', role: 'viewer' }, 'email'],
    ['an empty one', { email: '', role: 'viewer' }, 'email'],
    ['two', { email: 'a@example.test,b@example.test', role: 'viewer' }, 'email'],
    ['a line break', { email: 'a@example.test\nBcc: b@example.test', role: 'viewer' }, 'email'],
    ['one too long', { email: `${'a'.repeat(250)}@example.test`, role: 'viewer' }, 'email'],
    ['a number', { email: 1, role: 'viewer' }, 'email'],
    ['no role', { email: 'a@example.test' }, 'role'],
    ['a role that is none', { email: 'a@example.test', role: 'admin' }, 'role'],
    ['more', { email: 'a@example.test', role: 'viewer', customer_id: 'x' }, 'customer_id'],
  ])('is refused with %s', async (_what, body, path) => {
    const answer = await shared.ann.call('POST', `${shared.path}/invitations`, body);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body['errors'][0]).toMatchObject({ path });
  });

  test.each([
    ['unknown', 'x'.repeat(43), 404],
    ['empty', '', 400],
    ['too long', 'x'.repeat(101), 400],
    ['NUL', 'a\u0000b', 400],
    ['no text', 7, 400],
  ])('a link that is %s opens nothing', async (_what, token, status) => {
    expect((await look(token as string)).status).toBe(status);
    expect((await accept(shared.ann, token as string)).status).toBe(status);
  });
});
