import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const AUDIENCE = 'https://api.test';
const ALG = 'RS256';

type Signing = { claims?: object; header?: Record<string, unknown>; key?: CryptoKey };

/** Who signs tokens, with its keys on a server of its own. */
export type Issuer = {
  readonly url: string;
  /** Paths it was asked for. */
  readonly asked: string[];
  readonly publicKey: JWK;
  /** A token that holds; `claims` and `header` are laid over, undefined takes out. */
  sign(holder: string | undefined, over?: Signing): Promise<string>;
  /** From now on it signs with another key, and no longer tells of the one before. */
  rotate(): Promise<void>;
  close(): void;
};

export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

async function newPair(kid: string): Promise<{ key: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair(ALG, { extractable: true });
  return { key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: ALG, use: 'sig' } };
}

export async function openIssuer(): Promise<Issuer> {
  let pair = await newPair('one');
  let rotations = 0;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const discovery = request.url === '/.well-known/openid-configuration';
    const told = { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(discovery ? told : { keys: [pair.jwk] }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    get publicKey() {
      return pair.jwk;
    },
    sign: (holder, { claims, header, key } = {}) => {
      const said = { iss: url, aud: AUDIENCE, sub: holder, exp: secondsFromNow(600), ...claims };
      const present = Object.entries(said).filter(([, value]) => value !== undefined);
      return new SignJWT(Object.fromEntries(present))
        .setProtectedHeader({ alg: ALG, kid: String(pair.jwk.kid), ...header })
        .sign(key ?? pair.key);
    },
    rotate: async () => {
      rotations += 1;
      pair = await newPair(`rotated-${rotations}`);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
