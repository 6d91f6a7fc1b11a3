import type { ReferencedOperation } from '@tollgate/billing-core/contract/api-document.ts';
import { t } from '../kit/text.ts';

/** What is typed for one operation: parameters by place and name, and a body. */
export interface ConsoleValues {
  parameters: Readonly<Record<string, string>>;
  body: string;
}

type Parameter = ReferencedOperation['parameters'][number];

/** @returns by what a parameter's value is kept: two places may have one name. */
export const parameterKey = ({ in: place, name }: Pick<Parameter, 'in' | 'name'>): string =>
  `${place} ${name}`;

export interface ConsoleRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export type Built = { request: ConsoleRequest } | { problem: string };

/** Dots are no name of a place: a browser would walk up the path with them. */
const isDots = (value: string): boolean => value === '.' || value === '..';

/**
 * @returns the request, to the gateway's origin and nowhere else, or what is missing.
 * @param key the customer's own; empty: none is sent.
 */
export function requestFor(
  operation: ReferencedOperation,
  values: ConsoleValues,
  { key, gatewayUrl }: { key: string; gatewayUrl: string },
): Built {
  const { method, parameters, body: described } = operation;
  const of = (parameter: Parameter): string => values.parameters[parameterKey(parameter)] ?? '';
  const missing = parameters.find((one) => one.required && of(one).trim() === '');
  if (missing) return { problem: t('{name} is missing', { name: missing.name }) };
  const climbing = parameters.find((one) => one.in === 'path' && isDots(of(one).trim()));
  if (climbing) return { problem: t('{name} can’t be dots alone', { name: climbing.name }) };
  const given = parameters.filter((one) => of(one) !== '');
  const path = given
    .filter((one) => one.in === 'path')
    .reduce(
      (text, one) => text.replaceAll(`{${one.name}}`, () => encodeURIComponent(of(one).trim())),
      operation.url,
    );
  if (!URL.canParse(path)) return { problem: t('The address can’t be read') };
  const url = new URL(path);
  if (url.origin !== new URL(gatewayUrl).origin) {
    return { problem: t('It is not at the gateway’s address: no key is sent there.') };
  }
  for (const one of given.filter((each) => each.in === 'query')) {
    url.searchParams.append(one.name, of(one));
  }
  const headers: Record<string, string> = {};
  for (const one of given.filter((each) => each.in === 'header')) headers[one.name] = of(one);
  if (key !== '') headers['Authorization'] = `Bearer ${key}`;
  const sends = described !== null && method !== 'GET' && method !== 'HEAD' && values.body !== '';
  if (sends) headers['Content-Type'] = described.content_type;
  const body = sends ? values.body : undefined;
  return { request: { method, url: url.href, headers, body } };
}

/** A single quote can't stand inside single quotes: close, escape, reopen. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** @returns the same for a shell; the key comes from the environment. */
export function shellOf({ method, url, headers, body }: ConsoleRequest): string {
  const lines = [`curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    const isKey = name === 'Authorization';
    lines.push(
      isKey ? '-H "Authorization: Bearer $TOLLGATE_KEY"' : `-H ${quoted(`${name}: ${value}`)}`,
    );
  }
  if (body !== undefined) lines.push(`-d ${quoted(body)}`);
  return lines.join(' \\\n  ');
}
