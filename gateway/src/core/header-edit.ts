import type { HeaderFact } from '@tollgate/billing-core/contract/facts.ts';
import type { RawHeaders } from './headers.ts';

/** What a route writes into a field list, and what it takes out first. */
export type HeaderEdit = {
  /** Names in lower case, with hyphens. */
  readonly drops: ReadonlySet<string>;
  readonly adds: RawHeaders;
};

// Servers that turn fields into variables (CGI, WSGI) read `_` and `-` alike: a client must not
// send beside `X-Role`, which the route sets, an `X_Role` of its own.
const spelled = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/** The rules made ready; undefined when there are none. */
export function headerEdit(rules: readonly HeaderFact[] | undefined): HeaderEdit | undefined {
  if (!rules?.length) return undefined;
  const drops = rules.filter(({ op }) => op !== 'add').map(({ name }) => spelled(name));
  const adds = rules.flatMap(({ name, value }) => (value === undefined ? [] : [name, value]));
  return { drops: new Set(drops), adds };
}

/** The same fields, edited. */
export function edited(fields: RawHeaders, { drops, adds }: HeaderEdit): RawHeaders {
  const kept: RawHeaders = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!drops.has(spelled(name))) kept.push(name, fields[i + 1] ?? '');
  }
  for (const part of adds) kept.push(part);
  return kept;
}
