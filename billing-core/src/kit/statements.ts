import type { Sql } from './database.ts';

/** A statement of the driver, as far as it is looked at. */
export type Statement = {
  readonly executed: boolean;
  /** Set once it is with a connection. */
  readonly state: unknown;
  /** The parts of a template; a text, as its only part, where it was none. */
  readonly strings: readonly string[];
  /** It was a template. */
  readonly tagged: boolean;
};
type Watched = Statement & { resolve(result: unknown): void; reject(error: unknown): void };
type Prototype = { handle(this: Watched): Promise<void> };

/** Told of each statement as it is sent; gives what is to be told of its end, with its failure. */
export type Watcher = (statement: Statement) => ((error?: unknown) => void) | undefined;

/**
 * Watches the statements of all connections of this process. The driver tells nobody of them, so it
 * is its own step from a promise to a query that is watched. In: any pool of the driver.
 */
export function watchStatements(sql: Sql, watcher: Watcher): void {
  // Nobody waits for it, so it is not sent.
  const prototype = Object.getPrototypeOf(sql`select 1`) as Prototype;
  const { handle } = prototype;
  prototype.handle = function watched(this: Watched): Promise<void> {
    const ended = this.executed ? undefined : watcher(this);
    if (ended) {
      const { resolve, reject } = this;
      this.resolve = (result) => {
        ended();
        resolve(result);
      };
      this.reject = (error) => {
        ended(error ?? null);
        reject(error);
      };
    }
    return handle.call(this);
  };
}

export type About = { readonly operation: string; readonly summary: string };

const FIRST_WORD = /^[\s(]*([a-z]+)/i;
const TABLE = /\b(?:from|into|update|join|table)\s+(?:only\s+)?((?:[a-z_]\w*\.)?[a-z_]\w*)/i;

/**
 * The text of a statement with a number in the place of each value, and of each part that is put
 * in: values are not looked at.
 */
export const textOf = ({ strings }: Statement): string =>
  strings
    .map((part, at) => (at === 0 ? part : `$${at}${part}`))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();

const operationIn = (text: string): string => (FIRST_WORD.exec(text)?.[1] ?? 'SQL').toUpperCase();

/** What a statement does, such as SELECT. */
export const operationOf = ({ strings: [first = ''] }: Statement): string => operationIn(first);

/** What a statement does, and to which table. In: its text. */
export function about(text: string): About {
  const operation = operationIn(text);
  const table = TABLE.exec(text)?.[1];
  return { operation, summary: table === undefined ? operation : `${operation} ${table}` };
}
