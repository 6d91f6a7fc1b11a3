/**
 * Every visible sentence passes through here with its English text as its key, so that a
 * second language is a dictionary and not an edit of every page.
 */
type Values = Readonly<Record<string, string | number>>;

const plurals = new Intl.PluralRules('en');

/** @returns the sentence with its `{name}` places filled in. */
export function t(sentence: string, values?: Values): string {
  if (values === undefined) return sentence;
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** @returns the form that fits `count`; `{count}` in it is the plain number. */
export function tn(count: number, forms: { one: string; other: string }): string {
  const form = plurals.select(count) === 'one' ? forms.one : forms.other;
  return t(form, { count: formatCount(count) });
}

function formatCount(count: number): string {
  return new Intl.NumberFormat('en-US').format(count);
}
