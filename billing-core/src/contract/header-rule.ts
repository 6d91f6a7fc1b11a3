import { z } from 'zod';
import { secretName } from './secret.ts';

/** Header fields that a route adds, sets or removes on the way there and on the way back. */

export const HEADER_RULES_MAX = 30;
const VALUE_CHARS_MAX = 4_000;
const PREFIX_CHARS_MAX = 100;

// RFC 9110: the characters of a field's name.
export const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,100}$/;
// RFC 9110: a field's value, without what no client of ours could send by accident.
export const FIELD_VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

// What belongs to one connection, frames the message, or is the gateway's to say.
const OF_THE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'http2-settings',
  'x-request-id',
];
const REQUEST_RESERVED = new Set([
  ...OF_THE_CONNECTION,
  'host',
  'expect',
  'via',
  'forwarded',
  'max-forwards',
  'traceparent',
  'tracestate',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-cluster-client-ip',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-rewrite-url',
]);
const RESPONSE_RESERVED = new Set([
  ...OF_THE_CONNECTION,
  'content-encoding',
  'ratelimit',
  'ratelimit-policy',
]);
const RESERVED_PREFIX = /^x-(?:tollgate|original|forwarded)-/;

/** Whether a rule for requests, or for responses, may name this field. */
export function mayName(name: string, direction: 'request' | 'response'): boolean {
  // Servers that turn fields into variables read `_` and `-` alike.
  const lower = name.toLowerCase().replaceAll('_', '-');
  const reserved = direction === 'request' ? REQUEST_RESERVED : RESPONSE_RESERVED;
  return !reserved.has(lower) && !RESERVED_PREFIX.test(lower);
}

const name = (direction: 'request' | 'response') =>
  z
    .string()
    .regex(FIELD_NAME, 'is not the name of a header')
    .refine((value) => mayName(value, direction), 'is a header that the gateway sets itself');

const value = () =>
  z.string().max(VALUE_CHARS_MAX).regex(FIELD_VALUE, 'is not the value of a header');

const isOnce = (rules: readonly { op: string; name: string }[]): boolean => {
  const names = rules.filter(({ op }) => op !== 'add').map((rule) => rule.name.toLowerCase());
  return new Set(names).size === names.length;
};

const prefix = () =>
  z
    .string()
    .max(PREFIX_CHARS_MAX)
    .regex(/^[\x21-\x7e][\x20-\x7e]*$/, 'is not the begin of a header');

const op = () => z.enum(['set', 'add', 'remove']);

const requestRule = () =>
  z
    .strictObject({
      op: op(),
      name: name('request'),
      value: value().optional(),
      /** Name of a secret; its text, which follows `prefix`, is in no answer. */
      secret: secretName().optional(),
      prefix: prefix().optional(),
    })
    .superRefine((rule, { addIssue }) => {
      const refuse = (path: string, message: string) =>
        addIssue({ code: 'custom', path: [path], message });
      const texts = [rule.value, rule.secret].filter((text) => text !== undefined).length;
      if (rule.op === 'remove' && texts > 0) refuse('value', 'is not removed with a value');
      if (rule.op !== 'remove' && texts !== 1)
        refuse('value', 'or a secret is wanted, one of them');
      if (rule.prefix !== undefined && !rule.secret) refuse('prefix', 'has no secret behind it');
    });

const responseRule = () =>
  z
    .strictObject({ op: op(), name: name('response'), value: value().optional() })
    .superRefine((rule, { addIssue }) => {
      if ((rule.op === 'remove') === (rule.value === undefined)) return;
      const message = rule.op === 'remove' ? 'is not removed with a value' : 'is missing';
      addIssue({ code: 'custom', path: ['value'], message });
    });

export const requestHeaderRules = () =>
  z.array(requestRule()).max(HEADER_RULES_MAX).refine(isOnce, 'sets or removes a header twice');

export const responseHeaderRules = () =>
  z.array(responseRule()).max(HEADER_RULES_MAX).refine(isOnce, 'sets or removes a header twice');

export type RequestHeaderRule = z.infer<ReturnType<typeof requestHeaderRules>>[number];
export type ResponseHeaderRule = z.infer<ReturnType<typeof responseHeaderRules>>[number];
