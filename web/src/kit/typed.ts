/** As a page shows a text: a run of spaces is one, and a letter with its accent is one sign. */
const asShown = (text: string): string => text.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();

/**
 * Whether somebody typed what the page shows them. A customer may have named itself with what no
 * keyboard types, such as two spaces, a hard one, or an accent apart from its letter.
 */
export const isAsShown = (typed: string, wanted: string): boolean =>
  asShown(typed) === asShown(wanted);
