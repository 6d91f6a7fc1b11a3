import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { INVITE } from '../../src/customers/invitation-letter.ts';
import { LetterRefused } from '../../src/kit/mail.ts';
import type { Core } from '../../src/test/core.ts';
import { openScene, type Scene } from './scene.ts';

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

describe('the letter of an invitation', () => {
  test('is tried again, the same, until the mail server takes it', async () => {
    const own = await scene.team();
    const made = await own.ann.call('POST', `${own.path}/invitations`, {
      email: 'later@example.test',
      role: 'viewer',
    });
    const id = made.body['id'] as string;
    const waiting = await core.sql`select data from pgboss.job where name = ${INVITE}
      and data ->> 'invitation_id' = ${id}`;
    expect(waiting).toEqual([{ data: { invitation_id: id, round: '1' } }]);
    scene.mailServer.says = () => {
      throw new Error('connection refused');
    };
    await expect(scene.send(id)).rejects.toThrow('connection refused');
    const shown = (await own.ann.call('GET', `${own.path}/invitations`)).body['data'][0];
    expect(shown).toMatchObject({ letter: 'waiting', said: 'connection refused' });
    scene.mailServer.says = undefined;
    await scene.send(id);
    await scene.send(id);
    expect(scene.letters).toHaveLength(1);
    expect(scene.letters[0]?.messageId).toBe(`<${id}.1@portal.test>`);
    const sent = (await own.ann.call('GET', `${own.path}/invitations`)).body['data'][0];
    expect(sent).toMatchObject({ letter: 'sent', said: null });
  });

  test('that is refused for good is not tried again, and the list says why', async () => {
    const own = await scene.team();
    const made = await own.ann.call('POST', `${own.path}/invitations`, {
      email: 'gone@example.test',
      role: 'viewer',
    });
    scene.mailServer.says = () => {
      throw new LetterRefused('550 nobody here');
    };
    await scene.send(made.body['id'] as string);
    const shown = (await own.ann.call('GET', `${own.path}/invitations`)).body['data'][0];
    expect(shown).toMatchObject({ letter: 'refused', said: '550 nobody here' });
  });

  test('is not sent of one that was withdrawn before', async () => {
    const own = await scene.team();
    const made = await own.ann.call('POST', `${own.path}/invitations`, {
      email: 'withdrawn@example.test',
      role: 'viewer',
    });
    await own.ann.call('DELETE', `${own.path}/invitations/${made.body['id']}`);
    await scene.send(made.body['id'] as string);
    expect(scene.letters).toEqual([]);
  });
});
