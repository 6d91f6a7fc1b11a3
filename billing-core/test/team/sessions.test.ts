import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCore, PASSWORD, person, type Core, type Person } from '../../src/test/core.ts';
import { told, UNKNOWN } from './scene.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
}, 120_000);
afterAll(() => core.close());

describe('one’s own sessions', () => {
  const SESSIONS = '/portal/v1/me/sessions';
  const again = async ({ email }: Person): Promise<string> => {
    const answer = await core.call('POST', '/auth/sign-in/email', {
      body: { email, password: PASSWORD },
      headers: { 'user-agent': 'A phone' },
    });
    return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  };
  const isIn = async (cookie: string): Promise<boolean> =>
    (await core.call('GET', '/portal/v1/me', { headers: { cookie } })).status === 200;

  test('are listed, and end one by one or all but this', async () => {
    const ann = await person(core);
    const [phone, laptop] = [await again(ann), await again(ann)];
    const listed = (await ann.call('GET', SESSIONS)).body['data'];
    expect((listed as { current: boolean }[]).filter(({ current }) => current)).toHaveLength(1);
    expect(listed).toHaveLength(3);
    expect(listed[0]).toMatchObject({ current: false, user_agent: 'A phone' });
    const ids = (listed as { id: string; current: boolean }[]).filter((one) => !one.current);
    expect((await ann.call('POST', `${SESSIONS}/${ids[0]?.id}/end`)).status).toBe(204);
    expect([await isIn(phone), await isIn(laptop)].toSorted()).toEqual([false, true]);
    expect((await ann.call('POST', `${SESSIONS}/end-others`)).body).toEqual({ ended: 1 });
    expect([await isIn(phone), await isIn(laptop)]).toEqual([false, false]);
    expect((await ann.call('GET', SESSIONS)).body['data']).toHaveLength(1);
    const actions = (await core.admin('GET', `/v1/audit?subject_id=${ann.id}`)).body['data'];
    expect((actions as { action: string }[]).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['session.end', 'session.end_others']),
    );
  });

  test('of somebody else are not there', async () => {
    const [ann, eve] = [await person(core), await person(core)];
    const hers = (await ann.call('GET', SESSIONS)).body['data'][0];
    const path = `${SESSIONS}/${hers?.['id']}/end`;
    expect(told(await eve.call('POST', path))).toEqual([404, 'not_found']);
    expect(told(await eve.call('POST', `${SESSIONS}/ses_${UNKNOWN}/end`))).toEqual([
      404,
      'not_found',
    ]);
    expect((await ann.call('GET', SESSIONS)).status).toBe(200);
  });
});
