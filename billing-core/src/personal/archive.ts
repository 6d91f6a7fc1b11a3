import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { htmlOf } from '../documents/html.ts';
import { documentsOf } from '../documents/http.ts';
import type { DocumentText } from '../documents/layout.ts';
import { PressFull, type Press } from '../documents/press.ts';
import { CSV_BEGINS, csvLine } from '../kit/csv.ts';
import { mayWait, type Sql, type Tx } from '../kit/database.ts';
import { BOOKS, type Book } from './books.ts';
import { MONEY_BOOKS } from './money-books.ts';
import { readmeOf } from './readme.ts';
import { LEDGER, USAGE_BOOKS } from './usage-books.ts';

/** Rows that are in memory at once. */
const ROWS = 500;
/** How often a document is tried that the press is too busy for. */
const PRINTS_MAX = 30;
const PRINT_AGAIN_MS = 1_000;
/**
 * A reader that takes nothing for so long is gone. Seen from here it takes a few MB at once, as
 * what lies between has room: who reads a few kB a second takes nothing for minutes.
 */
export const STALL_MS = 600_000;

export type Wanted = {
  customer: { id: string; name: string };
  /** Whether it has each row of the ledger, too. */
  ledger: boolean;
  /** What makes PDFs of its documents, too, where they are asked for. */
  press?: Press | undefined;
  now: number;
};

export const booksIn = ({ ledger }: Pick<Wanted, 'ledger'>): Book[] => [
  ...BOOKS,
  ...MONEY_BOOKS,
  ...USAGE_BOOKS,
  ...(ledger ? [LEDGER] : []),
];

type Row = Record<string, unknown>;
type Entry = { name: string; text: AsyncIterable<string | Uint8Array> };

/** What stands for a value in JSON: whole numbers of 64 bits as text, as everywhere in the API. */
const plain = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value, plain) : String(value);
}

async function* rowsOf(tx: Tx, book: Book, customer: string): AsyncGenerator<Row[]> {
  for await (const rows of book.read(tx, customer).cursor(ROWS)) yield rows as Row[];
}

async function* jsonOf(tx: Tx, book: Book, customer: string): AsyncGenerator<string> {
  let begun = false;
  yield '[';
  for await (const rows of rowsOf(tx, book, customer)) {
    const items = rows.map((row) => `\n  ${JSON.stringify(row, plain)}`);
    yield `${begun ? ',' : ''}${items.join(',')}`;
    begun = true;
  }
  yield '\n]\n';
}

async function* csvOf(tx: Tx, book: Book, customer: string): AsyncGenerator<string> {
  const { columns } = await book.read(tx, customer).describe();
  const names = columns.map(({ name }) => name);
  yield CSV_BEGINS + csvLine(names);
  for await (const rows of rowsOf(tx, book, customer)) {
    yield rows.map((row) => csvLine(names.map((name) => cellOf(row[name])))).join('');
  }
}

async function* once<Part>(part: Part): AsyncGenerator<Part> {
  yield part;
}

/**
 * The document as PDF, however many wait for others: people who look at one go before. One that
 * takes too long does so again, and would keep the press from all of them each time.
 */
async function printed(press: Press, text: DocumentText): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      return await press.print(text);
    } catch (error) {
      if (!(error instanceof PressFull) || tries === PRINTS_MAX) throw error;
      await pause(PRINT_AGAIN_MS);
    }
  }
}

async function* entriesOf(tx: Tx, wanted: Wanted): AsyncGenerator<Entry> {
  const { customer, press } = wanted;
  const { id } = customer;
  const books = booksIn(wanted);
  yield { name: 'README.txt', text: once(readmeOf(wanted, books)) };
  for (const book of books) {
    if (!book.isLong) yield { name: `${book.file}.json`, text: jsonOf(tx, book, id) };
    yield { name: `${book.file}.csv`, text: csvOf(tx, book, id) };
  }
  for await (const text of documentsOf(tx, id)) {
    const name = text.number.replaceAll(/[^A-Za-z0-9-]/g, '_');
    yield { name: `documents/${name}.html`, text: once(htmlOf(text)) };
    if (press) yield { name: `documents/${name}.pdf`, text: once(await printed(press, text)) };
  }
}

/** Adds one entry, and waits until the reader has taken it. */
async function add(zip: ZipFile, { name, text }: Entry, now: number): Promise<void> {
  const stream = Readable.from(text, { objectMode: false });
  const out = zip.outputStream as Readable;
  const gone = (): void => void stream.destroy(new Error('its reader is gone'));
  out.once('close', gone);
  if (out.destroyed) gone();
  zip.addReadStream(stream, name, { mtime: new Date(now), mode: 0o100644 });
  await finished(stream);
  out.off('close', gone);
}

/** Writes all entries as they are in one state of the database. */
async function write(sql: Sql, zip: ZipFile, wanted: Wanted): Promise<void> {
  await sql.begin('isolation level repeatable read read only', async (tx) => {
    // How long it takes is up to its reader, whom a timer of its own watches.
    await mayWait(tx, 2 * STALL_MS);
    await tx`select set_config('statement_timeout', '0', true)`;
    for await (const entry of entriesOf(tx, wanted)) await add(zip, entry, wanted.now);
  });
  zip.end();
}

/** An archive that is being written; `ended` settles when it is whole, or will never be. */
export type Archive = { stream: ReadableStream<Uint8Array>; ended: Promise<void> };

/** The reader's connection is cut, where it is known: what else it got would look like an end. */
function breakOff(out: Readable, error: Error, carrier: ServerResponse | undefined): void {
  if (carrier === undefined || carrier.destroyed) return void out.destroy(error);
  // Behind it, as an answer whose stream fails is printed past the log by the server.
  carrier.once('close', () => out.destroy(error));
  carrier.destroy();
}

/**
 * Everything that is stored about a customer, as a zip of CSV, JSON and HTML. It is made as it is
 * read, from one state of the database, and breaks off where something fails: a part must not look
 * like all of it. Whoever reads nothing for ten minutes gets no more. `carrier` is the answer that
 * takes it.
 */
export function archiveOf(sql: Sql, wanted: Wanted, carrier?: ServerResponse): Archive {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  let why: Error | undefined;
  const fail = (error: unknown): Error => {
    if (why !== undefined) return why;
    why = error instanceof Error ? error : new Error(String(error));
    breakOff(out, why, carrier);
    return why;
  };
  const stall = setTimeout(() => fail(new Error('nobody reads')), STALL_MS).unref();
  out.on('data', () => stall.refresh());
  out.pause();
  zip.on('error', fail);
  const ended = write(sql, zip, wanted)
    .catch((error: unknown) => {
      throw fail(error);
    })
    .finally(() => clearTimeout(stall));
  return { stream: Readable.toWeb(out) as ReadableStream<Uint8Array>, ended };
}
