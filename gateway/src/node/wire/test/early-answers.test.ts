import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RequestBody } from '../../request-body.ts';
import { ask, open, WHOLE, type Told } from './link-rig.ts';

// Upstreams that answer, and leave, before they have all of a request.

const CLOSES = 'HTTP/1.1 413 Too Large\r\nConnection: close\r\n';
const SIZED = `${CLOSES}Content-Length: 2\r\n\r\nno`;
const CHUNKED = `${CLOSES}Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n`;
const LONG = `${CLOSES}Content-Length: 50000\r\n\r\n${'no'.repeat(25_000)}`;

/** Uploads until the upstream has said this and has gone; then more, before it is heard. */
async function early(answer: string, leave: (socket: Socket) => void): Promise<Told> {
  const body = new PassThrough();
  const { links } = await open((socket, _head, nth) => {
    if (nth > 0) return socket.write(WELL);
    socket.pause();
    socket.write(answer);
    leave(socket);
    // What is written to the first one that is closed is answered by a reset, the second fails.
    for (let i = 0; i < 40; i++) setImmediate(() => body.write('x'.repeat(1_000)));
  });
  const call = ask(links, { method: 'POST', body: body as unknown as RequestBody });
  body.write('some');
  const told = await call.done;
  expect(body.destroyed).toBe(true);
  expect(await ask(links).done).toEqual(WHOLE);
  return told;
}
const WELL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe.each<[string, (socket: Socket) => void]>([
  ['closes', (socket) => socket.destroy()],
  ['resets the connection', (socket) => socket.resetAndDestroy()],
])('an upstream that answers early and %s', (_name, leave) => {
  it.each([
    ['of so many bytes', SIZED, 'no'],
    ['in chunks', CHUNKED, 'no'],
    ['longer than is read at once', LONG, 'no'.repeat(25_000)],
  ])('is heard out: an answer %s', async (_, answer, body) => {
    const told = await early(answer, leave);
    expect(told).toEqual({ status: 413, body, ended: true });
  });

  it.each([
    ['less than it announced', SIZED.slice(0, -1), 413],
    ['no final answer', 'HTTP/1.1 102 Processing\r\n\r\n', undefined],
    ['nothing', '', undefined],
  ])('has failed when it said %s', async (_, answer, status) => {
    const told = await early(answer, leave);
    expect(told).toMatchObject({ ended: false, failed: expect.stringMatching(/\w/) as string });
    expect(told.status).toBe(status);
  });
});

it('a body that ends with the connection is not whole when that was reset', async () => {
  const told = await early(`${CLOSES}\r\nno`, (socket) => socket.resetAndDestroy());
  expect(told).toMatchObject({ status: 413, body: 'no', ended: false });
});
