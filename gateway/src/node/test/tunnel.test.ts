import type { Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { UNLIMITED } from '../../core/span.ts';
import type { Handover } from '../handover.ts';
import { Tunnel } from '../tunnel.ts';

/** A text message as a client sends it, masked with zeros. */
const masked = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

afterEach(() => void vi.useRealTimers());

test('what came in pieces before the WebSocket was open passes whole and in order', () => {
  const written: Buffer[] = [];
  const client = new PassThrough();
  const upstream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => void (written.push(chunk), done()),
  });
  let messages = 1;
  const usedUp = vi.fn();
  const tunnel = new Tunnel(client as unknown as Socket, upstream, {
    progressed: () => {},
    upstreamLeft: () => {},
    allowance: () => ({ ...UNLIMITED, messages }),
    usedUp,
  });
  const sent = Buffer.concat(['one', 'two', 'three', 'four'].map(masked));
  const pieces = [0, 7, 14, 20].map((from, at, all) => sent.subarray(from, all[at + 1]));
  const flow = (take: (chunk: Buffer) => void): void => pieces.forEach(take);
  tunnel.open({ flow } as unknown as Handover);
  expect(Buffer.concat(written)).toEqual(masked('one'));
  expect(usedUp).toHaveBeenCalledOnce();
  messages = 4;
  tunnel.replenished();
  expect(Buffer.concat(written)).toEqual(sent);
  expect(tunnel.fromClient).toMatchObject({ messages: 4, atBoundary: true });
});

test('an upstream that is told to close is let go when it is silent, not before', async () => {
  vi.useFakeTimers();
  // It takes nothing of what it is sent.
  const upstream = new Duplex({ read: () => {}, write: () => {} });
  const tunnel = new Tunnel(new PassThrough() as unknown as Socket, upstream, {
    progressed: () => {},
    upstreamLeft: () => {},
    allowance: () => UNLIMITED,
    usedUp: () => {},
  });
  const flow = (take: (chunk: Buffer) => void): void => take(masked('one'));
  tunnel.open({ flow } as unknown as Handover);
  tunnel.leaveUpstream();
  for (let second = 0; second < 5; second++) {
    upstream.push('so');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(upstream.destroyed).toBe(false);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(upstream.destroyed).toBe(true);
});

test('one that never falls silent is let go all the same', async () => {
  vi.useFakeTimers();
  const upstream = new Duplex({ read: () => {}, write: () => {} });
  const tunnel = new Tunnel(new PassThrough() as unknown as Socket, upstream, {
    progressed: () => {},
    upstreamLeft: () => {},
    allowance: () => UNLIMITED,
    usedUp: () => {},
  });
  tunnel.open({ flow: () => {} } as unknown as Handover);
  tunnel.leaveUpstream();
  for (let second = 0; second < 20; second++) {
    upstream.push('so');
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(upstream.destroyed).toBe(true);
});
