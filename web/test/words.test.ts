import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../../billing-core/src/kit/fault.ts';
import type { Word, Words } from '../src/kit/language.ts';
import { readSentences, sentencesIn, type Sentences } from './sentences.ts';

const SRC = join(import.meta.dirname, '..', 'src');
const wordsOf = (name: string): Words =>
  JSON.parse(readFileSync(join(SRC, 'words', `${name}.json`), 'utf8')) as Words;

const said = sentencesIn(SRC);
const fromApi = Object.values(FAULTS).map(([, title]) => [title, 'the API'] as const);
const all = [...said.plain, ...said.counted, ...fromApi];
const ofAdmin = (at: string): boolean => at.startsWith('admin/');

test('every sentence that people read or hear passes through t() or tn()', () => {
  expect(said.untold).toEqual([]);
  expect(said.plain.size).toBeGreaterThan(1_000);
});

describe.each([
  ['ru', 'ru', (at: string) => !ofAdmin(at)],
  ['ru', 'ru-admin', ofAdmin],
] as const)('the words of %s in %s.json', (language, name, isOurs) => {
  const words = wordsOf(name);
  const ours = all.filter(([, at]) => isOurs(at));

  test('are there for each sentence, and for no other', () => {
    const keys = new Set(Object.keys(words));
    expect(
      ours.filter(([sentence]) => !keys.has(sentence)).map(([one, at]) => `${at} ${one}`),
    ).toEqual([]);
    const known = new Set(ours.map(([sentence]) => sentence));
    expect([...keys].filter((key) => !known.has(key))).toEqual([]);
  });

  test('have the places of their sentences', () => {
    const placesOf = (text: string): string =>
      [...new Set(text.match(/\{\w+\}/g))].toSorted().join(' ');
    const wrong = Object.entries(words).filter(([sentence, word]) =>
      textsOf(word).some((text) => placesOf(text) !== placesOf(sentence)),
    );
    expect(wrong).toEqual([]);
  });

  test('have a form for each rule of the language where they count, and nowhere else', () => {
    const rules = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    for (const [sentence, word] of Object.entries(words)) {
      const forms = typeof word === 'string' ? [] : Object.keys(word).toSorted();
      expect([sentence, forms]).toEqual([sentence, said.counted.has(sentence) ? rules : []]);
    }
  });

  test('say something', () => {
    const empty = Object.entries(words).filter(([, word]) =>
      textsOf(word).some((text) => text.trim() === ''),
    );
    expect(empty).toEqual([]);
  });
});

const textsOf = (word: Word): string[] => (typeof word === 'string' ? [word] : Object.values(word));

describe('what is said past t() is seen', () => {
  const untoldIn = (text: string): string[] => {
    const found: Sentences = { plain: new Map(), counted: new Map(), untold: [] };
    readSentences(found, 'a.tsx', text);
    return found.untold;
  };
  test.each([
    ['a text', 'const a = <p>Hello you</p>;'],
    ['an attribute', 'const a = <Card title="Hello you" />;'],
    ['an attribute with a brace', "const a = <Card title={'Hello you'} />;"],
    ['a name for screen readers', 'const a = <b aria-label="Hello" />;'],
    ['one of two', "const a = <p>{yes ? 'Hello' : t('No')}</p>;"],
    ['a conditional one', "const a = <p>{yes && 'Hello'}</p>;"],
    ['a name passed to t', 'const a = t(name);'],
    ['a text put together', 'const a = t(`Hello ${name}`);'],
    ['counted forms by a name', 'const a = tn(1, forms);'],
  ])('%s', (_, text) => {
    expect(untoldIn(text)).toHaveLength(1);
  });
  test.each([
    ['a sentence', "const a = <p>{t('Hello you')}</p>;"],
    ['a long one', "const a = <p>{t('Hello ' + 'you')}</p>;"],
    ['signs', 'const a = <p> · – / 1,000</p>;'],
    ['what is no text', 'const a = <Card title={name} className="text-ink" />;'],
  ])('but not %s', (_, text) => {
    expect(untoldIn(text)).toEqual([]);
  });
});
