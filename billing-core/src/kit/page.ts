import { idPattern, type IdPrefix } from '../contract/field.ts';
import type { Page, PageQuery } from '../contract/page.ts';
import { Fault } from './fault.ts';

/** What a cursor is answered that this list did not make. */
export const notOurs = (): Fault =>
  new Fault('invalid_request', {
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  });

/**
 * What a cursor points behind, null at the beginning: the id of a row, newest first, or what else
 * a list says its cursors are. Throws invalid_request for any that this list did not make.
 */
export function afterCursor(query: PageQuery, cursors: IdPrefix | RegExp): string | null {
  if (query.cursor === undefined) return null;
  const after = Buffer.from(query.cursor, 'base64url').toString('utf8');
  const ours = typeof cursors === 'string' ? idPattern(cursors) : cursors;
  if (!ours.test(after) || cursorOf(after) !== query.cursor) {
    throw notOurs();
  }
  return after;
}

const cursorOf = (place: string): string => Buffer.from(place).toString('base64url');

type Shape<Row, Item> = { limit: number; key: (row: Row) => string; item: (row: Row) => Item };

/** A page of rows that were asked for with `limit + 1`: the extra row says there is more. */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  { limit, key, item }: Shape<Row, Item>,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    data: shown.map(item),
    has_more: hasMore,
    next_cursor: hasMore ? cursorOf(key(last)) : null,
  };
}
