import type { Page, PageQuery } from '../contract/page.ts';
import { Fault } from './fault.ts';

/** What a cursor points behind: lists page by id, newest first; null is the beginning. */
export function afterCursor(query: PageQuery): string | null {
  if (query.cursor === undefined) return null;
  const after = Buffer.from(query.cursor, 'base64url').toString('utf8');
  if (!/^[\w|:.-]{1,200}$/.test(after)) {
    throw new Fault('invalid_request', {
      errors: [{ path: 'cursor', message: 'is not a cursor' }],
    });
  }
  return after;
}

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
    next_cursor: hasMore ? Buffer.from(key(last)).toString('base64url') : null,
  };
}
