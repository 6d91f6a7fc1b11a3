import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { TlsFact } from '@tollgate/billing-core/contract/upstream-tls.ts';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { newAuthority, type Signer } from '../../scripts/test/certificates.ts';
import { type OneProcess, startProcess } from './one-process.ts';
import { readSubnets } from '../src/core/address.ts';
import { Fleet } from '../src/core/fleet.ts';
import { RouteTable } from '../src/core/route.ts';
import { HealthChecks } from '../src/node/health-checks.ts';
import { Upstreams } from '../src/node/upstreams.ts';
import { pino } from 'pino';
import { useRigs } from './raw-client.ts';
import { KEY, routeFact, WAIT } from './rig.ts';

// TLS towards upstreams by authorities and certificates that a route brings, with real servers.

const { rigOf } = useRigs();
const servers = newAuthority('servers');
const clients = newAuthority('clients');
const strangers = newAuthority('strangers');
const SERVER = servers.issue({ name: 'api', hosts: ['127.0.0.1', 'api.internal'] });
const CLIENT = clients.issue({ name: 'gateway' });
const STRANGER = strangers.issue({ name: 'gateway' });

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const peerOf = ({ socket }: IncomingMessage): string =>
  String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
const tellPeer: RequestListener = (request, response) =>
  void response.end(`${peerOf(request)} at ${String((request.socket as TLSSocket).servername)}`);

/** A server that wants a certificate which `clients` signed. Out: its URL. */
async function serve(of: { identity?: Signer; listener?: RequestListener } & ServerOptions) {
  const { identity = SERVER, listener = tellPeer, ...more } = of;
  const own = { cert: identity.certificate, key: identity.key, ca: clients.certificate };
  const server = createServer({ ...own, requestCert: true, ...more }, listener);
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(server);
  return { server, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const WHOLE: TlsFact = {
  ca: servers.certificate,
  certificate: CLIENT.certificate,
  key: CLIENT.key,
};

const leading = (url: string, tls: TlsFact | undefined) =>
  routeFact({ upstream_url: url, upstreams: [{ url, weight: 1, ...(tls && { tls }) }] });

/** Status, code or text, and the reasons that the operator is told. */
async function answerOf(url: string, tls: TlsFact | undefined): Promise<[number, string, string]> {
  const faults: string[] = [];
  const rig = await rigOf({
    routes: () => [leading(url, tls)],
    upstreams: { onTlsFault: ({ reason }) => faults.push(reason) },
  });
  const ask = () => fetch(`${rig.url}/x`, { headers: { 'x-api-key': KEY } });
  const [answer, again] = [await ask(), await ask()];
  expect(again.status).toBe(answer.status);
  const text = await answer.text();
  const told = answer.ok ? text : (JSON.parse(text) as { code: string }).code;
  // What goes wrong with every request is told once.
  expect(faults.length).toBeLessThan(2);
  expect(text).not.toContain('PRIVATE');
  return [answer.status, told, faults.join()];
}

const TRUSTED = [200, 'gateway at false', ''] as const;
const refused = (reason: RegExp): unknown[] => [
  502,
  'upstream_tls_failed',
  expect.stringMatching(reason),
];

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
  const versions = { minVersion: version, maxVersion: version };

  it('with its authority and a certificate of its own the gateway is let in', async () => {
    const { url } = await serve(versions);
    expect(await answerOf(url, WHOLE)).toEqual(TRUSTED);
  });

  it('without a certificate, or with one of others, it is not', async () => {
    const { url } = await serve(versions);
    const { ca = '' } = WHOLE;
    const stranger = { ca, certificate: STRANGER.certificate, key: STRANGER.key };
    const alert = refused(/^ERR_SSL_.*ALERT/);
    // In 1.3 who is refused learns it behind the handshake, if at all.
    const late = [502, 'upstream_error', expect.stringMatching(/closed without an answer/)];
    const told = version === 'TLSv1.2' ? [alert] : [alert, late];
    const cut = version === 'TLSv1.2' ? refused(/^ECONNRESET: .*secure TLS/) : late;
    expect([...told]).toContainEqual(await answerOf(url, { ca }));
    expect([...told, cut]).toContainEqual(await answerOf(url, stranger));
  });
});

describe('the upstream is not believed', () => {
  it.each([
    ['by the public authorities', undefined],
    ['by another authority', { ...WHOLE, ca: strangers.certificate }],
    ['by the authority of clients', { ...WHOLE, ca: clients.certificate }],
  ])('%s', async (_name, tls) => {
    const { url } = await serve({});
    expect(await answerOf(url, tls)).toEqual(refused(/^[A-Z_]+: .*certificate/));
  });

  it('with a certificate that has expired, is early, or is another server’s', async () => {
    const day = 86_400_000;
    const hosts = ['127.0.0.1'];
    const until = Date.now() - day;
    const old = servers.issue({ name: 'api', hosts, from: until - day, until });
    const expired = await serve({ identity: old });
    expect(await answerOf(expired.url, WHOLE)).toEqual(refused(/CERT_HAS_EXPIRED/));
    const early = servers.issue({ name: 'api', hosts, from: Date.now() + day });
    const coming = await serve({ identity: early });
    expect(await answerOf(coming.url, WHOLE)).toEqual(refused(/CERT_NOT_YET_VALID/));
    const other = servers.issue({ name: 'other', hosts: ['other.test'] });
    const wrong = await serve({ identity: other });
    expect(await answerOf(wrong.url, WHOLE)).toEqual(refused(/ERR_TLS_CERT_ALTNAME_INVALID/));
  });
});

it('checks speak TLS as requests do, and tell why they fail', async () => {
  const { url } = await serve({});
  const faults: string[] = [];
  const upstreams = new Upstreams({
    allowed: readSubnets('127.0.0.0/8') ?? [],
    onTlsFault: ({ reason }) => faults.push(reason),
  });
  const fleet = new Fleet(() => performance.now());
  const log = pino({ level: 'silent' });
  const checks = new HealthChecks({ upstreams, fleet, log, random: () => 0 });
  const health_check = {
    ...{ path: '/', interval_ms: 5, timeout_ms: 5_000 },
    ...{ healthy_after: 1, unhealthy_after: 1 },
  };
  const tableOf = (tls: TlsFact) => {
    const routes = [{ ...leading(url, tls), health_check }];
    return new RouteTable({ last: '0', routes });
  };
  checks.keep(tableOf({ ...WHOLE, ca: strangers.certificate }).routes);
  await vi.waitFor(() => expect(faults[0]).toMatch(/^UNABLE_TO_VERIFY/), WAIT);
  checks.close();
  await upstreams.destroy();
});

it('several authorities in one text are all believed', async () => {
  const { url } = await serve({});
  const ca = strangers.certificate + servers.certificate;
  expect(await answerOf(url, { ...WHOLE, ca })).toEqual(TRUSTED);
});

it('a server name is asked for and verified in place of the URL’s host', async () => {
  const { url } = await serve({});
  const named = { ...WHOLE, server_name: 'api.internal' };
  expect(await answerOf(url, named)).toEqual([200, 'gateway at api.internal', '']);
  const other = { ...WHOLE, server_name: 'other.internal' };
  expect(await answerOf(url, other)).toEqual(refused(/ERR_TLS_CERT_ALTNAME_INVALID/));
});

it('texts that OpenSSL does not take are a failure of the route, not of the gateway', async () => {
  const { url } = await serve({});
  expect((await answerOf(url, { ...WHOLE, key: STRANGER.key })).slice(0, 2)).toEqual([
    502,
    'upstream_tls_failed',
  ]);
  expect((await answerOf(url, { ...WHOLE, ca: 'no PEM' }))[0]).toBe(502);
});

describe('in a process of its own', () => {
  const running: OneProcess[] = [];
  afterAll(() => Promise.all(running.map((one) => one.stop())));

  async function start(url: string, tls: TlsFact): Promise<OneProcess> {
    const gateway = await startProcess({ routes: [leading(url, tls)] });
    running.push(gateway);
    return gateway;
  }
  const ask = async ({ url }: OneProcess, path = '/x'): Promise<string> =>
    (await fetch(url + path, { headers: { 'x-api-key': KEY } })).text();

  it('a new certificate needs no restart, and what is under way ends as it began', async () => {
    const waiting: ServerResponse[] = [];
    const { url, server } = await serve({
      listener: (request, response) => {
        if (request.url === '/slow') {
          response.write(`${peerOf(request)} `);
          waiting.push(response);
        } else response.end(peerOf(request));
      },
    });
    const closed: string[] = [];
    server.on('secureConnection', (socket) => {
      const name = String(socket.getPeerCertificate().subject.CN);
      socket.once('close', () => closed.push(name));
    });
    const gateway = await start(url, WHOLE);
    const slow = ask(gateway, '/slow');
    await vi.waitFor(() => expect(waiting).toHaveLength(1), WAIT);

    const next = clients.issue({ name: 'renewed' });
    const tls = { ...WHOLE, certificate: next.certificate, key: next.key };
    gateway.core.routes = [{ ...leading(url, tls), version: 2 }];
    gateway.core.change('route', 'rte_1');
    await vi.waitFor(async () => expect(await ask(gateway)).toBe('renewed'), WAIT);
    expect(closed).not.toContain('renewed');
    const socket = waiting[0]!.socket!;
    const end = once(socket, 'close');
    waiting[0]!.end('to the end');
    expect(await slow).toBe('gateway to the end');
    await end;
  });

  it('the operator reads why it fails, and the private key is nowhere in the clear', async () => {
    const { url } = await serve({});
    const gateway = await start(url, { ...WHOLE, ca: strangers.certificate });
    expect(await ask(gateway)).toContain('upstream_tls_failed');
    await vi.waitFor(() => expect(gateway.output()).toContain('TLS with an upstream'), WAIT);
    expect(gateway.output()).toMatch(/"route":"rte_1".*UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
    const failures = 'gateway_upstream_tls_failures_total{route="rte_1",reason=';
    expect(metrics).toContain(`${failures}"UNABLE_TO_VERIFY_LEAF_SIGNATURE"} 1`);
    // It holds from a day ago for ten days.
    const left = /gateway_upstream_certificate_expires_days\{route="rte_1"\} (\S+)/.exec(metrics);
    expect(Math.ceil(Number(left?.[1]))).toBe(10);
    const files = readdirSync(gateway.spool, { recursive: true, encoding: 'utf8' });
    const stored = files
      .filter((name) => name.includes('facts'))
      .map((name) => readFileSync(join(gateway.spool, name), 'latin1'))
      .join('');
    expect(stored.length).toBeGreaterThan(0);
    const lines = CLIENT.key.split('\n').filter((line) => line.length > 20);
    for (const text of [stored, gateway.output(), metrics]) {
      for (const line of lines) expect(text).not.toContain(line);
    }
  });
});
