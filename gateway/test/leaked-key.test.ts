import { describe, expect, it } from 'vitest';
import { type Forwarding, toUpstream } from '../src/core/headers.ts';
import { type KeyPlaces, USUAL_PLACES } from '../src/core/key.ts';
import { KEY } from './rig.ts';

// A key that got into a field where it does not belong stays here, however it is spelled there.

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
  customerId: undefined,
  keyId: undefined,
  keyPlaces: USUAL_PLACES,
  mintTrace: () => ['1'.repeat(32), '2'.repeat(16)],
  ...more,
});

/** Whether the upstream gets the field. */
function passes(name: string, value: string, keyPlaces: KeyPlaces = USUAL_PLACES): boolean {
  const out = toUpstream([name, value], via({ keyPlaces }));
  return out.some((part, at) => at % 2 === 0 && part === name);
}

const escaped = (text: string): string => text.replaceAll('%', '%25');
const REST = KEY.slice('tg_live_'.length);
const everyByte = Array.from(KEY, (sign) => `%${sign.charCodeAt(0).toString(16)}`).join('');

const SPELLINGS: [string, string][] = [
  ['as it is', KEY],
  ['with an escaped underscore', `tg%5flive_${REST}`],
  ['in capitals of hex', `tg%5Flive%5F${REST}`],
  ['with an escaped letter', `t%67_live_${REST}`],
  ['escaped throughout', everyByte],
  ['escaped twice', escaped(`tg%5flive_${REST}`)],
  ['escaped five times', escaped(escaped(escaped(escaped(`tg%5flive_${REST}`))))],
  ['escaped more often than anybody means to', `%${'25'.repeat(9)}5f`],
  ['with an escape in the escape', `tg%%35flive_${REST}`],
  ['of the other mode', `tg%5ftest_${REST}`],
  ['beside broken escapes', `100%&x=%zz&k=tg%5flive_${REST}&%`],
];

describe('in a Referer', () => {
  it.each(SPELLINGS)('%s', (_name, text) => {
    expect(passes('Referer', `https://a.test/?k=${text}`)).toBe(false);
    expect(passes('referer', text)).toBe(false);
  });

  it.each([
    'https://a.test/',
    'https://a.test/?q=100%25&r=%7Bx%7D',
    'https://a.test/?q=tg_lively&r=tg%2Dlive_',
    'https://a.test/%zz%',
    '%',
    '',
    `https://a.test/?q=${'%25'.repeat(4_000)}`,
  ])('what is no key passes: %s', (referer) => {
    expect(passes('Referer', referer)).toBe(true);
  });
});

describe('on a public route', () => {
  it.each(SPELLINGS)('in fields for keys, %s', (_name, text) => {
    expect(passes('X-API-Key', text)).toBe(false);
    expect(passes('Authorization', `Bearer ${text}`)).toBe(false);
    expect(passes('X-Token', text, { ...USUAL_PLACES, header: 'x-token' })).toBe(false);
  });

  it.each([
    ['as the user', `${KEY}:`],
    ['as the password', `user:${KEY}`],
  ])('in the scheme Basic, %s', (_name, pair) => {
    const coded = Buffer.from(pair).toString('base64');
    expect(passes('Authorization', `Basic ${coded}`)).toBe(false);
    expect(passes('Authorization', `basic  ${coded} `)).toBe(false);
  });

  it.each(['Basic dXNlcjpwYXNz', 'Basic !!', 'Basic a', 'Basic', 'Bearer theirs', 'Digest x="%"'])(
    'what is the upstream’s passes: %s',
    (value) => expect(passes('Authorization', value)).toBe(true),
  );
});

const TOKEN = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.eyJzdWIiOiIxIn0.c2ln`;

describe('a token in a Referer', () => {
  const at = (tokens: KeyPlaces['tokens']) => ({ ...USUAL_PLACES, tokens });

  it.each([
    ['as it is', TOKEN],
    ['with escaped dots', TOKEN.replaceAll('.', '%2E')],
    ['escaped twice', TOKEN.replaceAll('.', '%252e')],
  ])('stays here where it is for the gateway: %s', (_name, text) => {
    expect(passes('Referer', `https://a.test/?t=${text}`, at('taken'))).toBe(false);
  });

  it('passes where the upstream gets it too, and where none is taken', () => {
    expect(passes('Referer', `https://a.test/?t=${TOKEN}`, at('forwarded'))).toBe(true);
    expect(passes('Referer', `https://a.test/?t=${TOKEN}`, at('none'))).toBe(true);
  });

  it.each(['https://eye.example.com/', 'https://eyeglasses.shop.test/a.b.c'])(
    'what only looks a little like one passes: %s',
    (referer) => expect(passes('Referer', referer, at('taken'))).toBe(true),
  );
});
