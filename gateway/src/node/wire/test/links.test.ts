import { existsSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, test, vi } from 'vitest';
import { WAIT } from '../../../../test/rig.ts';
import type { RequestBody } from '../../request-body.ts';
import { ask, bodyOf, OK, open, WHOLE } from './link-rig.ts';

describe('a connection carries one request after the other', () => {
  test('when each was answered', async () => {
    const { upstream, links } = await open();
    for (let i = 0; i < 3; i++) expect(await ask(links).done).toEqual(WHOLE);
    expect(upstream.sockets).toHaveLength(1);
  });

  test('and never two at a time', async () => {
    const { upstream, links } = await open((socket) => setTimeout(() => socket.write(OK), 20));
    const all = Array.from({ length: 8 }, () => ask(links).done);
    for (const told of await Promise.all(all)) expect(told).toEqual(WHOLE);
    expect(upstream.sockets).toHaveLength(8);
    expect(await Promise.all(Array.from({ length: 8 }, () => ask(links).done))).toHaveLength(8);
    expect(upstream.sockets.length).toBeLessThan(16);
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', { method: 'HEAD' }],
    ['a last answer', `HTTP/1.1 200 OK\r\nConnection: close\r\n${OK.slice(17)}`, {}],
    ['a 204 with a length', 'HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n', {}],
    ['HTTP/1.0', `HTTP/1.0${OK.slice(8)}`, {}],
    ['a short time to keep it', `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2\r\n${OK.slice(17)}`, {}],
    ['a body where the method means none', OK, { body: bodyOf('x') }],
  ])('not behind %s', async (_name, answer, asked) => {
    const { upstream, links } = await open((socket) => socket.write(answer));
    expect((await ask(links, asked).done).ended).toBe(true);
    await ask(links, { ...asked, body: null }).done;
    expect(upstream.sockets).toHaveLength(2);
  });

  test('not when it was idle for longer than it is kept', async () => {
    const { upstream, links } = await open(undefined, 30);
    await ask(links).done;
    await delay(60);
    expect(await ask(links).done).toEqual(WHOLE);
    expect(upstream.sockets).toHaveLength(2);
  });

  test('and is closed then', async () => {
    const { upstream, links } = await open(undefined, 30);
    await ask(links).done;
    await vi.waitFor(() => expect(upstream.sockets[0]?.destroyed).toBe(true), WAIT);
  });
});

describe('no answer reaches another request than its own', () => {
  const stolen = OK.replace('ok', 'no');

  test('when the upstream says more than one answer in one piece', async () => {
    const { upstream, links } = await open((socket, _head, nth) => {
      socket.write(nth === 0 ? OK + stolen : OK);
    });
    expect(await ask(links).done).toEqual(WHOLE);
    expect(await ask(links).done).toEqual(WHOLE);
    expect(upstream.sockets).toHaveLength(2);
  });

  test('when it says more while nobody asks it', async () => {
    const { upstream, links } = await open();
    expect(await ask(links).done).toEqual(WHOLE);
    upstream.sockets[0]?.write(stolen);
    await vi.waitFor(() => expect(upstream.sockets[0]?.destroyed).toBe(true), WAIT);
    expect(await ask(links).done).toEqual(WHOLE);
  });

  /** Stands still until the kernel has bytes for this port: no socket is heard meanwhile. */
  function standUntilItArrived(port = 0): void {
    const name = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const isThere = (line: string): boolean => {
      const [, local, , , queues] = line.trim().split(/\s+/);
      return local?.endsWith(name) === true && queues?.endsWith(':00000000') === false;
    };
    while (!readFileSync('/proc/net/tcp', 'latin1').split('\n').some(isThere));
  }

  test.runIf(existsSync('/proc/net/tcp'))(
    'when that is in the kernel, and not heard, as the next request is asked',
    async () => {
      const { upstream, links } = await open();
      for (let round = 0; round < 20; round++) {
        expect(await ask(links).done).toEqual(WHOLE);
        const socket = upstream.sockets.at(-1);
        const port = socket?.remotePort;
        await new Promise((done) => socket?.write(stolen, done));
        standUntilItArrived(port);
        expect(await ask(links).done).toEqual(WHOLE);
      }
    },
  );

  test('when it answers before it has the whole request', async () => {
    const { upstream, links } = await open();
    const body = new PassThrough();
    const early = ask(links, { method: 'POST', body: body as unknown as RequestBody });
    body.write('some');
    expect(await early.done).toEqual(WHOLE);
    expect(body.destroyed).toBe(true);
    expect(await ask(links).done).toEqual(WHOLE);
    expect(upstream.sockets).toHaveLength(2);
  });

  test('when the one before was given up', async () => {
    const { upstream, links } = await open((socket, head) => {
      if (head.startsWith('GET /slow')) setTimeout(() => socket.write(stolen), 30);
      else socket.write(OK);
    });
    const slow = ask(links, { path: '/slow' });
    await vi.waitFor(() => expect(upstream.text).toMatch(/slow/), WAIT);
    slow.hold?.cut();
    expect(await ask(links).done).toEqual(WHOLE);
    await delay(60);
    expect(slow.told).toEqual({ body: '', ended: false });
  });
});
