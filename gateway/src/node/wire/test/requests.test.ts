import { PassThrough } from 'node:stream';
import { describe, expect, it, test, vi } from 'vitest';
import { WAIT } from '../../../../test/rig.ts';
import type { RequestBody } from '../../request-body.ts';
import { ask, bodyOf, OK, open, WHOLE } from './link-rig.ts';

describe('a request fails', () => {
  test('when the upstream closes the connection before it has answered', async () => {
    const { links } = await open((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'));
    expect((await ask(links).done).failed).toBeDefined();
  });

  test('when the connection is lost in a body that ends with it', async () => {
    const { links } = await open((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\npart', () => socket.resetAndDestroy());
    });
    const told = await ask(links).done;
    expect(told).toMatchObject({ ended: false, failed: expect.any(String) });
  });

  test('when no connection can be made', async () => {
    const { upstream, links } = await open();
    await new Promise((done) => upstream.server.close(done));
    const all = await Promise.all([ask(links).done, ask(links).done]);
    for (const { failed } of all) expect(failed).toMatch(/ECONNREFUSED/);
  });

  test('when the gateway stops', async () => {
    const { upstream, links } = await open(() => {});
    const call = ask(links);
    await vi.waitFor(() => expect(upstream.text).not.toBe(''), WAIT);
    links.destroy();
    expect((await call.done).failed).toMatch(/stops/);
    expect((await ask(links).done).failed).toBeDefined();
  });

  test('and is not sent, when it was given up while it waited', async () => {
    const { upstream, links } = await open();
    const call = ask(links);
    call.over = true;
    expect(await ask(links, { path: '/next' }).done).toEqual(WHOLE);
    expect(upstream.text).toMatch(/^GET \/next/);
    expect(call.told).toEqual({ body: '', ended: false });
  });

  it.each([
    ['a line end in a value', { headers: ['X', 'a\r\nY: b'] }],
    ['a NUL in a value', { headers: ['X', 'a\0'] }],
    ['a value beyond bytes', { headers: ['X', '\u0100'] }],
    ['a line end in a name', { headers: ['X: a\r\nY', 'b'] }],
    ['a blank in a name', { headers: ['X ', 'b'] }],
    ['an empty name', { headers: ['', 'b'] }],
    ['a Host', { headers: ['host', 'b'] }],
    ['a framing of its own', { headers: ['Transfer-Encoding', 'chunked'] }],
    ['a Connection', { headers: ['connection', 'close'] }],
    ['two lengths', { headers: ['content-length', '1', 'content-length', '1'] }],
    ['a malformed length', { headers: ['content-length', '1 1'] }],
    ['a blank in the path', { path: '/a b' }],
    ['a line end in the path', { path: '/a\r\n' }],
    ['a path without a slash', { path: 'a' }],
    ['a method that is no token', { method: 'GET /x' }],
  ])('and nothing of it is sent, with %s', async (_name, of) => {
    const { upstream, links } = await open();
    expect((await ask(links, of).done).failed).toBeDefined();
    expect(upstream.sockets).toHaveLength(0);
  });
});

describe('a body is framed', () => {
  it.each([
    [
      'in chunks',
      ['content-type', 'a/b'],
      bodyOf('one', 'two'),
      /\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/,
    ],
    [
      'by its length',
      ['content-length', '6'],
      bodyOf('one', 'two'),
      /content-length: 6\r\n\r\nonetwo$/,
    ],
    ['as none', [], null, /content-length: 0\r\n\r\n$/],
    ['as none where it turns out empty', [], bodyOf(), /content-length: 0\r\n\r\n$/],
  ])('%s', async (_name, headers, body, sent) => {
    const { upstream, links } = await open((socket) => setTimeout(() => socket.write(OK), 20));
    expect(await ask(links, { method: 'POST', headers, body }).done).toEqual(WHOLE);
    expect(upstream.text).toMatch(sent);
    expect(upstream.text.match(/content-length|transfer-encoding/g)).toHaveLength(1);
    expect(await ask(links).done).toEqual(WHOLE);
    expect(upstream.sockets).toHaveLength(1);
  });

  it.each([
    ['longer', bodyOf('one', 'two'), /too long/],
    ['shorter', bodyOf('on'), /too short/],
  ])('and fails where it is %s than announced', async (_name, body, why) => {
    const { links } = await open(() => {});
    const call = ask(links, { method: 'POST', headers: ['content-length', '3'], body });
    expect((await call.done).failed).toMatch(why);
  });

  test('and fails where it is given up', async () => {
    const { upstream, links } = await open(() => {});
    const body = new PassThrough();
    const call = ask(links, { method: 'POST', body: body as unknown as RequestBody });
    body.write('one');
    await vi.waitFor(() => expect(upstream.text).toMatch(/one/), WAIT);
    body.destroy();
    expect((await call.done).failed).toMatch(/given up/);
  });
});
