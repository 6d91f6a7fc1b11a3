import { expect, it, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { type Rig, WAIT } from './rig.ts';

/** What docs/http.md says of this host that HTTP would have otherwise. */

const { rigOf, clientOf } = useRigs();
const answering = (bytes: string): Promise<Rig> =>
  rigOf({ rawUpstream: (socket) => socket.once('data', () => socket.write(bytes, 'latin1')) });

it('an unasked 101 of the upstream is a failure of it', async () => {
  const rig = await answering('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n');
  const text = await clientOf(rig)
    .send(head('GET /'))
    .until(/"request_id"/);
  expect(text).toMatch(/^HTTP\/1\.1 502 [^]*upstream_error/);
  expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_error', status: 502 });
});

it('an unasked 100 Continue of the upstream goes no further', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const rig = await answering(`HTTP/1.1 100 Continue\r\n\r\n${answer}`);
  const text = await clientOf(rig).send(head('GET /')).until(/ok$/);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', status: 200 });
});

it('a client that ends its side before the answer has left', async () => {
  let cut = 0;
  const rig = await rigOf({ rawUpstream: (socket) => socket.resume().on('close', () => cut++) });
  const client = clientOf(rig).send(head('GET /'));
  await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
  client.socket.end();
  expect(await rig.metering.only()).toMatchObject({ outcome: 'client_abort' });
  expect(await client.untilClosed()).toBe('');
  expect(cut).toBeLessThanOrEqual(1);
});

it('the head of an answer does not wait for its body', async () => {
  const rig = await answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
  const text = await clientOf(rig)
    .send(head('GET /'))
    .until(/\r\n\r\n$/);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(rig.metering.settled).toEqual([]);
});
