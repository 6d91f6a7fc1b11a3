import type { Wanted } from './archive.ts';
import type { Book } from './books.ts';

/** What a person who opens the archive reads first. */
export const readmeOf = (
  { customer, now, ledger, press }: Wanted,
  books: readonly Book[],
): string =>
  [
    `Everything that is stored about ${customer.name} (${customer.id})`,
    `as of ${new Date(now).toISOString()}.`,
    '',
    'CSV files are UTF-8 with a header; times are in UTC. Texts that a spreadsheet could take for',
    'a formula begin with an apostrophe there. JSON files have the same rows. Long lists are CSV',
    'only. Amounts are whole minor units of their currency (cents); quantities are units of their',
    'meter. Columns that hold several values have them as JSON.',
    '',
    ...books.map(({ file, about, isLong }) =>
      [`${file}.csv${isLong ? '' : ` and ${file}.json`}`, `    ${about}`].join('\n'),
    ),
    'documents/*.html',
    '    Each invoice and credit note that was sent, as a page.',
    ...(press ? ['documents/*.pdf', '    The same as PDF.'] : []),
    ...(ledger ? [] : ['', 'The usage ledger row by row is left out; it can be asked for.']),
    '',
    'Not here: secrets of API keys and passwords, which are not stored in readable form; accounts',
    'of members, which are theirs and may be used with other customers; and sums of what is here.',
    '',
  ].join('\r\n');
