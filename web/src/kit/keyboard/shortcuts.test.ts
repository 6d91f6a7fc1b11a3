import { expect, test } from 'vitest';
import { keyReader, type Press } from './shortcuts.ts';

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  code: `Key${key.toUpperCase()}`,
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  timeStamp: 0,
  ...more,
});

test.each([
  ['⌘K', press('k', { metaKey: true }), true, 'palette'],
  ['Ctrl K', press('k', { ctrlKey: true }), true, 'palette'],
  ['Ctrl K with single keys off', press('k', { ctrlKey: true }), false, 'palette'],
  ['Ctrl K where Cyrillic is typed', press('л', { code: 'KeyK', ctrlKey: true }), true, 'palette'],
  ['Ctrl Shift K, a browser’s own', press('K', { ctrlKey: true, shiftKey: true }), true, undefined],
  ['Ctrl Alt K', press('k', { ctrlKey: true, altKey: true }), true, undefined],
  ['?', press('?', { shiftKey: true }), true, 'shortcuts'],
  ['? with single keys off', press('?', { shiftKey: true }), false, undefined],
  ['Ctrl ?', press('?', { ctrlKey: true }), true, undefined],
  ['a letter', press('u'), true, undefined],
])('%s', (_, pressed, single, meaning) => {
  expect(keyReader()(pressed, single)).toEqual(meaning);
});

test.each([
  ['g u', [press('g'), press('u')], { jump: 'u' }],
  ['g g', [press('g'), press('g')], { jump: 'g' }],
  [
    'g u where Cyrillic is typed',
    [press('п', { code: 'KeyG' }), press('г', { code: 'KeyU' })],
    { jump: 'u' },
  ],
  ['g, long after it u', [press('g'), press('u', { timeStamp: 1_600 })], undefined],
  ['g, then Ctrl u', [press('g'), press('u', { ctrlKey: true })], undefined],
  ['g, x, then u', [press('g'), press('x'), press('u')], undefined],
  ['g, then an arrow, then u', [press('g'), press('Up'), press('u')], undefined],
])('%s', (_, presses, meaning) => {
  const read = keyReader();
  expect(presses.map((one) => read(one, true)).at(-1)).toEqual(meaning);
});

test('a jump begun in a place without keys of its own does not end in a field', () => {
  const read = keyReader();
  read(press('g'), true);
  expect(read(press('u'), false)).toBeUndefined();
});
