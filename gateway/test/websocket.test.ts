import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, type RigOptions, routeFact, WAIT } from './rig.ts';
import {
  Caller,
  frame,
  openWebSocketUpstream,
  type Peer,
  type WebSocketUpstream,
} from './web-socket.ts';

const { rigOf, clientOf } = useRigs();
let upstream: WebSocketUpstream;
const callers: Caller[] = [];
beforeEach(async () => {
  upstream = await openWebSocketUpstream();
});
afterEach(() => {
  for (const { socket } of callers.splice(0)) socket.close();
  upstream.close();
});

const soon = (check: () => void): Promise<void> => vi.waitFor(check, WAIT);
const rig = (more: RigOptions & { route?: object } = {}): Promise<Rig> =>
  rigOf({ routes: () => [routeFact({ upstream_url: upstream.url, ...more.route })], ...more });

function call(on: Rig, protocols: string[] = []): Caller {
  const caller = new Caller(`${on.url}/chat?room=1`, KEY, protocols);
  callers.push(caller);
  return caller;
}

/** A WebSocket that is open on both sides. */
async function talk(on: Rig): Promise<{ caller: Caller; peer: Peer }> {
  const caller = call(on);
  await soon(() => expect(caller.open).toBe(true));
  return { caller, peer: upstream.peers.at(-1)! };
}

const HANDSHAKE = [
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('a WebSocket passes', () => {
  it('with its path, its protocols and our fields, and without the key', async () => {
    upstream.fields = 'Sec-WebSocket-Protocol: chat\r\nX-Hop: 1\r\nConnection: X-Hop\r\n';
    const on = await rig();
    const caller = call(on, ['chat', 'other']);
    await soon(() => expect(caller.open).toBe(true));
    expect(caller.socket.protocol).toBe('chat');
    const { url, headers } = upstream.peers[0]!.request;
    expect(url).toBe('/chat?room=1');
    expect(headers['sec-websocket-protocol']).toBe('chat, other');
    expect(headers['x-api-key']).toBe(undefined);
    expect(headers['x-tollgate-customer']).toBe('cus_1');
    expect(headers.via).toBe('1.1 tollgate');
  });

  it('its answer has the fields of the handshake, ours, and no hop-by-hop field', async () => {
    upstream.fields = 'X-Hop: 1\r\nConnection: X-Hop\r\nX-Kept: 2\r\n';
    const text = await clientOf(await rig())
      .send(head('GET /', ...HANDSHAKE))
      .until(/\r\n\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text).toMatch(/\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
    expect(text).toMatch(/\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n$/);
    expect(text).toMatch(/\r\nX-Request-Id: req_[^]*|X-Kept: 2/);
    expect(text).not.toMatch(/X-Hop/);
  });

  it('messages both ways, byte for byte, counted; its end is recorded once', async () => {
    const on = await rig();
    const { caller, peer } = await talk(on);
    caller.socket.send('hello');
    caller.socket.send('x'.repeat(70_000));
    await soon(() => expect(peer.got.messages).toBe(2));
    expect(peer.got.bytes).toBe(70_005);
    peer.socket.write(frame('one', 1, false));
    peer.socket.write(Buffer.concat([frame('', 9), frame(' two', 0), frame('three')]));
    await soon(() => expect(caller.messages).toEqual(['one two', 'three']));
    expect(on.metering.settled).toEqual([]);
    caller.socket.close(1000, 'bye');
    // The close and its answer pass as any frame; the upstream ends the connection.
    await soon(() => expect(caller.closed).toEqual({ code: 1000, reason: '', clean: true }));
    expect(await on.metering.only()).toMatchObject({
      ...{ outcome: 'ok', status: 101, requestBytes: 70_005, responseBytes: 12 },
      ...{ requestMessages: 2, responseMessages: 2 },
    });
    await soon(() => expect(on.host.connections.busy).toBe(0));
  });

  it('what the client sends before it has the answer arrives, in order', async () => {
    const on = await rig();
    const masked = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]).toString('latin1');
    const client = clientOf(on).send(head('GET /', ...HANDSHAKE) + masked);
    await client.until(/101[^]*\r\n\r\n/);
    client.send(masked);
    await soon(() => expect(upstream.peers[0]?.got.messages).toBe(2));
  });

  it('on a public route nothing is recorded', async () => {
    const on = await rig({ route: { public: true } });
    const { caller, peer } = await talk(on);
    caller.socket.send('hello');
    await soon(() => expect(peer.got.messages).toBe(1));
    peer.socket.destroy();
    await soon(() => expect(caller.closed?.clean).toBe(false));
    expect(on.metering.begun).toEqual([]);
    await soon(() => expect(on.host.connections.busy).toBe(0));
  });
});

describe('what is refused is refused as any request, and never reaches the upstream', () => {
  it.each([
    ['no key', ['GET /'], /^HTTP\/1\.1 401 /],
    ['no route', ['GET /nowhere'], /^HTTP\/1\.1 404 /],
  ])('%s', async (name, [line = ''], answer) => {
    const on = await rig({ route: { path_pattern: '/' } });
    const fields = head(line, ...HANDSHAKE);
    const bytes = name === 'no key' ? fields.replace(/Authorization.*\r\n/, '') : fields;
    const text = await clientOf(on).send(bytes).untilClosed();
    expect(text).toMatch(answer);
    expect(text).toMatch(/\r\nConnection: close\r\n/);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(upstream.peers).toEqual([]);
    await soon(() => expect(on.host.connections.busy).toBe(0));
  });

  it('an upgrade behind a request that is not answered yet ends the connection', async () => {
    const on = await rigOf({ rawUpstream: (socket) => socket.resume() });
    const client = clientOf(on).send(head('GET /') + head('GET /', ...HANDSHAKE));
    expect(await client.untilClosed()).toBe('');
    expect(on.metering.begun).toHaveLength(1);
  });

  it.each([
    ['another protocol', ['Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']],
    ['no Connection: Upgrade', ['Upgrade: websocket']],
  ])('%s is no WebSocket: the request is served without', async (_name, fields) => {
    const on = await rig();
    const text = await clientOf(on)
      .send(head('GET /', ...fields))
      .until(/no WebSocket/);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('nor is one by POST', async () => {
    const fields = ['Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 2'];
    const text = await clientOf(await rig())
      .send(`${head('POST /', ...fields)}ab`)
      .until(/no WebSocket/);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('an upstream that does not go along', () => {
  const ask = async (): Promise<{ on: Rig; text: string }> => {
    const on = await rig();
    const client = clientOf(on).send(head('GET /', ...HANDSHAKE));
    return { on, text: await client.untilClosed() };
  };

  it('answers as it likes, also at length, and the connection ends', async () => {
    const body = 'x'.repeat(3_000_000);
    upstream.refusal = `HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { on, text } = await ask();
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(text.split('\r\n\r\n')[1]).toHaveLength(body.length);
    expect(await on.metering.only()).toMatchObject({ outcome: 'client_error', status: 403 });
  });

  it.each([
    ['nothing', ''],
    ['another protocol', 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
  ])('answers %s: 502', async (_name, answer) => {
    upstream.refusal = answer;
    const { on, text } = await ask();
    expect(text).toMatch(/^HTTP\/1\.1 502 /);
    expect(await on.metering.only()).toMatchObject({ outcome: 'upstream_error', status: 502 });
  });
});

describe('however a WebSocket ends, it settles once', () => {
  it('the client is gone: so is the upstream connection', async () => {
    const on = await rig();
    const client = clientOf(on).send(head('GET /', ...HANDSHAKE));
    await client.until(/101[^]*\r\n\r\n/);
    client.close();
    expect(await on.metering.only()).toMatchObject({ outcome: 'ok', status: 101 });
    await soon(() => expect(upstream.peers[0]?.ended).toBe(true));
  });

  it('the client is gone before the upstream has answered', async () => {
    let [opened, cut] = [0, 0];
    const on = await rigOf({
      rawUpstream: (socket) => {
        opened += 1;
        socket.resume();
        socket.on('close', () => (cut += 1));
      },
    });
    const client = clientOf(on).send(head('GET /', ...HANDSHAKE));
    await soon(() => expect(on.metering.begun).toHaveLength(1));
    client.close();
    expect(await on.metering.only()).toMatchObject({ outcome: 'client_abort', status: null });
    await soon(() => expect(on.host.connections.busy).toBe(0));
    await soon(() => expect(cut).toBe(opened));
  });

  it('the client has sent much too early: it is told so, and the upstream is cut', async () => {
    let [opened, cut] = [0, 0];
    const on = await rigOf({
      rawUpstream: (socket) => {
        opened += 1;
        socket.resume();
        socket.on('close', () => (cut += 1));
      },
    });
    const client = clientOf(on).send(head('GET /', ...HANDSHAKE));
    await soon(() => expect(opened).toBe(1));
    client.send('x'.repeat(4_000_000));
    expect(await client.until(/\r\n\r\n\{.*\}$/)).toMatch(/^HTTP\/1\.1 400 [^]*invalid_request/);
    expect(await on.metering.only()).toMatchObject({ outcome: 'client_error', status: 400 });
    await soon(() => expect(cut).toBe(1));
    await soon(() => expect(on.host.connections.busy).toBe(0));
    await client.untilClosed();
  });

  it('the upstream is lost', async () => {
    const on = await rig();
    const { caller, peer } = await talk(on);
    peer.socket.resetAndDestroy();
    await soon(() => expect(caller.closed?.clean).toBe(false));
    expect(await on.metering.only()).toMatchObject({ outcome: 'upstream_error', status: 101 });
  });

  it('the gateway stops: both sides are told that it goes away', async () => {
    const on = await rig();
    const { caller, peer } = await talk(on);
    on.host.connections.goAway();
    const closed = { code: 1001, reason: 'the gateway stops' };
    await soon(() => expect(caller.closed).toMatchObject(closed));
    expect(peer.raw.subarray(0, 8)).toEqual(Buffer.from([0x88, 0x93, 0, 0, 0, 0, 3, 0xe9]));
    await on.metering.only();
    await soon(() => expect(on.host.connections.busy).toBe(0));
  });
});

it('a client that does not read stops the upstream from sending', async () => {
  const on = await rig();
  const client = clientOf(on).send(head('GET /', ...HANDSHAKE));
  await client.until(/101[^]*\r\n\r\n/);
  client.socket.pause();
  const { socket } = upstream.peers[0]!;
  const big = frame('x'.repeat(60_000), 2);
  let sent = 0;
  while (sent < 2_000 && socket.writableLength < 1_000_000) {
    socket.write(big);
    sent += 1;
    if (sent % 50 === 0) await new Promise((done) => setTimeout(done, 5));
  }
  // What loopback and the buffers on the way take, and not all of 120 MB.
  expect(sent).toBeLessThan(1_500);
  const before = client.text.length;
  client.socket.resume();
  await soon(() => expect(client.text.length).toBeGreaterThan(before + sent * 60_000));
});
