/** What the tests use of pdf.js. */
declare module 'pdfjs-dist/legacy/build/pdf.mjs' {
  type Item = { str: string; transform: number[]; width: number } | { type: string };
  type Page = { getTextContent(): Promise<{ items: Item[] }> };
  type Pdf = { numPages: number; getPage(number: number): Promise<Page> };
  export function getDocument(from: { data: Uint8Array; verbosity: number }): {
    promise: Promise<Pdf>;
    destroy(): Promise<void>;
  };
}
