import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieOf, openCore, PASSWORD, person, PORTAL, type Answer, type Core } from './core.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const signUp = (email: string, more: object = {}) =>
  core.call('POST', '/auth/sign-up/email', {
    body: { name: 'Someone', email, password: PASSWORD, ...more },
  });
const signIn = (email: string, password = PASSWORD, peer?: string) =>
  core.call('POST', '/auth/sign-in/email', { body: { email, password }, ...(peer && { peer }) });
const me = (cookie: string) => core.call('GET', '/portal/v1/me', { headers: { cookie } });

/** What an answer says, but for the request's own id. */
const told = ({ status, body }: Answer) => [status, { ...(body as object), request_id: null }];
const tokenIn = (text = '') => /token=([\w-]+)/.exec(text)?.[1] ?? '';

describe('sign-up', () => {
  test('makes an account that can sign in, with the address in lower case', async () => {
    expect((await signUp('Ada@Example.test')).status).toBe(200);
    const answer = await signIn('ada@example.TEST');
    expect(answer.status).toBe(200);
    expect(answer.body['user']).toMatchObject({ email: 'ada@example.test', role: 'user' });
    const known = await me(cookieOf(answer));
    expect(known.body['user']['id']).toMatch(/^usr_[0-9a-z]{24}$/);
    expect(known.body).toMatchObject({ memberships: [], sign_up: 'open' });
  });

  test('answers the same for an address that is taken, and tells its owner by mail', async () => {
    const fresh = await signUp('twice@example.test');
    core.letters.length = 0;
    const again = await signUp('Twice@example.test', { password: 'something else' });
    expect(told(again)).toEqual(told(fresh));
    expect(again.headers.getSetCookie()).toEqual(fresh.headers.getSetCookie());
    expect(core.letters.map(({ to }) => to)).toEqual(['twice@example.test']);
    expect((await signIn('twice@example.test')).status).toBe(200);
    expect((await signIn('twice@example.test', 'something else')).status).toBe(401);
  });

  test.each([
    ['a role', { role: 'admin' }, 'role'],
    ['a short password', { password: '123456789' }, 'password'],
    ['a long password', { password: 'x'.repeat(129) }, 'password'],
    ['no address', { email: 'nobody' }, 'email'],
    ['NUL in the name', { name: 'a\u0000b' }, 'name'],
    ['a lone surrogate', { name: '\ud800' }, 'name'],
  ])('refuses %s and makes nobody', async (_what, more, path) => {
    const answer = await signUp('refused@example.test', more);
    expect(answer.status).toBe(400);
    expect(answer.body['code']).toBe('invalid_request');
    expect(answer.body['errors'][0]).toMatchObject({ path });
    const [row] = await core.sql`select count(*)::int as n from users
      where email in ('refused@example.test', 'nobody')`;
    expect(row?.['n']).toBe(0);
  });

  test('is refused where it is closed, and so is a customer of one’s own', async () => {
    const closed = await openCore({ signUp: 'closed' });
    const answer = await closed.call('POST', '/auth/sign-up/email', {
      body: { name: 'A', email: 'a@example.test', password: PASSWORD },
    });
    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
    const ann = await person(closed);
    const own = await ann.call('POST', '/portal/v1/customers', { name: 'Mine' });
    expect([own.status, own.body['code']]).toEqual([403, 'forbidden']);
    await closed.close();
  });
});

describe('sign-in', () => {
  test('says the same of an unknown address and of a wrong password', async () => {
    const ann = await person(core);
    const wrong = await signIn(ann.email, 'not the password');
    expect(wrong.status).toBe(401);
    expect(told(await signIn('unknown@example.test', 'not the password'))).toEqual(told(wrong));
  });

  test('sets a cookie that scripts and other sites do not get', async () => {
    const ann = await person(core);
    const [cookie] = (await signIn(ann.email)).headers.getSetCookie();
    expect(cookie).toMatch(/^tollgate\.session_token=/);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).not.toMatch(/; Secure/i);
  });

  test('sets a Secure cookie where the portal is https', async () => {
    const secure = await openCore({ publicUrl: 'https://portal.test' });
    const wanted = { email: 'a@example.test', name: 'A', password: PASSWORD };
    await secure.admin('POST', '/v1/users', wanted);
    const answer = await secure.call('POST', '/auth/sign-in/email', {
      body: { email: wanted.email, password: PASSWORD },
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-.*; Secure/i);
    await secure.close();
  });

  test('takes no session that we did not sign, and none that was ended', async () => {
    const ann = await person(core);
    expect((await me(ann.cookie)).status).toBe(200);
    expect((await me(`${ann.cookie}x`)).status).toBe(401);
    const [row] = await core.sql`select token from sessions where user_id = ${ann.id}`;
    expect((await me(`tollgate.session_token=${row?.['token']}`)).status).toBe(401);
    expect((await ann.call('POST', '/auth/sign-out')).status).toBe(200);
    const after = await me(ann.cookie);
    expect([after.status, after.body['code']]).toEqual([401, 'unauthenticated']);
  });

  test('ends when the session expires', async () => {
    const ann = await person(core);
    await core.sql`update sessions set expires_at = now() - interval '1 second'
      where user_id = ${ann.id}`;
    expect((await me(ann.cookie)).status).toBe(401);
  });

  test.each([
    ['without Origin', {}],
    ['from another site', { origin: 'http://evil.test' }],
    ['from a look-alike', { origin: `${PORTAL}.evil.test` }],
    ['from an opaque origin', { origin: 'null' }],
  ])('a cookie alone writes nothing: %s', async (_what, headers: Record<string, string>) => {
    const ann = await person(core);
    const answer = await core.call('POST', '/auth/sign-out', {
      headers: { cookie: ann.cookie, ...headers },
    });
    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
    expect((await me(ann.cookie)).status).toBe(200);
  });

  test('another site cannot sign its visitors in', async () => {
    const ann = await person(core);
    const answer = await core.call('POST', '/auth/sign-in/email', {
      body: { email: ann.email, password: PASSWORD },
      headers: { origin: 'http://evil.test' },
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('throttling', () => {
  test('stops guessing one password, by whatever way it comes, and tells how long', async () => {
    const ann = await person(core);
    const guess = (n: number) => signIn(ann.email, 'guess number one', `198.51.100.${n}`);
    const answers = await Promise.all(Array.from({ length: 14 }, (_, n) => guess(n)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(refused).toHaveLength(4);
    expect(refused[0]?.body['code']).toBe('too_many_requests');
    const waitS = Number(refused[0]?.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(0);
    expect(waitS).toBeLessThanOrEqual(300);
    expect((await signIn(ann.email)).status).toBe(429);
    core.clock.now += waitS * 1_000;
    expect((await signIn(ann.email)).status).toBe(200);
  });

  test('forgets wrong guesses after the right one', async () => {
    const ann = await person(core);
    for (let n = 0; n < 2; n++) await signIn(ann.email, 'wrong password');
    const guesses = () => core.sql`select count from rate_limits
      where key = ${`sign-in:account|${ann.email}`}`;
    expect(await guesses()).toEqual([{ count: 2 }]);
    expect((await signIn(ann.email)).status).toBe(200);
    expect(await guesses()).toEqual([]);
  });

  const from = (peer: string, forwarded: string) =>
    core.call('POST', '/auth/sign-in/email', {
      peer,
      headers: { 'x-forwarded-for': forwarded },
      body: {
        email: `guess-${forwarded}-${peer}@example.test`.replaceAll(/[, :]/g, ''),
        password: PASSWORD,
      },
    });
  const exhaust = (client: string) => core.sql`
    insert into rate_limits (key, count, started_at)
    values (${`sign-in:client|${client}`}, 30, ${core.clock.now})`;

  test('counts the client behind our proxy, not the proxy', async () => {
    await exhaust('203.0.113.7');
    expect((await from('127.0.0.1', '203.0.113.7')).status).toBe(429);
    expect((await from('127.0.0.1', '203.0.113.8, 203.0.113.7')).status).toBe(429);
    expect((await from('127.0.0.1', '203.0.113.8')).status).toBe(401);
  });

  test('believes nobody else’s X-Forwarded-For', async () => {
    await exhaust('203.0.113.50');
    expect((await from('203.0.113.50', '203.0.113.51')).status).toBe(429);
  });
});

describe('password reset', () => {
  const request = (email: string, more: object = {}) =>
    core.call('POST', '/auth/request-password-reset', { body: { email, ...more } });
  const reset = (token: string, newPassword = 'a new password') =>
    core.call('POST', '/auth/reset-password', { body: { token, newPassword } });

  test('sends a link that works once, and ends every session', async () => {
    const ann = await person(core);
    core.letters.length = 0;
    expect((await request(ann.email.toUpperCase())).status).toBe(200);
    const [letter] = core.letters;
    expect(letter?.to).toBe(ann.email);
    expect(letter?.text).toContain(`${PORTAL}/reset-password?token=`);
    const token = tokenIn(letter?.text);
    expect((await reset(token, 'short')).status).toBe(400);
    expect((await reset(token)).status).toBe(200);
    expect((await me(ann.cookie)).status).toBe(401);
    expect((await signIn(ann.email)).status).toBe(401);
    expect((await signIn(ann.email, 'a new password')).status).toBe(200);
    const again = await reset(token);
    expect([again.status, again.body['code']]).toEqual([400, 'invalid_request']);
    expect(again.body['errors'][0]['path']).toBe('token');
  });

  test('keeps nothing in the table that opens an account', async () => {
    const ann = await person(core);
    core.letters.length = 0;
    await request(ann.email);
    const token = tokenIn(core.letters[0]?.text);
    const rows = await core.sql`select * from verifications`;
    expect(token).toHaveLength(24);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('refuses a link after its hour', async () => {
    const ann = await person(core);
    core.letters.length = 0;
    await request(ann.email);
    await core.sql`update verifications set expires_at = now() - interval '1 second'
      where value = ${ann.id}`;
    expect((await reset(tokenIn(core.letters[0]?.text))).status).toBe(400);
    expect((await signIn(ann.email)).status).toBe(200);
  });

  test('says the same of an address that nobody has, and sends nothing', async () => {
    const ann = await person(core);
    const known = await request(ann.email);
    core.letters.length = 0;
    expect(told(await request('nobody-at-all@example.test'))).toEqual(told(known));
    expect(core.letters).toEqual([]);
  });

  test('lets a user without a password set the first one', async () => {
    const wanted = { email: 'invited@example.test', name: 'Invited' };
    expect((await core.admin('POST', '/v1/users', wanted)).status).toBe(201);
    expect((await signIn(wanted.email)).status).toBe(401);
    core.letters.length = 0;
    await request(wanted.email);
    expect((await reset(tokenIn(core.letters[0]?.text), PASSWORD)).status).toBe(200);
    expect((await signIn(wanted.email)).status).toBe(200);
  });

  test('leads nowhere but to the portal', async () => {
    const answer = await request('ann@example.test', { redirectTo: 'http://evil.test/' });
    expect(answer.status).toBe(400);
    expect(answer.body['errors'][0]['path']).toBe('redirectTo');
  });
});
