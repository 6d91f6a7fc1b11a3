import { describe, expect, test } from 'vitest';
import { typeset } from '../../src/documents/typeset.ts';

/** Each sign is 1 wide: a line holds as many as its width says. */
const set = (text: string, width: number) =>
  typeset(text, { font: 'plain', width, widthOf: (run) => [...run.text].length });
const said = (text: string, width: number) =>
  set(text, width).map(({ runs }) => runs.map((run) => run.text).join(''));

describe('a text', () => {
  test.each([
    ['one two three', 8, ['one two', 'three']],
    ['', 8, ['']],
    ['a-very-long-name', 8, ['a-very-', 'long-', 'name']],
    ['abcdefghijklmnop', 5, ['abcde', 'fghij', 'klmno', 'p']],
    ['see abcdefghij', 5, ['see', 'abcde', 'fghij']],
    ['漢字仮名交じり文', 3, ['漢字仮', '名交じ', 'り文']],
    ['a\u0000b\u202ec\u200bd', 9, ['abcd']],
    ['a\tb\nc', 9, ['a b c']],
  ])('%j is set in %i as %j', (text, width, lines) => {
    expect(said(text, width)).toEqual(lines);
  });

  test('that no line holds is cut, and no line is wider than it may be', () => {
    for (const text of ['x'.repeat(3_000), `${'לורם איפסום '.repeat(40)}`, '漢'.repeat(500)]) {
      for (const { width } of set(text, 17)) expect(width).toBeLessThanOrEqual(17);
    }
  });

  test('from right to left stands so, with numbers and Latin words as they are read', () => {
    const [line] = set('שלום 42 ABC', 40);
    expect(line?.isRtl).toBe(true);
    // Words are in the order of the page; fonts turn the letters of Hebrew ones.
    expect(line?.runs.map(({ text }) => text).join('|')).toMatch(/^ABC.*42.*שלום$/);
  });

  test('has brackets that embrace what they did, from either side', () => {
    const [line] = set('(שלום)', 40);
    // As the font is given it: it turns the word around, brackets are turned here.
    expect(line?.runs.map(({ text }) => text)).toEqual([')שלום(']);
    expect(set('!', 40)[0]?.runs).toEqual([{ text: '!', font: 'plain' }]);
  });

  test('is in the font that has it; what none has is shown to be missing', () => {
    const [line] = set('Ж漢👍\u{10ffff}', 40);
    expect(line?.runs).toEqual([
      { text: 'Ж', font: 'plain' },
      { text: '漢👍', font: 'every' },
      { text: '\ufffd', font: 'plain' },
    ]);
  });
});
