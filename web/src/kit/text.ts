import { language, locale, wordOf } from './language.ts';

/**
 * Every visible sentence passes through here with its English text as its key, so that another
 * language is a dictionary (`src/words`) and not an edit of every page.
 */
type Values = Readonly<Record<string, string | number>>;

const plurals = new Intl.PluralRules(language);
const counts = new Intl.NumberFormat(locale);

/** @returns the sentence in the page's language with its `{name}` places filled in. */
export function t(sentence: string, values?: Values): string {
  const word = wordOf(sentence);
  return filled(typeof word === 'string' ? word : sentence, values);
}

/** @returns the form that fits `count`; `{count}` in it is the number as people write it. */
export function tn(count: number, forms: { one: string; other: string }, values?: Values): string {
  const rule = plurals.select(count);
  const word = wordOf(forms.other);
  const own = rule === 'one' ? forms.one : forms.other;
  const form = typeof word === 'object' ? (word[rule] ?? word.other ?? own) : own;
  return filled(form, { ...values, count: counts.format(count) });
}

/** @returns what the API said in English: in the page's language where that is known. */
export function told(text: string): string {
  const word = wordOf(text);
  return typeof word === 'string' ? word : text;
}

function filled(sentence: string, values?: Values): string {
  if (values === undefined) return sentence;
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
