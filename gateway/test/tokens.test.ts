import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { AUDIENCE, type Issuer, openIssuer } from './conformance/issuer.ts';
import { useRigs } from './raw-client.ts';
import { keyFact, routeFact } from './rig.ts';

// How the Node host asks an issuer for its keys.

const { rigOf } = useRigs();
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

async function issuerOf(): Promise<Issuer> {
  const issuer = await openIssuer();
  closing.push(issuer);
  return issuer;
}

async function serve(handler: RequestListener): Promise<string> {
  const server: Server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Status and code of an answer to a token, and how often the upstream was asked. */
async function told(issuer: Issuer, jwks_url: string, allowed?: []): Promise<[number, unknown]> {
  let asked = 0;
  const rig = await rigOf({
    routes: (upstream_url) => [
      routeFact({
        upstream_url,
        jwt: {
          ...{ issuer: issuer.url, audience: [AUDIENCE], jwks_url, algorithms: ['RS256'] },
          ...{ clock_tolerance_s: 5, claim: 'sub', names: 'customer', forward: false },
        },
      }),
    ],
    upstream: (_, response) => {
      asked += 1;
      response.end('{}');
    },
    keys: { peek: () => keyFact(), load: () => Promise.reject(new Error('not asked for')) },
    ...(allowed && { upstreams: { allowed } }),
  });
  // The clock of the rig stands at 1970, and the token begins now.
  const exp = 5_000_000_000;
  const token = await issuer.sign('crm', { claims: { exp } });
  const answer = await fetch(rig.url, { headers: { authorization: `Bearer ${token}` } });
  const { code = 'none' } = (await answer.json()) as { code?: string };
  expect(asked).toBe(answer.status === 200 ? 1 : 0);
  return [answer.status, code];
}

it('an issuer that answers is believed', async () => {
  const issuer = await issuerOf();
  expect(await told(issuer, `${issuer.url}/keys`)).toEqual([200, 'none']);
});

it('an issuer with an address that upstreams may not have is not asked', async () => {
  const issuer = await issuerOf();
  expect(await told(issuer, `${issuer.url}/keys`, [])).toEqual([503, 'key_unverifiable']);
  expect(issuer.asked).toEqual([]);
});

it('an issuer that sends elsewhere is not followed', async () => {
  const issuer = await issuerOf();
  const url = await serve((_, response) => {
    response.writeHead(302, { location: `${issuer.url}/keys` });
    response.end();
  });
  expect(await told(issuer, url)).toEqual([503, 'key_unverifiable']);
  expect(issuer.asked).toEqual([]);
});

it.each([
  ['without an end', ' '.repeat(300_000)],
  ['that is no JSON', '<html>'],
])('a key set %s is none', async (_name, body) => {
  const issuer = await issuerOf();
  const url = await serve((_, response) => void response.end(body));
  expect(await told(issuer, url)).toEqual([503, 'key_unverifiable']);
});

it('an issuer that says nothing is waited for a few seconds only', async () => {
  const issuer = await issuerOf();
  const url = await serve(() => {});
  expect(await told(issuer, url)).toEqual([503, 'key_unverifiable']);
});
