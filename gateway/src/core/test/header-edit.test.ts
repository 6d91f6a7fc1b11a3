import { describe, expect, test } from 'vitest';
import { mayName } from '@tollgate/billing-core/contract/header-rule.ts';
import type { HeaderFact } from '@tollgate/billing-core/contract/facts.ts';
import { passesBack, useOf } from '../field-name.ts';
import { headerEdit } from '../header-edit.ts';
import { USUAL_PLACES } from '../key.ts';
import { type Forwarding, toClient, toUpstream } from '../headers.ts';

const via = (rules: HeaderFact[], more: Partial<Forwarding> = {}): Forwarding => ({
  ...{ requestId: 'req_1', hostField: 'api.test', peer: '10.0.0.9', peerTrusted: false },
  ...{ scheme: 'http', httpVersion: '1.1', trailers: false, customerId: 'cus_1', keyId: 'key_1' },
  ...{ contentLength: undefined, maxForwards: undefined, keyPlaces: USUAL_PLACES },
  mintTrace: () => ['1'.repeat(32), '2'.repeat(16)],
  edit: headerEdit(rules),
  ...more,
});
const there = (raw: string[], ...rules: HeaderFact[]): string[] => {
  const out = toUpstream(raw, via(rules));
  return out.slice(0, out.indexOf('Via'));
};
const back = (raw: string[], ...rules: HeaderFact[]): string[] =>
  toClient(raw, 200, { fields: ['X-Request-Id', 'r'], edit: headerEdit(rules) }).headers;

describe('on the way to the upstream', () => {
  test.each<[string, string[], HeaderFact, string[]]>([
    ['set replaces all of that name', ['x-a', '1', 'X-A', '2'], set('X-A', '3'), ['X-A', '3']],
    [
      'set replaces other spellings',
      ['X_A', '1', 'x-b', '2'],
      set('x-a', '3'),
      ['x-b', '2', 'x-a', '3'],
    ],
    [
      'add leaves what is there',
      ['x-a', '1'],
      { op: 'add', name: 'x-a', value: '2' },
      ['x-a', '1', 'x-a', '2'],
    ],
    [
      'remove takes all of that name',
      ['X-A', '1', 'x-a', '2', 'b', '3'],
      { op: 'remove', name: 'x-a' },
      ['b', '3'],
    ],
    [
      'the credential is replaced by a secret',
      ['Authorization', 'Bearer x'],
      set('Authorization', 'Basic s'),
      ['Authorization', 'Basic s'],
    ],
    [
      'a nominated field is set all the same',
      ['Connection', 'x-a', 'x-a', '1'],
      set('x-a', '2'),
      ['x-a', '2'],
    ],
  ])('%s', (_name, raw, rule, fields) => {
    expect(there(raw, rule)).toEqual(fields);
  });

  test('what is authorised for a public route gives way too', () => {
    const edited = toUpstream(
      ['Authorization', 'Bearer theirs'],
      via([set('Authorization', 'Bearer ours')], { keyId: undefined, customerId: undefined }),
    );
    expect(edited.filter((part) => part.startsWith('Bearer'))).toEqual(['Bearer ours']);
  });
});

describe('on the way back', () => {
  test('fields are set, added and removed; ours come last', () => {
    const raw = ['Server', 'x', 'Set-Cookie', 'a', 'Set-Cookie', 'b', 'X-V', '1'];
    const rules: HeaderFact[] = [
      { op: 'remove', name: 'server' },
      { op: 'add', name: 'Set-Cookie', value: 'c' },
      set('x-v', '2'),
    ];
    expect(back(raw, ...rules)).toEqual([
      ...['Set-Cookie', 'a', 'Set-Cookie', 'b', 'Set-Cookie', 'c', 'x-v', '2'],
      ...['X-Request-Id', 'r'],
    ]);
  });
});

test('no rule can name a field that the gateway takes from clients or sets itself', () => {
  const taken = [
    ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
    ...['content-length', 'host', 'via', 'forwarded', 'x-forwarded-for', 'x-forwarded-proto'],
    ...['x-tollgate-customer', 'x-tollgate-key', 'X_Tollgate_Key', 'x-request-id', 'traceparent'],
    ...['tracestate', 'max-forwards', 'proxy-authorization', 'x-real-ip', 'x-original-url'],
    ...['x-http-method-override', 'x-rewrite-url', 'cf-connecting-ip', 'http2-settings'],
  ];
  expect(taken.filter((name) => mayName(name, 'request'))).toEqual([]);
  // And what may be named passes, or is a credential that a rule may replace.
  const named = ['authorization', 'x-api-key', 'cookie', 'accept', 'referer', 'x-anything'];
  expect(named.filter((name) => !mayName(name, 'request'))).toEqual([]);
  expect(named.filter((name) => useOf(name) === 'drop')).toEqual([]);
  const backs = ['connection', 'keep-alive', 'transfer-encoding', 'x-request-id', 'x-tollgate-a'];
  expect(backs.filter((name) => mayName(name, 'response') || passesBack(name))).toEqual([]);
});

function set(name: string, value: string): HeaderFact {
  return { op: 'set', name, value };
}
