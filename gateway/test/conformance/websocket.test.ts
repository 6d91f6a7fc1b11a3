import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Caller, frame, openWebSocketUpstream, type WebSocketUpstream } from '../web-socket.ts';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openWorld, type Seller, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 30_000, interval: 50 };
const soon = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, SOON);

let world: World;
let upstream: WebSocketUpstream;
let messages: string;
let bytes: string;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openWebSocketUpstream();
  const meter = async (slug: string): Promise<string> => {
    const made = await world.core.admin('POST', '/v1/meters', { slug, name: slug, unit: 'unit' });
    return `${made.body['id']}`;
  };
  messages = await meter('messages');
  bytes = await meter('bytes');
  await world.route({
    path_pattern: '/chat',
    upstream_url: upstream.url,
    max_body_bytes: 1_000,
    metering: [
      { meter: 'requests', source: 'request' },
      { meter: 'messages', source: 'request_messages' },
      { meter: 'messages', source: 'response_messages' },
      { meter: 'bytes', source: 'request_bytes' },
      { meter: 'bytes', source: 'response_bytes' },
    ],
  });
  await world.route({
    path_pattern: '/paced',
    upstream_url: upstream.url,
    metering: [{ meter: 'messages', source: 'request_messages', max_cost: 10 }],
  });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

async function ledger(of: Seller): Promise<{ requests: number; messages: number; bytes: number }> {
  const rows = await world.core.sql<{ meter_id: string; sum: number }[]>`
    select meter_id, sum(quantity)::int as sum from usage_entries
     where customer_id = ${of.customerId} and billable group by meter_id`;
  const sum = (id: string): number => rows.find(({ meter_id }) => meter_id === id)?.sum ?? 0;
  return { requests: sum('mtr_requests'), messages: sum(messages), bytes: sum(bytes) };
}

describe.each(KINDS)('a WebSocket through a gateway on %s', (kind) => {
  let host: Host;
  const callers: Caller[] = [];
  beforeAll(async () => {
    host = await openHost(kind, { world });
  });
  afterAll(() => host.kill());
  afterEach(() => {
    for (const { socket } of callers.splice(0)) socket.close();
    upstream.refusal = undefined;
    upstream.fields = '';
    upstream.silent = false;
  });

  async function talk(seller: Seller, protocols: string[] = [], path = '/chat') {
    const before = upstream.peers.length;
    const caller = new Caller(`${host.urls[0]}${path}`, seller.key, protocols);
    callers.push(caller);
    await soon(() => expect([caller.open, upstream.peers.length]).toEqual([true, before + 1]));
    return { caller, peer: upstream.peers[before]! };
  }

  test('is refused as any request is, before it is one', async () => {
    const seller = await world.customer();
    const before = upstream.peers.length;
    const call = callerOf(
      () => host.urls[0],
      () => seller.key,
    );
    expect(await codeOf(call('/chat', { key: '' }))).toEqual([401, 'key_missing']);
    const stranger = new Caller(`${host.urls[0]}/chat`, `${seller.key.slice(0, -1)}!`);
    await soon(() => expect(stranger.failed).toBe(true));
    expect(upstream.peers.length).toBe(before);
  });

  test('passes both ways, says who calls, and is in the ledger while it lasts', async () => {
    const seller = await world.customer();
    upstream.fields = 'Sec-WebSocket-Protocol: chat\r\n';
    const { caller, peer } = await talk(seller, ['chat']);
    expect(caller.socket.protocol).toBe('chat');
    expect(peer.request.headers['x-tollgate-customer']).toBe(seller.customerId);
    expect(peer.request.headers['x-api-key']).toBe(undefined);
    caller.socket.send('hello');
    peer.socket.write(frame('one'));
    peer.socket.write(frame('two'));
    await soon(() => expect(caller.messages).toEqual(['one', 'two']));
    await soon(() => expect(peer.got.messages).toBe(1));
    await soon(async () => {
      expect(await ledger(seller)).toEqual({ requests: 1, messages: 3, bytes: 11 });
    });
    expect(caller.open).toBe(true);
    caller.socket.send('again');
    await soon(() => expect(peer.got.messages).toBe(2));
    caller.socket.close(1000, 'bye');
    await soon(async () => {
      expect(await ledger(seller)).toEqual({ requests: 1, messages: 4, bytes: 16 });
    });
    await soon(() => expect(peer.ended).toBe(true));
  });

  test('an upstream that does not go along answers as it likes', async () => {
    const seller = await world.customer();
    upstream.refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    const caller = new Caller(`${host.urls[0]}/chat`, seller.key);
    await soon(() => expect(caller.failed).toBe(true));
    await soon(async () => expect(await world.ledger(seller.customerId)).toBe(1));
    expect((await ledger(seller)).requests).toBe(0);
  });

  test('a key that is revoked meanwhile ends it, and says why', async () => {
    const seller = await world.customer();
    const { caller } = await talk(seller);
    await world.core.admin('POST', `/v1/keys/${seller.keyId}/revoke`, {});
    await soon(() => expect(caller.closed).toMatchObject({ code: 1008, reason: 'key_revoked' }));
  });

  test('a hard quota on bytes of the client is not passed', async () => {
    const seller = await world.customer({ quota: { limit: 3_000, meter: bytes } });
    const { caller, peer } = await talk(seller);
    let sent = 0;
    await soon(() => {
      if (caller.open && sent < 50) caller.socket.send('x'.repeat(200));
      sent += 1;
      expect(caller.closed).toMatchObject({ code: 1008, reason: 'quota_exceeded' });
    });
    expect(peer.got.bytes).toBeGreaterThan(1_000);
    expect(peer.got.bytes).toBeLessThanOrEqual(3_000);
    await soon(async () => expect((await ledger(seller)).bytes).toBe(peer.got.bytes));
  });

  /** Sends a handshake of these fields, byte for byte. Out: the connection, and what came on it. */
  function shake(seller: Seller, fields: string[]): { socket: Socket; text: () => string } {
    const { hostname, port } = new URL(`${host.urls[0]}`);
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => {});
    const lines = ['GET /chat HTTP/1.1', 'Host: api.test', `X-API-Key: ${seller.key}`, ...fields];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    raw.push(socket);
    return { socket, text: () => text };
  }
  const raw: Socket[] = [];
  afterEach(() => {
    for (const socket of raw.splice(0)) socket.destroy();
  });
  const asking = ['Connection: Upgrade', 'Upgrade: websocket'];
  const proper = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

  test.each([999, 1005, 1015, 2000, 4999, 5000, 65535])(
    'ends on the other side, too, when one closes it by %i',
    async (code) => {
      const seller = await world.customer();
      const before = upstream.peers.length;
      const [high, low] = [code >> 8, code & 255];
      const { socket, text } = shake(seller, [...asking, ...proper]);
      await soon(() => expect(text()).toMatch(/ 101 [^]*\r\n\r\n/));
      socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, high, low]));
      await soon(() => expect(upstream.peers[before]?.ended).toBe(true));
      await soon(async () => expect((await ledger(seller)).requests).toBe(1));
      const { caller, peer } = await talk(seller);
      peer.socket.write(Buffer.from([0x88, 2, high, low]));
      await soon(() => expect(caller.closed).toBeDefined());
    },
  );

  // On Node a tunnel lasts until one side ends its connection, or both are silent for too long.
  test.runIf(kind !== 'node')('an upstream that answers no close is let go of', async () => {
    upstream.silent = true;
    const seller = await world.customer();
    const { caller, peer } = await talk(seller);
    caller.socket.send('hello');
    caller.socket.close(1000, 'bye');
    await soon(() => expect(peer.ended || peer.socket.closed).toBe(true));
    expect(peer.got.messages).toBe(1);
  });

  test.runIf(kind !== 'node').each([
    ['no key', proper.slice(0, 1)],
    ['no version', proper.slice(1)],
    ['another version', ['Sec-WebSocket-Version: 8', ...proper.slice(1)]],
  ])('a handshake with %s, which the platform would not end, opens none', async (_, fields) => {
    const seller = await world.customer();
    const before = upstream.peers.length;
    const { text } = shake(seller, [...asking, ...fields]);
    await soon(() => expect(text()).toMatch(/^HTTP\/1\.1 200 [^]*no WebSocket/));
    expect(upstream.peers.length).toBe(before);
  });

  test('what a client sent before it closed passes first, all of it', async () => {
    const seller = await world.customer();
    const { caller, peer } = await talk(seller, [], '/paced');
    for (let sent = 0; sent < 95; sent++) caller.socket.send('x');
    caller.socket.close(1000, 'bye');
    await soon(() => expect(peer.got.messages).toBe(95));
    await soon(async () => expect((await ledger(seller)).messages).toBe(95));
  });

  test('a hard quota on messages of the client is not passed, all sent at once', async () => {
    const seller = await world.customer({ quota: { limit: 35, meter: messages } });
    const { caller, peer } = await talk(seller, [], '/paced');
    for (let sent = 0; sent < 500; sent++) caller.socket.send('x');
    await soon(() => {
      expect(caller.closed).toMatchObject({ code: 1008, reason: 'quota_exceeded' });
    });
    // Three spans of ten; a fourth has no ten left.
    expect(peer.got.messages).toBe(30);
    await soon(async () => expect((await ledger(seller)).messages).toBe(30));
  });
});
