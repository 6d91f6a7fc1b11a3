import { invalid } from './fault.ts';
import type { Reader } from './params.ts';

const KEYS_MAX = 50;
const KEY_MAX = 40;
const VALUE_MAX = 500;

/** What a request says about metadata: null unsets all, an empty value unsets one key. */
export type MetadataChange = Record<string, string> | null;

/** Up to 50 keys of 40 characters with 500 characters. https://docs.stripe.com/api/metadata */
export const metadata: Reader<MetadataChange> = (raw, param) => {
  if (raw === '') return null;
  if (typeof raw === 'string' || Array.isArray(raw)) throw invalid('Invalid object', { param });
  const entries = Object.entries(raw).map(([key, value]) => {
    const name = `${param}[${key}]`;
    if (typeof value !== 'string')
      throw invalid('Metadata values must be strings', { param: name });
    if (key.length > KEY_MAX) {
      throw invalid(`Metadata keys can only be up to ${KEY_MAX} characters`, { param });
    }
    if (value.length > VALUE_MAX) {
      throw invalid(`Metadata values can have up to ${VALUE_MAX} characters`, { param: name });
    }
    return [key, value] as const;
  });
  return Object.fromEntries(entries);
};

/** Out: the metadata after a change: keys that it doesn't name stay. Throws 400 past 50 keys. */
export function merged(
  before: Record<string, string>,
  changed: MetadataChange | undefined,
): Record<string, string> {
  if (changed === null) return {};
  const all = Object.entries({ ...before, ...changed }).filter(([, value]) => value !== '');
  if (all.length > KEYS_MAX) {
    throw invalid(`Metadata can only have up to ${KEYS_MAX} keys`, { param: 'metadata' });
  }
  return Object.fromEntries(all);
}
