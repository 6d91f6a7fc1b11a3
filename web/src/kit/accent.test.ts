import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, GROUNDS, shadesOf } from './accent.ts';

const colour = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((parts) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`);

test('of any colour there is a shade that can be read, in both themes', () => {
  fc.assert(
    fc.property(colour, (hex) => {
      for (const theme of ['light', 'dark'] as const) {
        const { accent, ink, soft } = shadesOf(hex)[theme];
        const worst = [ink, soft, GROUNDS[theme]].map((other) => contrast(accent, other));
        expect(Math.min(...worst), `${hex} ${theme}`).toBeGreaterThanOrEqual(4.5);
      }
    }),
    { examples: [['#ffffff'], ['#000000'], ['#ffff00'], ['#0000ff'], ['#00ff00'], ['#808080']] },
  );
});

test.each([
  ['#000000', '#ffffff', 21],
  ['#777777', '#ffffff', 4.48],
  ['#3451b2', '#3451b2', 1],
])('%s on %s has the contrast that WCAG says', (one, other, ratio) => {
  expect(contrast(one, other)).toBeCloseTo(ratio, 2);
});

test('a colour that can be read already stays as it is', () => {
  expect(shadesOf('#3451b2').light.accent).toBe('#3451b2');
});
