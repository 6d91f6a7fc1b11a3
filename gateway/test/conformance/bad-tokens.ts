import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { AUDIENCE, type Issuer, secondsFromNow } from './issuer.ts';

/** A token that must not pass, and how it is refused. */
export type BadToken = readonly [name: string, token: string, code: string];

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens whose header or signature is wrong. In: who they would stand for. */
async function wronglySigned(issuer: Issuer, holder: string): Promise<BadToken[]> {
  const claims = { iss: issuer.url, aud: AUDIENCE, sub: holder, exp: secondsFromNow(600) };
  const good = await issuer.sign(holder);
  const [head = '', , signature = ''] = good.split('.');
  const thief = await generateKeyPair('RS256', { extractable: true });
  const { privateKey: key } = thief;
  const jwk = await exportJWK(thief.publicKey);
  const kid = String(issuer.publicKey.kid);
  const public64 = Buffer.from(String(issuer.publicKey.n), 'base64url');
  const hmac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(public64);
  const richer = part({ ...claims, sub: 'somebody-else' });
  const none = (alg: string): string => `${part({ alg, typ: 'JWT' })}.${part(claims)}.`;
  const jku = `${issuer.url}/thief`;
  return [
    ['alg none', none('none'), 'key_malformed'],
    ['alg None', none('None'), 'key_malformed'],
    ['alg none with a signature', `${none('none')}${signature}`, 'key_malformed'],
    ['no alg', `${part({ kid })}.${part(claims)}.${signature}`, 'key_malformed'],
    ['a public key as an HMAC secret', hmac, 'key_malformed'],
    ['an alg that the route does not allow', await rs512(issuer, holder), 'key_malformed'],
    ['an unknown kid', await issuer.sign(holder, { header: { kid: 'x' } }), 'key_unknown'],
    ['another key under the right kid', await issuer.sign(holder, { key }), 'key_unknown'],
    [
      'a key that it brings along',
      await issuer.sign(holder, { key, header: { jwk } }),
      'key_unknown',
    ],
    [
      'a place for keys',
      await issuer.sign(holder, { key, header: { jku, kid: 'y' } }),
      'key_unknown',
    ],
    ['a signature of other claims', `${head}.${richer}.${signature}`, 'key_unknown'],
    ['no signature', good.replace(signature, ''), 'key_unknown'],
    ['half a signature', good.slice(0, -100), 'key_unknown'],
    ['a crit that nobody knows', critical(good), 'key_malformed'],
  ];
}

// The library signs nothing that it would not verify: this head stands before another signature.
function critical(good: string): string {
  const [head = '', claims = '', signature = ''] = good.split('.');
  const fields = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
  return `${part({ ...fields, crit: ['exp'], exp: 1 })}.${claims}.${signature}`;
}

function rs512(issuer: Issuer, holder: string): Promise<string> {
  return issuer.sign(holder).then((good) => {
    const [, claims = '', signature = ''] = good.split('.');
    return `${part({ alg: 'RS512', kid: issuer.publicKey.kid })}.${claims}.${signature}`;
  });
}

/** Tokens that are signed well and say what does not hold. */
async function wrongClaims(issuer: Issuer, holder: string): Promise<BadToken[]> {
  const with_ = (claims: object): Promise<string> => issuer.sign(holder, { claims });
  return [
    ['that has expired', await with_({ exp: secondsFromNow(-60) }), 'key_expired'],
    ['that never ends', await with_({ exp: undefined }), 'key_unknown'],
    ['whose end is a text', await with_({ exp: '9999999999' }), 'key_unknown'],
    ['that is not valid yet', await with_({ nbf: secondsFromNow(60) }), 'key_unknown'],
    ['for another audience', await with_({ aud: 'https://other.test' }), 'key_unknown'],
    ['for no audience', await with_({ aud: undefined }), 'key_unknown'],
    ['of another issuer', await with_({ iss: 'https://other.test' }), 'key_unknown'],
    ['of an issuer but for a slash', await with_({ iss: `${issuer.url}/` }), 'key_unknown'],
    ['of nobody', await with_({ sub: undefined }), 'key_unknown'],
    ['of an empty name', await with_({ sub: '' }), 'key_unknown'],
    ['of a list', await with_({ sub: [holder] }), 'key_unknown'],
    ['of an endless name', await with_({ sub: 'a'.repeat(201) }), 'key_unknown'],
    ['of somebody unknown', await with_({ sub: 'nobody-here' }), 'key_unknown'],
    [
      'of somebody with another claim about them',
      await with_({ sub: `${holder}&key=1` }),
      'key_unknown',
    ],
  ];
}

/** Tokens that must not pass, whoever they stand for. */
export async function badTokens(issuer: Issuer, holder: string): Promise<BadToken[]> {
  const good = await issuer.sign(holder);
  const huge = await issuer.sign(holder, { claims: { more: 'a'.repeat(7_000) } });
  return [
    ...(await wronglySigned(issuer, holder)),
    ...(await wrongClaims(issuer, holder)),
    ['of two parts', good.split('.').slice(0, 2).join('.'), 'key_malformed'],
    ['of five parts', `${good}.${good.split('.').slice(0, 2).join('.')}`, 'key_malformed'],
    ['of no sense', 'a.b.c', 'key_malformed'],
    ['of dots', '..', 'key_malformed'],
    ['over 8 KiB', huge, 'key_malformed'],
  ];
}
