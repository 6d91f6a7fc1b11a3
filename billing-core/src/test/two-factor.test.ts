import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cookieOf,
  openCore,
  PASSWORD,
  person,
  PORTAL,
  type Answer,
  type Core,
  type Person,
} from './core.ts';
import { appCodeAt } from './totp.ts';

const PATH = '/portal/v1/me/two-factor';

let core: Core;
beforeAll(async () => {
  core = await openCore();
}, 120_000);
afterAll(() => core.close());

const told = ({ status, body }: Answer) => [status, body['code']];
const signIn = (email: string, password = PASSWORD): Promise<Answer> =>
  core.call('POST', '/auth/sign-in/email', { body: { email, password } });
const withCode = (cookie: string, code: string): Promise<Answer> =>
  core.call('POST', '/auth/sign-in/second-factor', {
    body: { code },
    headers: { cookie, origin: PORTAL },
  });
/** What the library's clock shows: it knows no other than the machine's. */
const codeOf = (uri: string): string => appCodeAt(uri, Date.now());
/** The one before, which is taken as well: a code is taken once. */
const codeBefore = (uri: string): string => appCodeAt(uri, Date.now() - 30_000);
const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const isIn = async (cookie: string): Promise<boolean> =>
  (await core.call('GET', '/portal/v1/me', { headers: { cookie } })).status === 200;

type Guarded = Person & { uri: string; codes: string[] };

/** Somebody whose sign-in asks for a code. */
async function guarded(role: 'admin' | 'user' = 'user'): Promise<Guarded> {
  const who = await person(core, role);
  const begun = await who.call('POST', `${PATH}/begin`, { password: PASSWORD });
  expect(begun.status, begun.text).toBe(201);
  const uri = begun.body['totp_uri'] as string;
  const on = await who.call('POST', `${PATH}/confirm`, { code: codeBefore(uri) });
  expect(on.status, on.text).toBe(200);
  // It is another session then.
  const cookie = cookieOf(on);
  const call: Person['call'] = (method, path, body) =>
    core.call(method, path, { body, headers: { cookie, origin: PORTAL } });
  return { ...who, cookie, call, uri, codes: begun.body['recovery_codes'] as never };
}

describe('a second factor', () => {
  test('asks nothing before a code of the app was confirmed', async () => {
    const ann = await person(core);
    expect((await ann.call('GET', PATH)).body).toEqual({
      state: 'off',
      recovery_codes_left: null,
    });
    const begun = await ann.call('POST', `${PATH}/begin`, { password: PASSWORD });
    expect(begun.body['totp_uri']).toMatch(/^otpauth:\/\/totp\/Tollgate:/);
    expect(begun.body['recovery_codes']).toHaveLength(10);
    const uri = begun.body['totp_uri'] as string;
    const refused = await ann.call('POST', `${PATH}/confirm`, { code: wrong(codeOf(uri)) });
    expect(told(refused)).toEqual([400, 'invalid_request']);
    expect(refused.body['errors'][0]['path']).toBe('code');
    expect((await signIn(ann.email)).body).toHaveProperty('user');
  });

  test('is asked for after the password, and nobody is signed in before', async () => {
    const ann = await guarded();
    expect((await ann.call('GET', PATH)).body).toEqual({ state: 'on', recovery_codes_left: 10 });
    expect(told(await signIn(ann.email, 'not the password'))).toEqual([401, 'unauthenticated']);
    const asked = await signIn(ann.email);
    expect(asked.body).toEqual({ second_factor: 'required' });
    const cookie = cookieOf(asked);
    expect(await isIn(cookie)).toBe(false);
    expect(told(await withCode(cookie, wrong(codeOf(ann.uri))))).toEqual([400, 'invalid_request']);
    const entered = await withCode(cookie, codeOf(ann.uri));
    expect(entered.status, entered.text).toBe(200);
    expect(await isIn(cookieOf(entered))).toBe(true);
    // The sign-in that asked is used up.
    expect(told(await withCode(cookie, codeOf(ann.uri)))).toEqual([401, 'unauthenticated']);
    const trail = await core.admin('GET', `/v1/audit?subject_id=${ann.id}`);
    const actions = (trail.body['data'] as { action: string }[]).map(({ action }) => action);
    expect(actions).toContain('two_factor.turn_on');
  });

  test('takes each code of the app once, whoever saw it', async () => {
    const ann = await guarded();
    const code = codeOf(ann.uri);
    const [first, second] = [await signIn(ann.email), await signIn(ann.email)];
    expect((await withCode(cookieOf(first), code)).status).toBe(200);
    const count = () => core.sql`select id from sessions where user_id = ${ann.id}`;
    const before = (await count()).length;
    const again = await withCode(cookieOf(second), code);
    expect(told(again)).toEqual([400, 'invalid_request']);
    expect(again.headers.getSetCookie()).toEqual([]);
    expect(await count()).toHaveLength(before);
  });

  test('is not entered with the code that turned it on', async () => {
    const ann = await person(core);
    const begun = await ann.call('POST', `${PATH}/begin`, { password: PASSWORD });
    const code = codeOf(begun.body['totp_uri'] as string);
    expect((await ann.call('POST', `${PATH}/confirm`, { code })).status).toBe(200);
    const again = await withCode(cookieOf(await signIn(ann.email)), code);
    expect(told(again)).toEqual([400, 'invalid_request']);
    expect(again.body['errors'][0]).toMatchObject({ path: 'code' });
  });

  test('and a new password: each change of them is told by a letter', async () => {
    core.letters.length = 0;
    const ann = await guarded();
    const made = await ann.call('POST', `${PATH}/recovery-codes`, { password: PASSWORD });
    expect(made.status).toBe(201);
    await ann.call('POST', `${PATH}/turn-off`, { password: 'not the password' });
    expect((await ann.call('POST', `${PATH}/turn-off`, { password: PASSWORD })).status).toBe(200);
    const bob = await guarded();
    expect((await core.admin('DELETE', `/v1/users/${bob.id}/two-factor`)).status).toBe(204);
    await core.call('POST', '/auth/request-password-reset', { body: { email: bob.email } });
    const token = /token=([\w%]+)/.exec(core.letters.at(-1)?.text ?? '')?.[1] ?? '';
    const body = { token, newPassword: 'another password' };
    expect((await core.call('POST', '/auth/reset-password', { body })).status).toBe(200);
    expect(core.letters.map(({ to, subject }) => [to, subject])).toEqual([
      [ann.email, 'Your second factor is on'],
      [ann.email, 'You have new recovery codes'],
      [ann.email, 'Your second factor is off'],
      [bob.email, 'Your second factor is on'],
      [bob.email, 'Your second factor was taken off'],
      [bob.email, 'Set a new password'],
      [bob.email, 'A new password was set'],
    ]);
    for (const { subject, text } of core.letters) {
      if (subject !== 'Set a new password') expect(text).toContain(`${PORTAL}/forgot-password`);
    }
  });

  test('a recovery code does as well, once', async () => {
    const ann = await guarded();
    const [code = ''] = ann.codes;
    const entered = await withCode(cookieOf(await signIn(ann.email)), code);
    expect(await isIn(cookieOf(entered))).toBe(true);
    expect((await ann.call('GET', PATH)).body['recovery_codes_left']).toBe(9);
    const again = await withCode(cookieOf(await signIn(ann.email)), code);
    expect(told(again)).toEqual([400, 'invalid_request']);
  });

  test('new recovery codes end the old ones', async () => {
    const ann = await guarded();
    const made = await ann.call('POST', `${PATH}/recovery-codes`, { password: PASSWORD });
    expect(made.status, made.text).toBe(201);
    const old = await withCode(cookieOf(await signIn(ann.email)), ann.codes[0] ?? '');
    expect(told(old)).toEqual([400, 'invalid_request']);
    const fresh = (made.body['recovery_codes'] as never as string[])[0] ?? '';
    const entered = await withCode(cookieOf(await signIn(ann.email)), fresh);
    expect(await isIn(cookieOf(entered))).toBe(true);
  });

  test('is not guessed: five wrong codes end the sign-in, ten close the account', async () => {
    const ann = await guarded();
    const answers: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      const cookie = cookieOf(await signIn(ann.email));
      for (let n = 0; n < 5; n++) {
        answers.push((await withCode(cookie, wrong(codeOf(ann.uri)))).status);
      }
      const [last] = told(await withCode(cookie, codeOf(ann.uri)));
      answers.push(last);
    }
    const four = Array.from({ length: 4 }, () => 400);
    // The sign-in is over; then the account is closed, the right code included.
    expect(answers).toEqual([...four, 400, 401, ...four, 429, 429]);
    core.clock.now += 15 * 60_000;
    const later = await withCode(cookieOf(await signIn(ann.email)), codeOf(ann.uri));
    expect(later.status, later.text).toBe(200);
  });

  test('is not guessed by many at once either', async () => {
    const ann = await guarded();
    const pending: Answer[] = [];
    for (let n = 0; n < 14; n++) pending.push(await signIn(ann.email));
    const answers = await Promise.all(
      pending.map((asked) => withCode(cookieOf(asked), wrong(codeOf(ann.uri)))),
    );
    const closed = answers.filter(({ status }) => status === 429);
    expect(closed).toHaveLength(4);
    const right = await withCode(cookieOf(await signIn(ann.email)), codeOf(ann.uri));
    expect(told(right)).toEqual([429, 'too_many_requests']);
  });

  test('is not made easier to guess by a code that was used', async () => {
    const ann = await guarded();
    const used = codeOf(ann.uri);
    expect((await withCode(cookieOf(await signIn(ann.email)), used)).status).toBe(200);
    const answers: number[] = [];
    for (let n = 0; n < 11; n++) {
      const code = n === 5 ? used : wrong(codeOf(ann.uri));
      answers.push((await withCode(cookieOf(await signIn(ann.email)), code)).status);
    }
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
  });

  test('is not given for a sign-in that began with a password of before', async () => {
    const ann = await guarded();
    const pending = cookieOf(await signIn(ann.email));
    core.letters.length = 0;
    await core.call('POST', '/auth/request-password-reset', { body: { email: ann.email } });
    const token = /token=([\w%]+)/.exec(core.letters[0]?.text ?? '')?.[1] ?? '';
    const body = { token, newPassword: 'another password' };
    expect((await core.call('POST', '/auth/reset-password', { body })).status).toBe(200);
    expect(told(await withCode(pending, codeOf(ann.uri)))).toEqual([401, 'unauthenticated']);
    expect(told(await withCode(pending, ann.codes[0] ?? ''))).toEqual([401, 'unauthenticated']);
  });

  test('survives a new password', async () => {
    const ann = await guarded();
    core.letters.length = 0;
    await core.call('POST', '/auth/request-password-reset', { body: { email: ann.email } });
    const token = /token=([\w%]+)/.exec(core.letters[0]?.text ?? '')?.[1] ?? '';
    const body = { token, newPassword: 'another password' };
    expect((await core.call('POST', '/auth/reset-password', { body })).status).toBe(200);
    expect((await signIn(ann.email, 'another password')).body).toEqual({
      second_factor: 'required',
    });
  });

  test('goes with the password, and is turned off by nobody without it', async () => {
    const ann = await guarded();
    for (const what of ['turn-off', 'recovery-codes', 'begin']) {
      const answer = await ann.call('POST', `${PATH}/${what}`, { password: 'not the password' });
      expect(told(answer)).toEqual([400, 'invalid_request']);
      expect(answer.body['errors'][0]['path']).toBe('password');
    }
    expect(told(await ann.call('POST', `${PATH}/begin`, { password: PASSWORD }))).toEqual([
      409,
      'state_conflict',
    ]);
    const off = await ann.call('POST', `${PATH}/turn-off`, { password: PASSWORD });
    expect(off.status, off.text).toBe(200);
    expect((await signIn(ann.email)).body).toHaveProperty('user');
    const [row] = await core.sql`select count(*)::int as n from two_factors
      where user_id = ${ann.id}`;
    expect(row).toEqual({ n: 0 });
  });

  test('is taken off by an admin for who has lost all of it', async () => {
    const ann = await guarded();
    const path = `/v1/users/${ann.id}/two-factor`;
    core.clock.now += 1;
    expect((await core.admin('DELETE', path)).status).toBe(204);
    expect((await signIn(ann.email)).body).toHaveProperty('user');
    expect(told(await core.admin('DELETE', path))).toEqual([409, 'state_conflict']);
    const trail = await core.admin('GET', `/v1/audit?subject_id=${ann.id}`);
    expect(trail.body['data'][0]).toMatchObject({ action: 'user.two_factor_reset' });
  });

  test('keeps nothing in its table that makes a code', async () => {
    const ann = await guarded();
    const rows = JSON.stringify(await core.sql`select * from two_factors`);
    const secret = new URLSearchParams(ann.uri.slice(ann.uri.indexOf('?'))).get('secret') ?? '';
    expect(secret.length).toBeGreaterThan(30);
    for (const one of [secret, ...ann.codes]) expect(rows).not.toContain(one);
  });

  test('needs a session of one’s own and the portal’s origin', async () => {
    const ann = await person(core);
    const without = await core.call('POST', `${PATH}/begin`, { body: { password: PASSWORD } });
    expect(told(without)).toEqual([401, 'unauthenticated']);
    const foreign = await core.call('POST', `${PATH}/begin`, {
      body: { password: PASSWORD },
      headers: { cookie: ann.cookie, origin: 'http://evil.test' },
    });
    expect(told(foreign)).toEqual([403, 'forbidden']);
    expect(told(await withCode('', '123456'))).toEqual([401, 'unauthenticated']);
    expect(told(await withCode(ann.cookie, '123456'))).toEqual([401, 'unauthenticated']);
  });

  test.each([
    ['', 'code'],
    ['12345', 'code'],
    ['1234567', 'code'],
    ['12345a', 'code'],
    ['abcde_fghij', 'code'],
    ['1'.repeat(5_000), 'code'],
    ['１２３４５６', 'code'],
    [123_456, 'code'],
    [null, 'code'],
  ])('takes no code like %j', async (code, path) => {
    const answer = await withCode('', code as string);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body['errors'][0]).toMatchObject({ path });
  });
});
