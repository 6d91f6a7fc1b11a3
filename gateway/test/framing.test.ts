import type { KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { describe, expect, it, vi } from 'vitest';
import { head, RawClient, useRigs } from './raw-client.ts';
import { keyFact, type Rig, type RigOptions, routeFact, WAIT } from './rig.ts';

const { rigOf, clientOf } = useRigs();
/** Far below every timeout of the gateway: what comes in time came by itself. */
const AT_ONCE_MS = 900;

type Seen = { reached: number; ended: number; cut: number };

/** A gateway before an upstream that sends back what it gets, and says how each request went. */
async function echoing(options: RigOptions = {}): Promise<{ rig: Rig; seen: Seen }> {
  const seen: Seen = { reached: 0, ended: 0, cut: 0 };
  const rig = await rigOf({
    upstream: (request, response) => {
      seen.reached += 1;
      request.on('end', () => (seen.ended += 1));
      request.on('error', () => {});
      request.on('close', () => (seen.cut += request.complete ? 0 : 1));
      request.pipe(response);
    },
    ...options,
  });
  return { rig, seen };
}

const CHUNKED = head('POST /', 'Transfer-Encoding: chunked');
const heads = (text: string): string[] => text.match(/HTTP\/1\.1 \d{3}/g) ?? [];

describe('a body that is not chunked as HTTP says', () => {
  const bodies: [string, string][] = [
    ['no chunk size at all', 'zz\r\n'],
    ['no chunk size after a good chunk', '3\r\nabc\r\nzz\r\n'],
    ['a bare LF in an extension', '3;a\nb\r\nabc\r\n0\r\n\r\n'],
    ['bare LF for line ends', '3\nabc\n0\n\n'],
    ['a size over 64 bits', 'fffffffffffffffff\r\nabc'],
    ['a chunk longer than its size', '1\r\nabc\r\n0\r\n\r\n'],
  ];

  it.each(bodies)('%s, sent together with the head: 400 at once', async (_name, body) => {
    const { rig, seen } = await echoing();
    const started = performance.now();
    const client = clientOf(rig).send(CHUNKED + body);
    const text = await client.until(/"code":"invalid_request"/);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/);
    await client.untilClosed();
    expect(heads(client.text)).toHaveLength(1);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 400 });
    expect(seen.ended).toBe(0);
  });

  it.each(bodies)('%s, once the upstream has answered: torn at once', async (_name, body) => {
    const { rig, seen } = await echoing();
    const client = clientOf(rig).send(`${CHUNKED}2\r\nok\r\n`);
    await client.until(/200 OK[^]*\r\nok/);
    const started = performance.now();
    client.send(body);
    expect(await client.untilClosed()).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect(heads(client.text)).toHaveLength(1);
    // What the upstream answered counts: no one gets an answer for nothing by such an end.
    expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', status: 200 });
    await vi.waitFor(() => expect(seen).toEqual({ reached: 1, ended: 0, cut: 1 }), WAIT);
  });

  it('after good chunks, before the upstream answers: its request is cut at once', async () => {
    let cut = 0;
    const { rig } = await echoing({
      rawUpstream: (socket) => {
        socket.resume();
        socket.on('close', () => (cut += 1));
      },
    });
    const client = clientOf(rig).send(`${CHUNKED}2\r\nok\r\n`);
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    await new Promise((done) => setTimeout(done, 50));
    const started = performance.now();
    client.send('zz\r\n');
    await vi.waitFor(() => expect(cut).toBe(1), WAIT);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 400 });
  });

  it('while core is asked for the key: settled as any other, and never forwarded', async () => {
    let know: (fact: KeyFact | null) => void = () => {};
    const load = () => new Promise<KeyFact | null>((done) => (know = done));
    const { rig, seen } = await echoing({ keys: { peek: () => undefined, load } });
    const client = clientOf(rig).send(`${CHUNKED}zz\r\n`);
    await vi.waitFor(() => expect(rig.host.connections.busy).toBe(1), WAIT);
    await new Promise((done) => setTimeout(done, 50));
    know(keyFact());
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 400 });
    expect(seen.reached).toBe(0);
  });

  it('comes after the answer that is due before it', async () => {
    let answer: (() => void) | undefined;
    const { rig } = await echoing({
      upstream: (_request, response) => (answer = () => response.end('first')),
    });
    const client = clientOf(rig).send(`${head('GET /')}${CHUNKED}zz\r\n`);
    await vi.waitFor(() => expect(answer).toBeDefined(), WAIT);
    // Longer than an answered client is listened to.
    await new Promise((done) => setTimeout(done, 1_200));
    answer?.();
    const text = await client.untilClosed();
    expect(heads(text)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(rig.metering.settled.map((one) => one.settlement.outcome)).toEqual([
      'ok',
      'client_error',
    ]);
  });
});

describe('a refusal is the one answer to its request', () => {
  const HOST = 'POST / HTTP/1.1\r\nHost: api.test\r\n';
  const NEXT = head('GET /next');
  const untrusted: [string, string][] = [
    ['unknown coding', `${head('POST /', 'Transfer-Encoding: xchunked')}3\r\nabc\r\n0\r\n\r\n`],
    ['coding before chunked', `${head('POST /', 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`],
    ['chunked twice', `${head('POST /', 'Transfer-Encoding: chunked, chunked')}0\r\n\r\n`],
    [
      'both framings',
      `${head('POST /', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    [
      'both framings, the other way',
      `${head('POST /', 'Transfer-Encoding: chunked', 'Content-Length: 4')}0\r\n\r\n`,
    ],
    ['two lengths', `${head('POST /', 'Content-Length: 1', 'Content-Length: 2')}ab`],
    ['a length of letters', `${head('POST /', 'Content-Length: 0x2')}ab`],
    ['a length of 16 digits', `${head('POST /', `Content-Length: 1${'0'.repeat(15)}`)}ab`],
    ['two Hosts', head('GET /', 'Host: other.test')],
    ['a fragment in the target', head('GET /a#b')],
  ];

  it.each(untrusted)(
    '%s: one 400, the connection closed, and nothing after it',
    async (_, bytes) => {
      const { rig, seen } = await echoing();
      const client = clientOf(rig).send(bytes + NEXT);
      const text = await client.untilClosed();
      expect(heads(text)).toEqual(['HTTP/1.1 400']);
      expect(text).toMatch(/\r\nConnection: close\r\n/);
      expect(text).not.toMatch(/keep-alive/i);
      expect(seen.reached).toBe(0);
      expect(rig.metering.begun).toEqual([]);
    },
  );

  it('the same when what follows comes later, and goes on', async () => {
    const { rig, seen } = await echoing();
    const client = clientOf(rig).send(head('POST /', 'Transfer-Encoding: xchunked'));
    await client.until(/invalid_request/);
    for (let i = 0; i < 5; i++) client.send(`zz\r\n${NEXT}`);
    expect(heads(await client.untilClosed())).toEqual(['HTTP/1.1 400']);
    expect(seen.reached).toBe(0);
  });

  const CODED = 'Transfer-Encoding: chunked\r\n\r\n';
  const early: [string, string, string][] = [
    ['401', `${HOST}${CODED}`, 'zz\r\n'],
    ['404', `${head('POST /nowhere', 'Transfer-Encoding: chunked')}`, 'zz\r\n'],
    ['404', `${head('POST /nowhere', 'Content-Length: 3')}`, `abc\0\0garbage\r\n\r\n`],
    ['413', `${head('POST /', 'Content-Length: 999')}`, `${'x'.repeat(999)}\0garbage\r\n\r\n`],
    ['404', head('GET /nowhere'), '\0garbage\r\n\r\n'],
  ];
  const one = (upstream_url: string) => [
    routeFact({ upstream_url, path_pattern: '/', max_body_bytes: 10 }),
  ];

  it.each(early)('%s, and what follows in one packet is no request', async (status, sent, rest) => {
    const { rig } = await echoing({ routes: one });
    const client = clientOf(rig).send(sent + rest);
    expect(heads(await client.untilClosed())).toEqual([`HTTP/1.1 ${status}`]);
  });

  it('a refused body that goes bad later is not answered again', async () => {
    const { rig } = await echoing({ routes: one });
    const client = clientOf(rig).send(head('POST /nowhere', 'Transfer-Encoding: chunked'));
    await client.until(/404[^]*route_not_found/);
    client.send('zz\r\n');
    expect(heads(await client.untilClosed())).toEqual(['HTTP/1.1 404']);
  });

  it('nor is one that the upstream has answered early', async () => {
    const { rig } = await echoing({
      upstream: (_request, response) => response.writeHead(403).end('no'),
    });
    const client = clientOf(rig).send(`${CHUNKED}2\r\nok\r\n`);
    await client.until(/403[^]*\r\n0\r\n\r\n$/);
    client.send('zz\r\n');
    expect(heads(await client.untilClosed())).toEqual(['HTTP/1.1 403']);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 403 });
  });

  it('garbage in place of the next request, on a quiet connection, gets its own 400', async () => {
    const { rig } = await echoing();
    const client = clientOf(rig).send(head('GET /'));
    await client.until(/200 OK[^]*\r\n\r\n$/);
    await rig.metering.only();
    client.send('\0garbage\r\n\r\n');
    expect(heads(await client.untilClosed())).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it('a client told nothing of 100 may leave its body out: the connection ends', async () => {
    const { rig, seen } = await echoing({ routes: one });
    const client = clientOf(rig);
    client.send(head('POST /nowhere', 'Content-Length: 5', 'Expect: 100-continue') + NEXT);
    const text = await client.untilClosed();
    expect(heads(text)).toEqual(['HTTP/1.1 404']);
    expect(text).toMatch(/\r\nConnection: close\r\n/);
    expect(seen.reached).toBe(0);
  });

  it('CONNECT does not overtake the answer that is due before it', async () => {
    const { rig } = await echoing({ rawUpstream: (socket) => socket.resume() });
    const client = clientOf(rig).send(`${head('GET /')}${head('CONNECT api.test:443')}`);
    expect(await client.untilClosed()).toBe('');
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_abort' });
  });

  it('a client that does not close after its last answer is closed', async () => {
    const { rig } = await echoing();
    const client = new RawClient(rig.port, { allowHalfOpen: true });
    client.send(head('CONNECT api.test:443'));
    await client.until(/405/);
    await vi.waitFor(async () => {
      const open = await new Promise((done) => rig.server.getConnections((_e, n) => done(n)));
      expect(open).toBe(0);
    }, WAIT);
    client.close();
  });
});
