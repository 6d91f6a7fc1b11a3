import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { MeteringFact } from '@tollgate/billing-core/contract/facts.ts';
import { describe, expect, it } from 'vitest';
import { CODED_BYTES_MAX, PLAIN_BYTES_MAX } from '../src/node/tap.ts';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact } from './rig.ts';

const { rigOf, clientOf } = useRigs();
const rule = (
  source: MeteringFact['source'],
  selector: string,
  more: Partial<MeteringFact> = {},
): MeteringFact => ({ meter_id: 'mtr_t', units: 1, fallback: 0, source, selector, ...more });

type Sent = { fields?: Record<string, string>; body?: string | Buffer; end?: boolean };
async function rigThatSends(metering: MeteringFact[], sent: Sent): Promise<Rig> {
  return rigOf({
    routes: (upstream_url) => [routeFact({ upstream_url, metering })],
    upstream: (_request, response) => {
      response.writeHead(200, sent.fields ?? {});
      response.write(sent.body ?? '');
      if (sent.end !== false) response.end();
    },
  });
}
async function readingsOf(rig: Rig): Promise<unknown> {
  const response = await fetch(`${rig.url}/x`, { headers: { 'x-api-key': KEY } });
  await response.arrayBuffer();
  return (await rig.metering.only()).readings;
}

describe('what a response says is read while it passes', () => {
  it('a header, and JSON that comes in any number of chunks', async () => {
    const rules = [rule('response_header', 'x-cost'), rule('response_json', '/usage/total')];
    const filler = `"filler":"${'x'.repeat(3_000_000)}"`;
    const body = `{${filler},"usage":{"total":1234}}`;
    const rig = await rigThatSends(rules, { fields: { 'X-Cost': '0.5' }, body });
    expect(await readingsOf(rig)).toEqual([{ text: '0.5' }, { text: '1234' }]);
  });

  it('the last event of a stream that has it', async () => {
    const body =
      'data: {"usage":{"n":1}}\r\n\r\ndata: {"usage":{"n":77}}\r\n\r\ndata: [DONE]\r\n\r\n';
    const fields = { 'content-type': 'text/event-stream; charset=utf-8' };
    const rig = await rigThatSends([rule('response_sse', '/usage/n')], { fields, body });
    expect(await readingsOf(rig)).toEqual([{ text: '77' }]);
  });

  it('a client that leaves a stream is billed by what the stream said until then', async () => {
    const fields = { 'content-type': 'text/event-stream' };
    const sent = { fields, body: 'data: {"n":5}\n\ndata: {"n":9}\n\n', end: false };
    const rig = await rigThatSends([rule('response_sse', '/n')], sent);
    const client = clientOf(rig).send(head('GET /x'));
    await client.until(/"n":9/);
    client.close();
    const settled = await rig.metering.only();
    expect(settled).toMatchObject({ outcome: 'ok', readings: [{ text: '9' }] });
  });

  it('a request that no upstream answered has no readings', async () => {
    const rig = await rigOf({
      routes: () => [routeFact({ metering: [rule('response_json', '/n')] })],
    });
    expect(await readingsOf(rig)).toBe(undefined);
  });

  it.each([
    ['all of an answer, where its body is read', [rule('response_json', '/n')], ['"a"']],
    ['a part of it, where a header is', [rule('response_header', 'n')], ['b', '"b"', 'v', '"a"']],
  ] as const)('a client can ask for %s', async (_name, metering, asked) => {
    let seen: unknown[] = [];
    const rig = await rigOf({
      routes: (upstream_url) => [routeFact({ upstream_url, metering: [...metering] })],
      upstream: ({ headers }, response) => {
        const names = ['range', 'if-range', 'a-im', 'if-none-match', 'if_range'];
        seen = names.map((name) => headers[name]).filter(Boolean);
        response.end();
      },
    });
    const fields = ['range: b', 'IF-RANGE: "b"', 'A-IM: v', 'If-None-Match: "a"', 'If_Range: "c"'];
    await clientOf(rig)
      .send(head('GET /x', ...fields))
      .until(/200/);
    expect(seen).toEqual(asked);
  });

  it('how long it took', async () => {
    const rig = await rigOf({
      upstream: (_request, response) => setTimeout(() => response.end(), 60),
    });
    await readingsOf(rig);
    const { durationMs } = await rig.metering.only();
    expect(durationMs).toBeGreaterThanOrEqual(50);
    expect(Number.isSafeInteger(durationMs)).toBe(true);
  });
});

describe('a coded body is read from a bounded copy, and passes as it is', () => {
  const rules = [rule('response_json', '/n')];
  const text = `{"filler":"${'abc'.repeat(50_000)}","n":42}`;
  const coded = (coding: string, body: Buffer): Sent => ({
    fields: { 'content-encoding': coding },
    body,
  });

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('%s', async (coding, body) => {
    const rig = await rigThatSends(rules, coded(coding, body));
    const client = clientOf(rig).send(head('GET /x', 'Connection: close'));
    const got = await client.untilClosed();
    expect(got.includes(body.subarray(0, 200).toString('latin1'))).toBe(true);
    expect((await rig.metering.only()).readings).toEqual([{ text: '42' }]);
  });

  it.each([
    ['a coding that nobody knows', 'rot13', Buffer.from(text), 'unreadable'],
    ['two codings', 'gzip, br', gzipSync(text), 'unreadable'],
    ['bytes that are not so coded', 'gzip', Buffer.from(text), 'unreadable'],
    ['too many bytes', 'gzip', Buffer.alloc(CODED_BYTES_MAX + 1), 'too_large'],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(PLAIN_BYTES_MAX + 1, ' ')), 'too_large'],
  ])('%s is a fault, and no more', async (_name, coding, body, fault) => {
    const rig = await rigThatSends(rules, coded(coding, body));
    const client = clientOf(rig).send(head('GET /x', 'Connection: close'));
    const got = await client.untilClosed();
    expect(got).toMatch(/^HTTP\/1.1 200/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', readings: [{ fault }] });
  });

  it('an event stream that is cut off is read as far as it came', async () => {
    const events = 'data: {"n":3}\n\n'.repeat(500) + 'data: {"n":8}\n\n';
    const body = Buffer.concat([gzipSync(events).subarray(0, -8)]);
    const upstream = createServer((_request, response) => {
      const fields = { 'content-encoding': 'gzip', 'content-type': 'text/event-stream' };
      response.writeHead(200, fields).write(body, () => response.destroy());
    });
    await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
    const upstream_url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const metering = [rule('response_sse', '/n')];
    const rig = await rigOf({ routes: () => [routeFact({ upstream_url, metering })] });
    const client = clientOf(rig).send(head('GET /x'));
    await client.untilClosed();
    expect(await rig.metering.only()).toMatchObject({
      outcome: 'upstream_error',
      readings: [{ text: '8' }],
    });
    upstream.close();
  });
});
