import PDFDocument from 'pdfkit';
import { fontFile, type FontName } from './fonts.ts';
import type { DocumentText, LineRow, Row, TaxRow } from './layout.ts';
import { pdfPicture } from './picture.ts';
import { typeset, type Line, type Run } from './typeset.ts';

/** A document as PDF, of A4 pages; the same text is the same bytes. Measures are in points. */

const PAGE = { width: 595.28, height: 841.89, margin: 50 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
const BOTTOM = PAGE.height - PAGE.margin - 20;
const LEADING = 1.4;
const GAP = 12;
const PARTY_WIDTH = 300;
const INK = '#16181d';
const SOFT = '#565c69';
const RULE = '#c9cdd6';
const SIZE = { title: 18, text: 9.5, small: 8 };
/** The most room that a logo takes. */
const LOGO = { width: 150, height: 44 };
const FONTS: readonly FontName[] = ['plain', 'bold', 'every'];

type Style = { size: number; font?: FontName; ink?: string };
type Place = { x: number; width: number; align?: 'left' | 'right' };
type Column = { name: string; x: number; width: number; align: 'left' | 'right' };

/** A sheet that grows by pages: what is written stands below what was. */
class Sheet {
  readonly doc: PDFDocument;
  y = PAGE.margin;
  readonly #onPage: () => void;
  readonly #widths = new Map<string, number>();

  constructor(text: DocumentText, onPage: () => void) {
    const at = new Date(text.at);
    this.#onPage = onPage;
    this.doc = new PDFDocument({
      size: [PAGE.width, PAGE.height],
      margin: 0,
      bufferPages: true,
      autoFirstPage: true,
      font: fontFile('plain'),
      info: {
        Title: `${text.title} ${text.number}`,
        Author: text.seller[0] ?? '',
        Creator: 'Tollgate',
        Producer: 'Tollgate',
        CreationDate: at,
        ModDate: at,
      },
    });
    for (const name of FONTS) this.doc.registerFont(name, fontFile(name));
  }

  lines(text: string, { size, font = 'plain' }: Style, width: number): Line[] {
    const widthOf = ({ text: part, font: of }: Run): number => {
      const key = `${of} ${size} ${part}`;
      const known = this.#widths.get(key);
      if (known !== undefined) return known;
      const made = this.doc.font(of).fontSize(size).widthOfString(part);
      this.#widths.set(key, made);
      return made;
    };
    return typeset(text, { font, width, widthOf });
  }

  /** Room for so much, on a new page where there is none. */
  need(height: number): void {
    if (this.y + height <= BOTTOM) return;
    this.doc.addPage();
    this.y = PAGE.margin;
    this.#onPage();
  }

  /** Draws one line with its top there. */
  draw(line: Line, { size, ink = INK }: Style, { x, width, align = 'left' }: Place): void {
    const toRight = align === 'right' || line.isRtl;
    let at = toRight ? x + width - line.width : x;
    const baseline = this.y + size;
    for (const run of line.runs) {
      this.doc.font(run.font).fontSize(size).fillColor(ink);
      this.doc.text(run.text, at, baseline, { lineBreak: false, baseline: 'alphabetic' });
      at += this.doc.widthOfString(run.text);
    }
  }

  /** Writes a text, line by line, and goes on below. */
  write(text: string, style: Style, place: Place): void {
    for (const line of this.lines(text, style, place.width)) {
      this.need(style.size * LEADING);
      this.draw(line, style, place);
      this.y += style.size * LEADING;
    }
  }

  /** Draws a picture into the upper right corner of the page. @returns its height. */
  picture(bytes: Buffer): number {
    const { margin } = PAGE;
    const { width, height } = LOGO;
    const image = this.doc.openImage(bytes);
    const scale = Math.min(width / image.width, height / image.height);
    const [wide, high] = [image.width * scale, image.height * scale];
    this.doc.image(image, margin + WIDTH - wide, margin, { width: wide, height: high });
    return high;
  }

  rule(): void {
    const { margin } = PAGE;
    this.doc.moveTo(margin, this.y).lineTo(margin + WIDTH, this.y);
    this.doc.lineWidth(0.6).strokeColor(RULE).stroke();
    this.y += 5;
  }
}

const left: Place = { x: PAGE.margin, width: WIDTH };
const plain: Style = { size: SIZE.text };
const soft: Style = { size: SIZE.small, ink: SOFT };
const strong: Style = { size: SIZE.text, font: 'bold' };

/** Texts beside one another, as high as the highest; each line on the page where it fits. */
function beside(sheet: Sheet, cells: readonly { text: string; style: Style; place: Place }[]) {
  const set = cells.map((cell) => ({
    ...cell,
    lines: sheet.lines(cell.text, cell.style, cell.place.width),
  }));
  const count = Math.max(...set.map(({ lines }) => lines.length));
  const size = Math.max(...set.map(({ style }) => style.size));
  for (let i = 0; i < count; i++) {
    sheet.need(size * LEADING);
    for (const { lines, style, place } of set) {
      const line = lines[i];
      if (line !== undefined) sheet.draw(line, style, place);
    }
    sheet.y += size * LEADING;
  }
}

function party(sheet: Sheet, label: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  sheet.write(label, soft, left);
  const place = { ...left, width: PARTY_WIDTH };
  lines.forEach((line, at) => sheet.write(line, at === 0 ? strong : plain, place));
  sheet.y += GAP;
}

function facts(sheet: Sheet, rows: readonly Row[]): void {
  for (const { name, value } of rows) {
    beside(sheet, [
      { text: name, style: { ...plain, ink: SOFT }, place: { x: PAGE.margin, width: 110 } },
      { text: value, style: plain, place: { x: PAGE.margin + 120, width: WIDTH - 120 } },
    ]);
  }
  sheet.y += GAP;
}

const LINE_COLUMNS: readonly Column[] = [
  { name: 'Description', x: 0, width: 260, align: 'left' },
  { name: 'Quantity', x: 270, width: 85, align: 'right' },
  { name: 'Amount', x: 365, width: WIDTH - 365, align: 'right' },
];
const TAX_COLUMNS: readonly Column[] = [
  { name: 'Tax', x: 0, width: 160, align: 'left' },
  { name: 'Rate', x: 170, width: 100, align: 'right' },
  { name: 'Of', x: 280, width: 105, align: 'right' },
  { name: 'Amount', x: 395, width: WIDTH - 395, align: 'right' },
];
const placeOf = ({ x, width, align }: Column): Place => ({ x: PAGE.margin + x, width, align });

function head(sheet: Sheet, columns: readonly Column[]): void {
  const style: Style = { size: SIZE.small, font: 'bold', ink: SOFT };
  beside(
    sheet,
    columns.map((column) => ({ text: column.name, style, place: placeOf(column) })),
  );
  sheet.rule();
}

function lineRow(sheet: Sheet, { description, about, quantity, amount }: LineRow): void {
  // A row begins where at least two of its lines fit.
  sheet.need(2 * SIZE.text * LEADING);
  const [first, second, third] = LINE_COLUMNS.map(placeOf) as [Place, Place, Place];
  beside(sheet, [
    { text: description, style: plain, place: first },
    { text: quantity, style: plain, place: second },
    { text: amount, style: plain, place: third },
  ]);
  if (about !== '') sheet.write(about, soft, first);
  sheet.y += 2;
  sheet.rule();
}

function sums(sheet: Sheet, rows: readonly Row[]): void {
  for (const { name, value, isStrong } of rows) {
    const style = isStrong ? strong : plain;
    beside(sheet, [
      { text: name, style, place: { x: PAGE.margin + 180, width: 175 } },
      { text: value, style, place: placeOf(LINE_COLUMNS[2] as Column) },
    ]);
  }
  sheet.y += GAP / 2;
}

function taxes(sheet: Sheet, rows: readonly TaxRow[]): void {
  if (rows.length === 0) return;
  sheet.need(4 * SIZE.text * LEADING);
  sheet.y += GAP;
  head(sheet, TAX_COLUMNS);
  for (const { name, rate, taxable, amount } of rows) {
    const texts = [name, rate, taxable, amount];
    beside(
      sheet,
      TAX_COLUMNS.map((column, i) => ({
        text: texts[i] ?? '',
        style: plain,
        place: placeOf(column),
      })),
    );
  }
  sheet.y += GAP;
}

/** The number of the document and of the page, at the foot of each. */
function foot(sheet: Sheet, { title, number }: DocumentText): void {
  const { count } = sheet.doc.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    sheet.doc.switchToPage(page);
    sheet.y = PAGE.height - PAGE.margin;
    const [line] = sheet.lines(`${title} ${number} · page ${page + 1} of ${count}`, soft, WIDTH);
    if (line !== undefined) sheet.draw(line, soft, { ...left, align: 'right' });
  }
}

/** What it is, and the logo beside it where there is one that a PDF can have. */
function title(sheet: Sheet, { title: name, number, logo }: DocumentText): void {
  const bytes = logo && pdfPicture(logo);
  const width = bytes === undefined ? WIDTH : WIDTH - LOGO.width - GAP;
  const high = bytes === undefined ? 0 : sheet.picture(bytes);
  sheet.write(`${name} ${number}`, { size: SIZE.title, font: 'bold' }, { ...left, width });
  sheet.y = Math.max(sheet.y, PAGE.margin + high) + GAP;
}

function compose(text: DocumentText): Sheet {
  let inLines = false;
  const sheet: Sheet = new Sheet(text, () => {
    if (inLines) head(sheet, LINE_COLUMNS);
  });
  title(sheet, text);
  party(sheet, 'From', text.seller);
  party(sheet, 'To', text.buyer);
  facts(sheet, text.facts);
  head(sheet, LINE_COLUMNS);
  inLines = true;
  for (const line of text.lines) lineRow(sheet, line);
  inLines = false;
  sheet.y += GAP / 2;
  sums(sheet, text.totals);
  sums(sheet, [...text.happened, ...(text.due ? [text.due] : [])]);
  taxes(sheet, text.taxes);
  for (const note of text.notes) sheet.write(note, soft, left);
  foot(sheet, text);
  return sheet;
}

/** The bytes of the document. */
export async function pdfOf(text: DocumentText): Promise<Uint8Array<ArrayBuffer>> {
  const { doc } = compose(text);
  const parts: Buffer[] = [];
  const done = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Buffer) => void parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  doc.end();
  await done;
  return new Uint8Array(Buffer.concat(parts));
}
