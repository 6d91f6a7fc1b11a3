import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { head, RawClient, useRigs } from './raw-client.ts';
import { KEY, keyFact, type Rig, type RigOptions, routeFact, WAIT } from './rig.ts';
import {
  Caller,
  frame,
  openWebSocketUpstream,
  type Peer,
  type WebSocketUpstream,
} from './web-socket.ts';

const { rigOf } = useRigs();
let upstream: WebSocketUpstream;
let caller: Caller;
beforeEach(async () => {
  upstream = await openWebSocketUpstream();
});
afterEach(() => {
  if (caller.open) caller.socket.close();
  upstream.close();
});

const soon = (check: () => void): Promise<void> => vi.waitFor(check, WAIT);

/** A WebSocket that is open on both sides, and tells of itself every so often. */
async function talk(options: RigOptions & { route?: object } = {}): Promise<[Rig, Peer]> {
  const on = await rigOf({
    routes: () => [routeFact({ upstream_url: upstream.url, ...options.route })],
    ...options,
  });
  caller = new Caller(on.url, KEY);
  await soon(() => expect(caller.open).toBe(true));
  return [on, upstream.peers[0]!];
}

it('what passed is told again and again while it lasts', async () => {
  const [on, peer] = await talk({ checkpointMs: 20 });
  caller.socket.send('hello');
  peer.socket.write(frame('one'));
  await soon(() => expect(caller.messages).toEqual(['one']));
  await soon(() => {
    expect(on.metering.checkpoints.at(-1)?.progress).toMatchObject({
      ...{ outcome: 'ok', status: 101, requestBytes: 5, responseBytes: 3 },
      ...{ requestMessages: 1, responseMessages: 1, lasts: true, uploaded: false },
    });
  });
});

it('a key that was revoked meanwhile ends it: both sides are told why', async () => {
  let fact = keyFact();
  const keys = { peek: () => fact, load: () => Promise.reject(new Error('not asked for')) };
  const [on, peer] = await talk({ checkpointMs: 20, keys });
  await soon(() => expect(on.metering.checkpoints.length).toBeGreaterThan(0));
  fact = keyFact({ revoked: true });
  const { request } = on.metering.checkpoints[0]!;
  const span = { number: 1, requestBytes: 0, responseBytes: 0 };
  const answer = await request.again({ span, uploaded: false });
  if (answer.kind !== 'refused') throw new Error('it was admitted');
  request.end(answer.refusal);
  await soon(() => expect(caller.closed).toMatchObject({ code: 1008, reason: 'key_revoked' }));
  expect(peer.raw.toString('latin1')).toContain('key_revoked');
  expect(await on.metering.only()).toMatchObject({ outcome: 'ok', status: 101 });
  expect(on.refusals).toEqual(['cus_1 key_revoked']);
});

it('within a frame nothing is put in: the connection is torn', async () => {
  const [on, peer] = await talk({ checkpointMs: 20 });
  peer.socket.write(frame('half').subarray(0, 3));
  await soon(() => {
    expect(on.metering.checkpoints.at(-1)?.progress.responseBytes).toBe(1);
  });
  on.metering.checkpoints[0]!.request.end({ reason: 'quota_exceeded' });
  await soon(() => expect(caller.closed).toMatchObject({ code: 1006 }));
  await on.metering.only();
});

it('a client sends in one span no more bytes than were set aside for it', async () => {
  const reserved: number[] = [];
  const [on, peer] = await talk({
    route: {
      max_body_bytes: 1_000,
      metering: [{ meter_id: 'mtr_bytes', source: 'request_bytes', units: 1 }],
    },
    admit: (request) => {
      reserved.push(request.requestBytes);
      const { requestId, fact, route } = request;
      const hold = { requestId, fact, route, admittedAt: 0, spends: [], span: request.span };
      return { kind: 'admitted', hold, limits: [] };
    },
  });
  caller.socket.send('x'.repeat(600));
  caller.socket.send('y'.repeat(600));
  caller.socket.send('z'.repeat(10));
  await soon(() => expect(on.metering.checkpoints).toHaveLength(1));
  const { progress, request, hold } = on.metering.checkpoints[0]!;
  const { requestBytes } = progress;
  expect(requestBytes).toBeGreaterThan(900);
  expect(requestBytes).toBeLessThanOrEqual(1_000);
  expect(peer.got.bytes).toBeLessThanOrEqual(1_000);
  // While core is asked a span without units of its own goes on: it does not let more pass.
  request.goOn({ ...hold, span: { number: 1, requestBytes, responseBytes: 0 } });
  await new Promise((done) => setTimeout(done, 20));
  expect(peer.got.bytes).toBe(requestBytes);
  const span = { number: 1, requestBytes, responseBytes: 0 };
  const answer = await request.again({ span, uploaded: false });
  if (answer.kind !== 'admitted') throw new Error('it was refused');
  request.goOn(answer.hold);
  await soon(() => expect(peer.got.messages).toBe(3));
  expect(peer.got.bytes).toBe(1_210);
  expect(reserved).toEqual([1_000, 1_000]);
});

/** Two messages a span. */
const BY_TWO = {
  metering: [{ meter_id: 'mtr_messages', source: 'request_messages', units: 2, max_cost: 5 }],
} satisfies Partial<RouteFact>;

/** Admits the span behind the nth, by when two messages of each have passed. */
async function goOn(on: Rig, peer: Peer, nth: number): Promise<void> {
  await soon(() => expect(on.metering.checkpoints).toHaveLength(nth + 1));
  const { progress, request } = on.metering.checkpoints[nth]!;
  expect(progress.requestMessages).toBe(2 * (nth + 1));
  await soon(() => expect(peer.got.messages).toBe(progress.requestMessages));
  const span = { ...progress, number: nth + 1 };
  const answer = await request.again({ span, uploaded: false });
  if (answer.kind !== 'admitted') throw new Error('it was refused');
  request.goOn(answer.hold);
}

it('a client sends in one span no more messages than were set aside for it', async () => {
  const [on, peer] = await talk({ route: BY_TWO });
  for (const text of ['one', 'two', 'three', 'four', 'five']) caller.socket.send(text);
  await goOn(on, peer, 0);
  await goOn(on, peer, 1);
  await soon(() => expect(peer.got.messages).toBe(5));
  caller.socket.close(1000, 'bye');
  expect(await on.metering.only()).toMatchObject({ requestMessages: 5 });
});

const SHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];
/** A message as a client sends it, masked with zeros. */
const masked = (text: string): string =>
  `\x81${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}`;

it('what a client has sent passes, though it has left behind it', async () => {
  const on = await rigOf({ routes: () => [routeFact({ upstream_url: upstream.url, ...BY_TWO })] });
  const client = new RawClient(Number(new URL(on.url).port), { allowHalfOpen: true });
  client.send(head('GET /', ...SHAKE));
  await client.until(/ 101 /);
  client.send(['one', 'two', 'three', 'four', 'five'].map(masked).join('')).socket.end();
  const peer = upstream.peers[0]!;
  await goOn(on, peer, 0);
  await goOn(on, peer, 1);
  expect(await on.metering.only()).toMatchObject({ requestMessages: 5 });
  expect(peer.got).toMatchObject({ messages: 5 });
  client.close();
});
