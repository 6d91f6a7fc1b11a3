import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

export type Piece = { text: string; x: number; y: number; width: number };
export type Page = { pieces: Piece[]; text: string };

/** The text of a PDF, page by page, with where each piece of it stands. */
export async function pagesOf(bytes: Uint8Array): Promise<Page[]> {
  const task = getDocument({ data: bytes.slice(), verbosity: 0 });
  const pdf = await task.promise;
  const pages: Page[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const content = await (await pdf.getPage(number)).getTextContent();
    const pieces = content.items.flatMap((item): Piece[] => {
      if (!('str' in item)) return [];
      const [, , , , x = 0, y = 0] = item.transform;
      return [{ text: item.str, x, y, width: item.width }];
    });
    pages.push({ pieces, text: pieces.map(({ text }) => text).join('') });
  }
  await task.destroy();
  return pages;
}
