import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { create, type Font } from 'fontkit';

/**
 * Fonts that PDFs carry in them. DejaVu Sans has Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew
 * and Arabic; Unifont has a plain glyph for nearly everything else, as Chinese and Korean.
 */
export type FontName = 'plain' | 'bold' | 'every';

const FILES: Record<FontName, string> = {
  plain: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  every: '@fontsource/unifontex/files/unifontex-latin-400-normal.woff',
};

const { resolve } = createRequire(import.meta.url);
const WOFF = 0x774f4646;

type Table = { tag: string; checksum: number; data: Buffer };

/** The tables of a WOFF file, as they were before they were compressed. */
function tablesOf(woff: Buffer): Table[] {
  return Array.from({ length: woff.readUInt16BE(12) }, (_, i) => {
    const at = 44 + 20 * i;
    const [offset, stored, size] = [4, 8, 12].map((by) => woff.readUInt32BE(at + by));
    const raw = woff.subarray(offset, (offset ?? 0) + (stored ?? 0));
    return {
      tag: woff.toString('latin1', at, at + 4),
      checksum: woff.readUInt32BE(at + 16),
      data: (stored ?? 0) < (size ?? 0) ? inflateSync(raw) : raw,
    };
  });
}

/** The font as a plain file: read from that it costs 40 ms a document, from WOFF 300. */
function unpacked(woff: Buffer): Buffer {
  const tables = tablesOf(woff);
  const power = Math.floor(Math.log2(tables.length));
  const head = Buffer.alloc(12 + 16 * tables.length);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(tables.length, 4);
  head.writeUInt16BE(16 * 2 ** power, 6);
  head.writeUInt16BE(power, 8);
  head.writeUInt16BE(16 * (tables.length - 2 ** power), 10);
  let place = head.length;
  const parts: Buffer[] = [head];
  tables.forEach(({ tag, checksum, data }, i) => {
    const at = 12 + 16 * i;
    head.write(tag, at, 'latin1');
    head.writeUInt32BE(checksum, at + 4);
    head.writeUInt32BE(place, at + 8);
    head.writeUInt32BE(data.length, at + 12);
    const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
    parts.push(data, padding);
    place += data.length + padding.length;
  });
  return Buffer.concat(parts);
}

const files = new Map<FontName, Buffer>();

/** The font's file; read once, when the first document needs it. */
export function fontFile(name: FontName): Buffer {
  const known = files.get(name);
  if (known !== undefined) return known;
  const file = readFileSync(resolve(FILES[name]));
  const made = file.readUInt32BE(0) === WOFF ? unpacked(file) : file;
  files.set(name, made);
  return made;
}

const fonts = new Map<FontName, Font>();

function fontOf(name: FontName): Font {
  const known = fonts.get(name);
  if (known !== undefined) return known;
  const made = create(fontFile(name));
  fonts.set(name, made);
  return made;
}

/** Joiners, and what chooses a variant of the sign before it: they have no glyph. */
const isJoining = (code: number): boolean =>
  code === 0x200c || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f);

const coverage = new Map<string, boolean>();
const KNOWN_MAX = 100_000;

/** Whether the font has a glyph for each of these characters. */
export function has(name: FontName, text: string): boolean {
  const key = `${name} ${text}`;
  const seen = coverage.get(key);
  if (seen !== undefined) return seen;
  const is = [...text].every((sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return isJoining(code) || fontOf(name).hasGlyphForCodePoint(code);
  });
  if (coverage.size < KNOWN_MAX) coverage.set(key, is);
  return is;
}
