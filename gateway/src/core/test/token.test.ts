import { setTimeout as delay } from 'node:timers/promises';
import type { TokenRule } from '@tollgate/billing-core/contract/token-rule.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { badTokens } from '../../../test/conformance/bad-tokens.ts';
import {
  AUDIENCE,
  type Issuer,
  openIssuer,
  secondsFromNow,
} from '../../../test/conformance/issuer.ts';
import { KeySets } from '../key-sets.ts';
import { readToken } from '../token.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer.close());

const ruleOf = (over: Partial<TokenRule> = {}): TokenRule => ({
  issuer: issuer.url,
  audience: ['https://another.test', AUDIENCE],
  jwks_url: `${issuer.url}/keys`,
  algorithms: ['RS256'],
  clock_tolerance_s: 5,
  claim: 'sub',
  names: 'customer',
  forward: false,
  ...over,
});

const now = { ms: 0 };
const json = async (url: string): Promise<unknown> => (await fetch(url)).json();
const pause = (ms: number): Promise<void> => delay(ms);
const setsOf = (read = json): KeySets => {
  now.ms = 0;
  return new KeySets({ read, now: () => now.ms, pause, behind: (work) => void work });
};
const read = async (text: string, of: { rule?: TokenRule; sets?: KeySets } = {}) => {
  const { rule = ruleOf(), sets = setsOf() } = of;
  const told = await readToken(text, rule, { sets, now: Date.now() });
  return 'reason' in told ? told.reason : told;
};

test('a token that holds says whose it is, until when, and what it may', async () => {
  const exp = secondsFromNow(60);
  const claims = { exp, scope: 'orders:read orders:write' };
  expect(await read(await issuer.sign('crm 4711/ü', { claims }))).toEqual({
    ref: 'customer=crm%204711%2F%C3%BC',
    endsAt: (exp + 5) * 1_000,
    scopes: ['orders:read', 'orders:write'],
  });
});

test.each<[string, Partial<TokenRule>, object | (() => object), string]>([
  ['a claim of another name', { claim: 'https://a.test/org' }, { 'https://a.test/org': 'o' }, 'o'],
  ['a number', {}, { sub: 4711 }, '4711'],
  ['several audiences', {}, { aud: ['x', AUDIENCE] }, 'crm'],
  ['an end within the tolerance', {}, () => ({ exp: secondsFromNow(-2) }), 'crm'],
  ['a begin within the tolerance', {}, () => ({ nbf: secondsFromNow(3) }), 'crm'],
])('%s is taken', async (_name, over, claims, holder) => {
  const said = typeof claims === 'function' ? (claims() as object) : claims;
  const token = await issuer.sign('crm', { claims: said });
  expect(await read(token, { rule: ruleOf(over) })).toMatchObject({ ref: `customer=${holder}` });
});

test('scopes are a text or a list, of the claim scope or scp', async () => {
  const scopes = async (claims: object) => {
    const told = await read(await issuer.sign('crm', { claims }));
    return typeof told === 'string' ? told : told.scopes;
  };
  expect(await scopes({ scp: ['a', 7, 'b'] })).toEqual(['a', 'b']);
  expect(await scopes({ scope: 7 })).toEqual([]);
  expect(await scopes({})).toEqual([]);
});

test('a token that does not hold is refused, each as it should be', async () => {
  const table = await badTokens(issuer, 'crm');
  const known = new Set(['of somebody unknown', 'of somebody with another claim about them']);
  const told: [string, unknown][] = [];
  for (const [name, token] of table.filter(([name]) => !known.has(name))) {
    told.push([name, await read(token)]);
  }
  const expected = table.filter(([name]) => !known.has(name)).map(([name, , code]) => [name, code]);
  expect(told).toEqual(expected);
  expect(issuer.asked).not.toContain('/thief');
});

test('a token that can be seen not to hold is no reason to ask the issuer', async () => {
  const sets = setsOf(() => Promise.reject(new Error('asked')));
  const [none] = await badTokens(issuer, 'crm');
  expect(await read(none?.[1] ?? '', { sets })).toBe('key_malformed');
  expect(await read('a.b.c', { sets })).toBe('key_malformed');
  expect(await read(await issuer.sign('crm'), { sets })).toBe('key_unverifiable');
});

describe('the keys of an issuer', () => {
  const counted = () => {
    const asked: string[] = [];
    let down = false;
    const sets = setsOf(async (url) => {
      asked.push(url);
      if (down) throw new Error('down');
      return json(url);
    });
    return { asked, sets, fall: () => (down = true), rise: () => (down = false) };
  };

  test('are read once for many tokens', async () => {
    const { asked, sets } = counted();
    for (let i = 0; i < 5; i++) await read(await issuer.sign('crm'), { sets });
    expect(asked).toEqual([`${issuer.url}/keys`]);
  });

  test('are asked for by one of many that come at once, also when the issuer is away', async () => {
    const { asked, sets, fall } = counted();
    const many = async () => {
      const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.sign('crm')));
      return Promise.all(tokens.map((token) => read(token, { sets })));
    };
    for (const told of await many()) expect(told).toMatchObject({ ref: 'customer=crm' });
    expect(asked).toHaveLength(1);
    now.ms = 31_000;
    await issuer.rotate();
    for (const told of await many()) expect(told).toMatchObject({ ref: 'customer=crm' });
    expect(asked).toHaveLength(2);
    fall();
    now.ms = 4_000_000;
    expect(new Set(await many())).toEqual(new Set(['key_unverifiable']));
    expect(asked).toHaveLength(3);
  });

  test('are not waited for without end when who asked for them is gone', async () => {
    let asked = 0;
    const sets = setsOf((url) => (asked++ === 0 ? new Promise(() => {}) : json(url)));
    const [gone, other] = [await issuer.sign('crm'), await issuer.sign('crm')];
    void read(gone, { sets });
    const told = read(other, { sets });
    await delay(30);
    expect(asked).toBe(1);
    now.ms = 7_001;
    expect(await told).toMatchObject({ ref: 'customer=crm' });
  });

  test('are looked for ever more seldom by those who wait for another one to hear', async () => {
    const waits: number[] = [];
    let ms = 0;
    const sets = new KeySets({
      read: () => new Promise(() => {}),
      now: () => ms,
      pause: async (forMs) => {
        waits.push(forMs);
        ms += forMs;
      },
      behind: () => {},
    });
    const where = { issuer: 'https://a.test', jwks_url: 'https://a.test/keys' };
    void sets.of(where);
    void sets.of(where);
    await vi.waitFor(() => expect(ms).toBeGreaterThan(6_900));
    expect(waits[0]).toBe(10);
    expect(waits.length).toBeLessThan(50);
  });

  test('are not taken from a place that is less safe than the issuer', async () => {
    const told = { issuer: 'https://id.test', jwks_uri: `${issuer.url}/keys` };
    const sets = setsOf(async (url) => (url.endsWith('/keys') ? json(url) : told));
    const rule = ruleOf({ issuer: 'https://id.test', jwks_url: null });
    const token = await issuer.sign('crm', { claims: { iss: 'https://id.test' } });
    expect(await read(token, { sets, rule })).toBe('key_unverifiable');
  });

  test('are found by OpenID discovery where the route does not say where', async () => {
    const { asked, sets } = counted();
    const rule = ruleOf({ jwks_url: null });
    expect(await read(await issuer.sign('crm'), { sets, rule })).toMatchObject({
      endsAt: expect.any(Number),
    });
    expect(asked).toEqual([`${issuer.url}/.well-known/openid-configuration`, `${issuer.url}/keys`]);
  });

  test('are not believed where another issuer answers', async () => {
    const sets = setsOf(async (url) =>
      url.endsWith('/keys')
        ? json(url)
        : { issuer: 'https://x.test', jwks_uri: `${issuer.url}/keys` },
    );
    const rule = ruleOf({ jwks_url: null });
    expect(await read(await issuer.sign('crm'), { sets, rule })).toBe('key_unverifiable');
  });

  test('are read again for a key that is not among them, at most every 30 s', async () => {
    const { asked, sets } = counted();
    await read(await issuer.sign('crm'), { sets });
    now.ms = 31_000;
    await issuer.rotate();
    expect(await read(await issuer.sign('crm'), { sets })).toMatchObject({ ref: 'customer=crm' });
    expect(asked).toHaveLength(2);
    for (let i = 0; i < 20; i++) {
      const token = await issuer.sign('crm', { header: { kid: `forged ${i}` } });
      expect(await read(token, { sets })).toBe('key_unknown');
    }
    expect(asked).toHaveLength(2);
  });

  test('are tried each where the token names none, or several have its name', async () => {
    const own = await openIssuer();
    const rule = ruleOf({ issuer: own.url });
    const { publicKey: old } = own;
    await own.rotate();
    const { kid } = old;
    const set = { keys: [old, { ...own.publicKey, kid }, { ...issuer.publicKey, kid }] };
    const sets = setsOf(() => Promise.resolve(set));
    for (const header of [{ kid: undefined }, { kid }]) {
      expect(await read(await own.sign('crm', { header }), { rule, sets })).toMatchObject({
        ref: 'customer=crm',
      });
    }
    await own.rotate();
    const strange = await own.sign('crm', { header: { kid } });
    expect(await read(strange, { rule, sets })).toBe('key_unknown');
    own.close();
  });

  test('are read again for a token that names none, at most every 30 s', async () => {
    const own = await openIssuer();
    const rule = ruleOf({ issuer: own.url, jwks_url: `${own.url}/keys` });
    const sets = setsOf();
    const unnamed = () => own.sign('crm', { header: { kid: undefined } });
    expect(await read(await unnamed(), { rule, sets })).toMatchObject({ ref: 'customer=crm' });
    await own.rotate();
    expect(await read(await unnamed(), { rule, sets })).toBe('key_unknown');
    now.ms += 30_000;
    expect(await read(await unnamed(), { rule, sets })).toMatchObject({ ref: 'customer=crm' });
    expect(own.asked).toEqual(['/keys', '/keys']);
    own.close();
  });

  test('are read again behind the requests when they are old', async () => {
    const { asked, sets } = counted();
    await read(await issuer.sign('crm'), { sets });
    now.ms = 601_000;
    await Promise.all(
      Array.from({ length: 5 }, async () => read(await issuer.sign('crm'), { sets })),
    );
    expect(asked).toHaveLength(2);
  });

  test('hold for an hour while the issuer is away, and no longer', async () => {
    const { asked, sets, fall, rise } = counted();
    const token = await issuer.sign('crm');
    await read(token, { sets });
    fall();
    now.ms = 3_599_000;
    expect(await read(token, { sets })).toMatchObject({ ref: 'customer=crm' });
    now.ms = 3_601_000;
    expect(await read(token, { sets })).toBe('key_unverifiable');
    const before = asked.length;
    for (let i = 0; i < 20; i++) expect(await read(token, { sets })).toBe('key_unverifiable');
    expect(asked).toHaveLength(before);
    rise();
    now.ms = 3_607_000;
    expect(await read(token, { sets })).toMatchObject({ ref: 'customer=crm' });
  });

  test.each([
    ['no object', 7],
    ['no list', { keys: {} }],
    ['too many', { keys: Array.from({ length: 101 }, () => ({ kty: 'RSA' })) }],
  ])('are none when what is told is %s', async (_name, told) => {
    const sets = setsOf(() => Promise.resolve(told));
    expect(await read(await issuer.sign('crm'), { sets })).toBe('key_unverifiable');
  });

  test('that cannot be used refuse the token, and are no crash', async () => {
    const { kid } = issuer.publicKey;
    const sets = setsOf(() =>
      Promise.resolve({ keys: [{ kty: 'RSA', kid, n: 'AQAB', e: 'AQAB' }] }),
    );
    expect(await read(await issuer.sign('crm'), { sets })).toBe('key_unknown');
  });
});
