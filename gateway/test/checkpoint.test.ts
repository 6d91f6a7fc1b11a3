import type { ServerResponse } from 'node:http';
import { expect, it, vi } from 'vitest';
import type { Admission } from '../src/ports.ts';
import { head, useRigs } from './raw-client.ts';
import { KEY, keyFact, type Rig, WAIT } from './rig.ts';

const { rigOf, clientOf } = useRigs();

/** A rig whose upstream sends what the test says. */
async function streaming(more: Parameters<typeof rigOf>[0] = {}) {
  const responses: ServerResponse[] = [];
  const rig = await rigOf({
    checkpointMs: 20,
    upstream: (_request, response) => {
      responses.push(response);
      response.write('first');
    },
    ...more,
  });
  const client = clientOf(rig).send(head('GET /'));
  await client.until(/first/);
  return { rig, client, upstream: responses[0] as ServerResponse };
}
const checkpoints = (rig: Rig, count: number): Promise<void> =>
  vi.waitFor(() => expect(rig.metering.checkpoints.length).toBeGreaterThanOrEqual(count), WAIT);

it('a response that lasts tells what passed so far, again and again', async () => {
  const { rig, client, upstream } = await streaming();
  await checkpoints(rig, 1);
  expect(rig.metering.checkpoints[0]?.progress).toEqual({
    outcome: 'ok',
    status: 200,
    requestBytes: 0,
    responseBytes: 5,
    durationMs: expect.any(Number),
    lasts: true,
    uploaded: true,
  });
  upstream.write('second');
  await client.until(/second/);
  await vi.waitFor(
    () => expect(rig.metering.checkpoints.at(-1)?.progress.responseBytes).toBe(11),
    WAIT,
  );
  upstream.end('third');
  await client.until(/third/);
  expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', responseBytes: 16 });
  const seen = rig.metering.checkpoints.length;
  // Two intervals in which a request that is over would tell of itself once more.
  await new Promise((done) => setTimeout(done, 50));
  expect(rig.metering.checkpoints).toHaveLength(seen);
});

it('what is settled is the hold it was given last', async () => {
  const { rig, upstream } = await streaming();
  await checkpoints(rig, 1);
  const { hold, request } = rig.metering.checkpoints[0]!;
  const next = { ...hold, span: { number: 1, requestBytes: 0, responseBytes: 5 } };
  request.goOn(next);
  upstream.end();
  await rig.metering.only();
  expect(rig.metering.settled[0]?.hold).toBe(next);
});

it('one that may not go on is torn, so that it cannot be taken for whole', async () => {
  const { rig, client } = await streaming();
  await checkpoints(rig, 1);
  rig.metering.checkpoints[0]?.request.end({ reason: 'quota_exceeded' });
  const text = await client.untilClosed();
  expect(text).toMatch(/first/);
  expect(text).not.toMatch(/\r\n0\r\n\r\n/);
  expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', responseBytes: 5 });
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
});

it('a key that was revoked meanwhile does not go on; a known one is admitted anew', async () => {
  const fact = keyFact();
  let known: typeof fact | null = fact;
  const { rig } = await streaming({
    keys: { peek: () => known, load: () => Promise.reject(new Error('not asked for')) },
  });
  await checkpoints(rig, 1);
  const { request } = rig.metering.checkpoints[0]!;
  const span = { number: 1, requestBytes: 0, responseBytes: 5 };
  expect(request.again({ span, uploaded: true })).toMatchObject({ kind: 'admitted' });
  known = { ...fact, revoked: true };
  expect(request.again({ span, uploaded: true })).toMatchObject({
    kind: 'refused',
    refusal: { reason: 'key_revoked' },
  });
  expect(rig.refusals).toEqual(['cus_1 key_revoked']);
  known = null;
  expect(request.again({ span, uploaded: true })).toMatchObject({
    refusal: { reason: 'key_unknown' },
  });
});

it.each([
  ['counts while its request lasts', false, ['cus_1 quota_exceeded']],
  ['counts for nobody once its request has ended', true, []],
])('a span that core refuses %s', async (_, ends, counted) => {
  let refuse: ((refused: Admission) => void) | undefined;
  const { rig, upstream } = await streaming({
    admit: ({ requestId, fact, route, span }) => {
      const hold = { requestId, fact, route, admittedAt: 0, spends: [] };
      if (!span) return { kind: 'admitted', limits: [], hold };
      return new Promise((resolve) => {
        refuse = resolve;
      });
    },
  });
  await checkpoints(rig, 1);
  const { request } = rig.metering.checkpoints[0]!;
  const span = { number: 1, requestBytes: 0, responseBytes: 5 };
  const answer = request.again({ span, uploaded: true });
  if (ends) {
    upstream.end();
    await rig.metering.only();
  }
  refuse?.({ kind: 'refused', refusal: { reason: 'quota_exceeded' } });
  expect(await answer).toMatchObject({ kind: 'refused' });
  expect(rig.refusals).toEqual(counted);
});

it('a span sets aside what is still to come of the body, and nothing when it is here', async () => {
  const asked: (number | undefined)[] = [];
  const rig = await rigOf({
    checkpointMs: 20,
    admit: (request) => {
      asked.push(request.requestBytes);
      const { requestId, fact, route } = request;
      const hold = { requestId, fact, route, admittedAt: 0, spends: [] };
      return { kind: 'admitted', limits: [], hold };
    },
    upstream: (request, response) => {
      response.write('early');
      request.resume().on('end', () => response.end());
    },
  });
  const post = `POST / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\n`;
  const client = clientOf(rig).send(`${post}Content-Length: 10\r\n\r\nsome`);
  await client.until(/early/);
  await vi.waitFor(
    () => expect(rig.metering.checkpoints.at(-1)?.progress.requestBytes).toBe(4),
    WAIT,
  );
  const { progress, request } = rig.metering.checkpoints.at(-1)!;
  expect(progress.uploaded).toBe(false);
  const span = { number: 1, requestBytes: 4, responseBytes: 5 };
  request.again({ span, uploaded: false });
  request.again({ span, uploaded: true });
  expect(asked).toEqual([10, 6, 0]);
});
