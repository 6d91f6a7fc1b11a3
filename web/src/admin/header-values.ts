import type { Route } from '@tollgate/billing-core/contract/route.ts';

type RequestRule = Route['request_headers'][number];
type ResponseRule = Route['response_headers'][number];

/** A header rule as the form holds it. */
export interface HeaderValues {
  op: RequestRule['op'];
  name: string;
  /** What is written: a text, or a secret behind a prefix. */
  from: 'text' | 'secret';
  value: string;
  secret: string;
  prefix: string;
}

export const FIRST_HEADER: HeaderValues = {
  op: 'set',
  name: '',
  from: 'text',
  value: '',
  secret: '',
  prefix: '',
};

/** @returns a rule of the API as form values. */
export function toHeaderValues(rule: RequestRule | ResponseRule): HeaderValues {
  const secret = 'secret' in rule ? rule.secret : undefined;
  return {
    op: rule.op,
    name: rule.name,
    from: secret === undefined ? 'text' : 'secret',
    value: rule.value ?? '',
    secret: secret ?? '',
    prefix: ('prefix' in rule ? rule.prefix : undefined) ?? '',
  };
}

/** @returns what the API takes of a rule. */
export function toHeaderBody(values: HeaderValues): Record<string, unknown> {
  const { op, value, secret, prefix } = values;
  const name = values.name.trim();
  if (op === 'remove') return { op, name };
  if (values.from === 'text') return { op, name, value: value.trim() };
  return { op, name, secret, ...(prefix !== '' && { prefix }) };
}
