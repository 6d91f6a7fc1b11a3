import { preference } from './preference.ts';

/** A sentence in another language, or its forms by Intl.PluralRules where it counts something. */
export type Word = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;
/** By the English sentence. */
export type Words = Readonly<Record<string, Word>>;

export type Language = 'en' | 'ru';
/** What the admin side alone says is not loaded for customers. */
export type Part = 'portal' | 'admin';

/** Each by its own name, so that those who can't read the page find theirs. */
export const LANGUAGES: readonly { value: Language; label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'ru', label: 'Русский' },
];

const LOCALES: Record<Language, string> = { en: 'en-US', ru: 'ru-RU' };

const LOADERS: Record<Exclude<Language, 'en'>, Record<Part, () => Promise<{ default: Words }>>> = {
  ru: {
    portal: () => import('../words/ru.json'),
    admin: () => import('../words/ru-admin.json'),
  },
};

const choice = preference('language', ['browser', 'en', 'ru'], 'browser');

/** The language of the page. It does not change while the page stands: sentences are made of it. */
export const language: Language = wished();
export const locale = LOCALES[language];

let words: Words = {};

function wished(): Language {
  if (typeof document === 'undefined') return 'en';
  const chosen = choice.get();
  if (chosen !== 'browser') return chosen;
  const theirs = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return theirs.find((one) => one === 'en' || one === 'ru') ?? 'en';
}

/** Turns the page into another language, and those that are opened later. */
export function setLanguage(wanted: Language): void {
  choice.set(wanted);
  location.reload();
}

/** @returns the sentence in the page's language, if it is known there. */
export function wordOf(sentence: string): Word | undefined {
  return words[sentence];
}

/** Loads what a part of the portal says. Without its words it is in English, not away. */
export async function loadWords(part: Part): Promise<void> {
  if (language === 'en') return;
  const loaded = await LOADERS[language][part]().catch(() => undefined);
  words = { ...words, ...loaded?.default };
}

if (typeof document !== 'undefined') document.documentElement.lang = language;
// Files that import this one wait here: sentences are made also while they are read.
await loadWords('portal');
