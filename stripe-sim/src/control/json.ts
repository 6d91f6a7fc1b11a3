import { invalid } from '../wire/fault.ts';
import type { Raw, RawHash } from '../wire/form.ts';

/** Out: JSON as the readers of parameters take it: what stands in it as text. Throws 400. */
export function rawOfJson(text: string): RawHash {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('The body is no JSON.');
  }
  const raw = rawOf(value);
  if (typeof raw === 'string' || Array.isArray(raw)) throw invalid('The body is no object.');
  return raw;
}

function rawOf(value: unknown): Raw {
  if (Array.isArray(value)) return value.map(rawOf);
  if (typeof value !== 'object' || value === null) return value === null ? '' : String(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rawOf(each)]));
}
