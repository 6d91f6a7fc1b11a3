/** What documents use of the libraries that they are made with; their own types say much more. */

declare module 'pdfkit' {
  type Size = { size: readonly number[]; margin: number };
  type Told = {
    info: Record<string, string | Date>;
    font: Uint8Array;
    bufferPages: boolean;
    autoFirstPage: boolean;
  };
  type Picture = { width: number; height: number };
  type How = { lineBreak: boolean; baseline: string };
  class PDFDocument {
    constructor(options: Size & Told);
    registerFont(name: string, font: Uint8Array): this;
    font(name: string): this;
    fontSize(size: number): this;
    fillColor(color: string): this;
    widthOfString(text: string): number;
    text(...at: [text: string, x: number, y: number, how: How]): this;
    openImage(file: Buffer): Picture;
    image(...at: [picture: Picture, x: number, y: number, size: Picture]): this;
    addPage(): this;
    moveTo(x: number, y: number): this;
    lineTo(x: number, y: number): this;
    lineWidth(width: number): this;
    strokeColor(color: string): this;
    stroke(): this;
    bufferedPageRange(): { count: number };
    switchToPage(page: number): unknown;
    on(event: 'data', take: (part: Buffer) => void): this;
    on(event: 'end', take: () => void): this;
    on(event: 'error', take: (error: Error) => void): this;
    end(): void;
  }
  export { PDFDocument as default };
}

declare module 'fontkit' {
  export type Font = { hasGlyphForCodePoint(code: number): boolean };
  export function create(file: Uint8Array): Font;
}

declare module 'bidi-js' {
  export type Levels = { levels: Uint8Array; paragraphs: { level: number }[] };
  export type Bidi = {
    getEmbeddingLevels(text: string): Levels;
    getReorderedIndices(text: string, levels: Levels): number[];
    getMirroredCharactersMap(text: string, levels: Uint8Array): Map<number, string>;
  };
  function bidiFactory(): Bidi;
  export { bidiFactory as default };
}
