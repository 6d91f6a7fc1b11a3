import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsFact } from '@tollgate/billing-core/contract/upstream-tls.ts';
import { afterEach, expect, it } from 'vitest';
import { newAuthority, type Signer } from '../../scripts/test/certificates.ts';
import { useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact } from './rig.ts';

// Routes that lead to one address and do not connect alike, with connections that are kept.

const { rigOf } = useRigs();
const servers = newAuthority('servers');
const clients = newAuthority('clients');
const strangers = newAuthority('strangers');
const HOSTS = ['127.0.0.1', 'api.internal'];
const SERVER = servers.issue({ name: 'api', hosts: HOSTS });
const WAYS = ['one', 'two', 'bare', 'named', 'stranger', 'public', 'misnamed'] as const;
type Way = (typeof WAYS)[number];

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const peerOf = ({ socket }: IncomingMessage): string =>
  String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');

/** A server that tells whose certificate its peer has, or `nobody`. Out: its port. */
async function serve(identity: Signer, port = 0): Promise<{ server: Server; port: number }> {
  const own = { cert: identity.certificate, key: identity.key, ca: clients.certificate };
  const asks = { requestCert: true, rejectUnauthorized: false };
  const server = createServer({ ...own, ...asks }, (request, response) => {
    response.end(`${peerOf(request)} ${(request.socket as TLSSocket).servername || '-'}`);
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  open.push(server);
  return { server, port: (server.address() as AddressInfo).port };
}

const own = (name: string): TlsFact => {
  const { certificate, key } = clients.issue({ name });
  return { ca: servers.certificate, certificate, key };
};
const bare: TlsFact = { ca: servers.certificate };
const TLS: Record<Way, TlsFact | undefined> = {
  one: own('one'),
  two: own('two'),
  bare,
  named: { ...bare, server_name: 'api.internal' },
  stranger: { ...own('three'), ca: strangers.certificate },
  public: undefined,
  misnamed: { ...bare, server_name: 'other.test' },
};

const rigAt = (url: string): Promise<Rig> =>
  rigOf({
    routes: () =>
      WAYS.map((way) => {
        const tls = TLS[way];
        const upstreams = [{ url, weight: 1, ...(tls && { tls }) }];
        const own = { id: `rte_${way}`, path_pattern: `/${way}` };
        return routeFact({ ...own, upstream_url: url, upstreams });
      }),
  });

async function ask(rig: Rig, way: Way): Promise<string> {
  const answer = await fetch(`${rig.url}/${way}`, { headers: { 'x-api-key': KEY } });
  const text = await answer.text();
  return answer.ok ? text : (JSON.parse(text) as { code: string }).code;
}

const FAILED = 'upstream_tls_failed';
const TOLD: Record<Way, string> = {
  one: 'one -',
  two: 'two -',
  bare: 'nobody -',
  named: 'nobody api.internal',
  stranger: FAILED,
  public: FAILED,
  misnamed: FAILED,
};

it('each connects as its own route says, whatever connections of others there are', async () => {
  const { port } = await serve(SERVER);
  const rig = await rigAt(`https://127.0.0.1:${port}`);
  for (let round = 0; round < 12; round++) {
    const ways = [...WAYS, ...WAYS.toReversed()];
    const told = await Promise.all(ways.map(async (way) => [way, await ask(rig, way)]));
    expect(told).toEqual(ways.map((way) => [way, TOLD[way]]));
  }
});

it('a server that is another one from now on is not believed for what was before', async () => {
  const { port, server } = await serve(SERVER);
  const rig = await rigAt(`https://127.0.0.1:${port}`);
  for (const way of ['one', 'bare', 'named'] as const) expect(await ask(rig, way)).toBe(TOLD[way]);
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
  // It takes the sessions that the one before it gave, as far as that is up to it.
  const ticketKeys = server.getTicketKeys();
  const other = await serve(strangers.issue({ name: 'api', hosts: HOSTS }), port);
  other.server.setTicketKeys(ticketKeys);
  for (const way of ['one', 'bare', 'named'] as const) {
    // The first may meet a connection that closes.
    await ask(rig, way);
    expect(await ask(rig, way)).toBe(FAILED);
  }
});
