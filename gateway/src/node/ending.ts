import type { Answer } from '../core/problem.ts';

/** What the client sees once the outcome is recorded. */
export type Ending =
  | { readonly kind: 'whole'; readonly trailers: [string, string][] }
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Part of an answer is out: only a torn connection says that the rest is missing. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'gone' };

export const WHOLE: Ending = { kind: 'whole', trailers: [] };
export const TORN: Ending = { kind: 'torn' };
export const GONE: Ending = { kind: 'gone' };
