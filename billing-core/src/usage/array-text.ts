// The driver writes an array value by value, with types it guesses from the first: measured, that
// was two thirds of the time that this process spends on a batch. See docs/adr on ingest.

/**
 * The places of these texts in sorted order. Rows that go into an index in its own order find
 * their page in the cache: measured, a quarter less time in Postgres a batch.
 */
export function sortedRows(texts: readonly string[]): number[] {
  const places = new Map<string, number[]>();
  texts.forEach((text, at) => {
    const same = places.get(text);
    if (same) same.push(at);
    else places.set(text, [at]);
  });
  return [...places.keys()].toSorted().flatMap((text) => places.get(text) ?? []);
}

const QUOTED = /["\\]/g;
const NEEDS_QUOTING = /["\\]/;

/** The texts at these places as Postgres writes a text[]. */
export function textArray(texts: readonly string[], order: readonly number[]): string {
  const parts = order.map((at) => {
    const text = texts[at] ?? '';
    return NEEDS_QUOTING.test(text) ? text.replace(QUOTED, '\\$&') : text;
  });
  return `{"${parts.join('","')}"}`;
}

/** All of these texts as Postgres writes a text[]. */
export const allTexts = (texts: readonly string[]): string =>
  texts.length === 0 ? '{}' : textArray(texts, [...texts.keys()]);

/** Numbers or flags at these places as Postgres writes an array of them. */
export function plainArray(
  values: readonly (number | boolean)[],
  order: readonly number[],
): string {
  return `{${order.map((at) => values[at]).join(',')}}`;
}
