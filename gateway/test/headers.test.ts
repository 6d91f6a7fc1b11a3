import { describe, expect, it } from 'vitest';
import { readHead, type RequestHead } from '../src/core/head.ts';
import { type Forwarding, toClient, toUpstream } from '../src/core/headers.ts';
import { readCredential, USUAL_PLACES } from '../src/core/key.ts';
import { KEY } from './rig.ts';

const via = (more: Partial<Forwarding> = {}): Forwarding => ({
  requestId: 'req_1',
  hostField: 'api.test',
  peer: '10.0.0.9',
  peerTrusted: false,
  scheme: 'http',
  httpVersion: '1.1',
  trailers: false,
  contentLength: undefined,
  maxForwards: undefined,
  customerId: 'cus_1',
  keyId: 'key_1',
  keyPlaces: USUAL_PLACES,
  mintTrace: () => ['1'.repeat(32), '2'.repeat(16)],
  ...more,
});

/** Fields by lower-case name; several of one name are joined by `|`. */
function sent(raw: string[], more: Partial<Forwarding> = {}): Record<string, string> {
  const fields: Record<string, string> = {};
  const out = toUpstream(raw, via(more));
  for (let i = 0; i < out.length; i += 2) {
    const name = out[i]!.toLowerCase();
    fields[name] = name in fields ? `${fields[name]}|${out[i + 1]}` : out[i + 1]!;
  }
  return fields;
}

const OURS = {
  'x-tollgate-customer': 'cus_1',
  'x-tollgate-key': 'key_1',
  'x-request-id': 'req_1',
  'x-forwarded-for': '10.0.0.9',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'api.test',
  forwarded: 'for=10.0.0.9;host="api.test";proto=http',
  via: '1.1 tollgate',
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`,
};

describe('to the upstream', () => {
  it('plain fields pass, with duplicates and in order', () => {
    const out = toUpstream(['Accept', 'a', 'X-Two', '1', 'cookie', 'c', 'x-two', '2'], via());
    expect(out.slice(0, 8)).toEqual(['Accept', 'a', 'X-Two', '1', 'cookie', 'c', 'x-two', '2']);
    expect(sent([])).toEqual(OURS);
  });

  it.each([
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Host',
    'Expect',
    'Content-Length',
    'HTTP2-Settings',
    'Connection',
    'X-Tollgate-Customer',
    'x-tollgate-anything',
    'X_Tollgate_Customer',
    'X.Tollgate.Customer',
    'x!tollgate~key',
    'x-tollgate_key',
    'X-Request-ID',
    'X_Request_Id',
    'X-Forwarded-For',
    'X-Forwarded-Port',
    'x_forwarded_for',
    'Forwarded',
    'X-Real-IP',
    'x_real_ip',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Original-Method',
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'X-HTTP-Method',
    'True-Client-IP',
    'CF-Connecting-IP',
    'X_API_KEY',
    'traceparent',
  ])('a client cannot send %s', (name) => {
    expect(sent([name, 'evil'])).toEqual(OURS);
  });

  it('Connection strips what it names, and never ours', () => {
    const names = 'X-Tollgate-Customer, x-request-id, x-forwarded-for, via, X-Mine, close';
    expect(sent(['Connection', names, 'X-Mine', 'a', 'X-Kept', 'b'])).toEqual({
      ...OURS,
      'x-kept': 'b',
    });
  });

  it('several Connection fields all count', () => {
    const raw = ['connection', 'x-a', 'X-A', '1', 'Connection', 'x-b', 'X-B', '2'];
    expect(sent(raw)).toEqual(OURS);
  });

  it('the credential is removed, wherever it stands, and nothing else', () => {
    expect(sent(['authorization', `bearer ${KEY}`])).toEqual(OURS);
    expect(sent(['X-API-Key', KEY, 'AUTHORIZATION', `Bearer ${KEY}`])).toEqual(OURS);
    expect(sent(['X-API-Key', KEY, 'Authorization', 'Basic abc'])).toEqual({
      ...OURS,
      authorization: 'Basic abc',
    });
  });

  it('on a public route the upstream gets its own credentials, and never a key of ours', () => {
    const free = { keyId: undefined };
    expect(sent(['Authorization', 'Bearer theirs'], free).authorization).toBe('Bearer theirs');
    expect(sent(['X-API-Key', 'theirs'], free)['x-api-key']).toBe('theirs');
    expect(sent(['Authorization', `Bearer ${KEY}`], free)).not.toHaveProperty('authorization');
  });

  it('who is forwarded for: a stranger is not believed, a trusted proxy is added to', () => {
    const raw = [
      'X-Forwarded-For',
      '1.2.3.4',
      'x-forwarded-for',
      '5.6.7.8',
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'shop.test',
      'Forwarded',
      'for=1.2.3.4',
    ];
    expect(sent(raw)).toEqual(OURS);
    expect(sent(raw, { peerTrusted: true })).toMatchObject({
      'x-forwarded-for': '1.2.3.4, 5.6.7.8, 10.0.0.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.test',
      forwarded: 'for=1.2.3.4, for=10.0.0.9;host="api.test";proto=http',
    });
    expect(sent([], { peer: '::1' }).forwarded).toMatch(/^for="\[::1\]";/);
  });

  it('a trace goes on when it is valid, else a new one begins', () => {
    const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(sent(['traceparent', parent, 'tracestate', 'x=1', 'tracestate', 'y=2'])).toMatchObject({
      traceparent: parent,
      tracestate: 'x=1,y=2',
    });
    for (const bad of [
      '00',
      parent.toUpperCase(),
      parent.replaceAll('a', '0'),
      `ff${parent.slice(2)}`,
    ]) {
      expect(sent(['traceparent', bad, 'tracestate', 'x=1'])).toEqual(OURS);
    }
    expect(sent(['traceparent', parent, 'traceparent', parent])).toEqual(OURS);
  });

  it('Via grows, the length is ours, TE asks for trailers only', () => {
    expect(sent(['Via', '1.0 a', 'via', '1.1 b'], { httpVersion: '1.0' }).via).toBe(
      '1.0 a, 1.1 b, 1.0 tollgate',
    );
    expect(sent(['Content-Length', '5'], { contentLength: 5 })['content-length']).toBe('5');
    expect(sent(['TE', 'gzip, trailers'], { trailers: true }).te).toBe('trailers');
  });
});

describe('to the client', () => {
  it('hop-by-hop fields go, also nominated ones; the rest stays, ours comes last', () => {
    const raw = [
      'Date',
      'd',
      'Set-Cookie',
      'a',
      'Connection',
      'X-Hop, close',
      'X-Hop',
      '1',
      'set-cookie',
      'b',
      'Keep-Alive',
      't',
      'Trailer',
      'x',
      'Upgrade',
      'h2c',
      'X-Request-Id',
      'theirs',
      'X-Tollgate-Key',
      'x',
      'Content-Length',
      '7',
    ];
    expect(toClient(raw, 200, { fields: ['X-Request-Id', 'ours'] })).toEqual({
      headers: [
        'Date',
        'd',
        'Set-Cookie',
        'a',
        'set-cookie',
        'b',
        'Content-Length',
        '7',
        'X-Request-Id',
        'ours',
      ],
      contentLength: 7,
      eventStream: false,
    });
  });

  it('an upstream cannot strip our fields through Connection', () => {
    const { headers } = toClient(['Connection', 'ratelimit'], 200, { fields: ['RateLimit', 'x'] });
    expect(headers).toEqual(['RateLimit', 'x']);
  });

  it('chunked and 204 announce no length', () => {
    const chunked = ['Transfer-Encoding', 'chunked', 'Content-Length', '7'];
    expect(toClient(chunked, 200, { fields: [] }).headers).toEqual([]);
    expect(toClient(['Content-Length', '0'], 204, { fields: [] }).headers).toEqual([]);
    expect(toClient(['Content-Length', '7'], 304, { fields: [] }).contentLength).toBe(7);
  });
});

describe('the head of a request', () => {
  const read = (raw: string[], version = '1.1') => readHead(raw, version);
  it.each([
    ['no Host', []],
    ['two Hosts', ['Host', 'a', 'host', 'a']],
    ['both framings', ['Host', 'a', 'Content-Length', '1', 'Transfer-Encoding', 'chunked']],
    ['two lengths', ['Host', 'a', 'Content-Length', '1', 'Content-Length', '1']],
    ['signed length', ['Host', 'a', 'Content-Length', '+1']],
    ['coding beside chunked', ['Host', 'a', 'Transfer-Encoding', 'gzip, chunked']],
    ['other coding', ['Host', 'a', 'Transfer-Encoding', 'identity']],
    ['empty coding', ['Host', 'a', 'Transfer-Encoding', '']],
    ['two codings', ['Host', 'a', 'Transfer-Encoding', 'chunked', 'transfer-encoding', 'chunked']],
  ])('%s is refused', (_name, raw) => expect(read(raw)).toBe('invalid_request'));

  it('other versions are refused, and chunked in HTTP/1.0', () => {
    expect(read(['Host', 'a'], '2.0')).toBe('invalid_request');
    expect(read(['Transfer-Encoding', 'chunked'], '1.0')).toBe('invalid_request');
    expect(read([], '1.0')).toMatchObject({ hostField: '', hasBody: false });
  });

  it('too many fields and unknown expectations have their own refusals', () => {
    const many = Array.from({ length: 402 }, (_, i) => (i === 0 ? 'Host' : 'x'));
    expect(read(many)).toBe('headers_too_many');
    expect(read(['Host', 'a', 'Expect', '200-ok'])).toBe('expectation_failed');
    const both = ['Host', 'a', 'Expect', '200-ok', 'Expect', '100-continue'];
    expect(read(both)).toBe('expectation_failed');
    expect(read(['Expect', '100-continue'], '1.0')).toMatchObject({ expectsContinue: false });
  });

  it('is read in any case', () => {
    expect(
      read(['hOsT', 'a:1', 'CONTENT-length', '5', 'UPGRADE', 'WebSocket', 'te', 'trailers']),
    ).toEqual({
      hostField: 'a:1',
      contentLength: 5,
      hasBody: true,
      expectsContinue: false,
      webSocket: false,
      trailers: true,
      maxForwards: undefined,
    });
  });

  it('a WebSocket is asked for by Upgrade and Connection together', () => {
    const asks = (...raw: string[]) => (read(['Host', 'a', ...raw]) as RequestHead).webSocket;
    expect(asks('UPGRADE', 'WebSocket', 'Connection', 'Upgrade')).toBe(true);
    expect(asks('Upgrade', 'h2c, websocket', 'Connection', 'keep-alive, upgrade')).toBe(true);
    expect(asks('Upgrade', 'websocket')).toBe(false);
    expect(asks('Upgrade', 'h2c', 'Connection', 'upgrade')).toBe(false);
  });
});

describe('the credential', () => {
  const other = KEY.replace('live', 'test');
  it.each([
    ['bearer', ['Authorization', `Bearer ${KEY}`], 'key'],
    ['any case', ['aUTHORIZATION', `bEARER  ${KEY}`], 'key'],
    ['x-api-key', ['X-API-Key', KEY], 'key'],
    ['the same twice', ['X-API-Key', KEY, 'Authorization', `Bearer ${KEY}`], 'key'],
    ['beside another scheme', ['X-API-Key', KEY, 'Authorization', 'Basic eDp5'], 'key'],
    ['two different', ['X-API-Key', KEY, 'Authorization', `Bearer ${other}`], 'conflict'],
    ['two different fields of one name', ['X-API-Key', KEY, 'x-api-key', 'x'], 'conflict'],
    ['none', ['Accept', '*/*'], 'missing'],
    ['empty', ['X-API-Key', ' '], 'missing'],
    ['another scheme', ['Authorization', 'Basic eDp5'], 'missing'],
    ['underscore', ['X_API_Key', KEY], 'missing'],
    ['foreign', ['Authorization', 'Bearer eyJhbGciOi'], 'malformed'],
    ['prototype', ['X-API-Key', '__proto__'], 'malformed'],
  ])('%s', (_name, raw, kind) => expect(readCredential(raw, '', USUAL_PLACES).kind).toBe(kind));
});
