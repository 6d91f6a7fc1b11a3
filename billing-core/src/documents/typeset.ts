import bidiFactory from 'bidi-js';
import { has, type FontName } from './fonts.ts';

/** Pure, but for widths: lines of a text that fit, each as runs in their order on the page. */

/** One font and one direction; what is drawn, from left to right. */
export type Run = { text: string; font: FontName };
export type Line = { runs: Run[]; width: number; isRtl: boolean };
/** In points. */
export type WidthOf = (run: Run) => number;

const bidi = bidiFactory();
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** What no page shows, and what would turn the rest of a text around. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** Between these one may break anywhere. */
const IDEOGRAPH = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const BREAKS_AFTER = /[\s\-–—/,;:.@_]$/u;
const RTL =
  /\p{Script=Hebrew}|\p{Script=Arabic}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}/u;
const REPLACEMENT = '\ufffd';

const cleaned = (text: string): string =>
  text.toWellFormed().replaceAll(/\s/gu, ' ').replaceAll(UNSEEN, '');

/** The first font that has it; a sign that none has is shown to be missing. */
function fitted(grapheme: string, wanted: FontName): Run {
  if (has(wanted, grapheme)) return { text: grapheme, font: wanted };
  return has('every', grapheme)
    ? { text: grapheme, font: 'every' }
    : { text: REPLACEMENT, font: wanted };
}

/** Pieces that stay on one line: up to a space or a hyphen, or one ideograph. */
function pieces(text: string): string[] {
  const all: string[] = [];
  let piece = '';
  let was = '';
  for (const { segment } of graphemes.segment(text)) {
    const mayBreak =
      piece !== '' &&
      segment !== ' ' &&
      (BREAKS_AFTER.test(was) || IDEOGRAPH.test(segment) || IDEOGRAPH.test(was));
    if (mayBreak) {
      all.push(piece);
      piece = '';
    }
    piece += segment;
    was = segment;
  }
  return piece === '' ? all : [...all, piece];
}

/** Neighbours in one font as one run. */
function joined(runs: readonly Run[]): Run[] {
  const all: Run[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    if (last !== undefined && last.font === run.font) last.text += run.text;
    else all.push({ ...run });
  }
  return all;
}

const inFonts = (text: string, font: FontName): Run[] =>
  joined([...graphemes.segment(text)].map(({ segment }) => fitted(segment, font)));

type Stretch = { text: string; isRtl: boolean };

/** Stretches of one direction in the order of reading, then turned into that of the page. */
function stretches(text: string): { all: Stretch[]; isRtl: boolean } {
  const { levels, paragraphs } = bidi.getEmbeddingLevels(text);
  const isRtl = ((paragraphs[0]?.level ?? 0) & 1) === 1;
  const order = bidi.getReorderedIndices(text, { levels, paragraphs });
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  const all: Stretch[] = [];
  let last: { level: number; at: number } | undefined;
  for (const at of order) {
    const level = levels[at] ?? 0;
    const sign = mirrored.get(at) ?? text.charAt(at);
    const isOdd = (level & 1) === 1;
    const stretch = all.at(-1);
    const follows = last !== undefined && last.level === level && last.at + (isOdd ? -1 : 1) === at;
    // A font that writes from right to left is given the text as one reads it.
    if (stretch !== undefined && follows) {
      stretch.text = isOdd ? sign + stretch.text : stretch.text + sign;
    } else all.push({ text: sign, isRtl: isOdd });
    last = { level, at };
  }
  return { all, isRtl };
}

/** Runs of a stretch, as they stand on the page. Fonts turn right-to-left words themselves. */
function runsOf({ text, isRtl }: Stretch, font: FontName): Run[] {
  if (!isRtl) return inFonts(text, font);
  const words = text.split(/( )/u).filter((word) => word !== '');
  return words.toReversed().flatMap((word) => {
    const runs = inFonts(word, font).toReversed();
    if (RTL.test(word)) return runs;
    // Signs without a direction of their own, which a font would leave as they are.
    const turned = (part: string): string =>
      [...graphemes.segment(part)]
        .map(({ segment }) => segment)
        .toReversed()
        .join('');
    return runs.map((run) => ({ ...run, text: turned(run.text) }));
  });
}

export type Setting = { font: FontName; width: number; widthOf: WidthOf };

function lineOf(text: string, { font, widthOf }: Setting): Line {
  const { all, isRtl } = stretches(text.trimEnd());
  const runs = all.flatMap((stretch) => runsOf(stretch, font));
  return { runs, width: runs.reduce((sum, run) => sum + widthOf(run), 0), isRtl };
}

const measured = (text: string, { font, widthOf }: Setting): number =>
  inFonts(text, font).reduce((sum, run) => sum + widthOf(run), 0);

/** A piece that is wider than a line, cut where it has to be. */
function cut(piece: string, setting: Setting): string[] {
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of graphemes.segment(piece)) {
    const width = measured(segment, setting);
    if (part !== '' && used + width > setting.width) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += segment;
    used += width;
  }
  return [...parts, part];
}

/** The lines of a text within a width; there is at least one. Each piece is measured once. */
export function typeset(text: string, setting: Setting): Line[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const piece of pieces(cleaned(text).trim())) {
    const width = measured(piece.trimEnd(), setting);
    if (line !== '' && used + width > setting.width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    const parts = width <= setting.width ? [piece] : cut(piece, setting);
    lines.push(...parts.slice(0, -1));
    line += parts.at(-1) ?? '';
    used += measured(parts.at(-1) ?? '', setting);
  }
  return [...lines, line].map((one) => lineOf(one, setting));
}
