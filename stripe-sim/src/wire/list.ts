import type { Kind, Kinds } from '../world/kinds.ts';
import { type List, viewOf } from '../world/view.ts';
import type { World } from '../world/world.ts';
import { invalid, noSuchParam } from './fault.ts';
import type { Raw } from './form.ts';
import { hash, integer, natural, type Reader, text } from './params.ts';

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

const limit: Reader<number> = (raw, param) => {
  const value = integer(raw, param);
  if (value >= 1 && value <= LIMIT_MAX) return value;
  const bound = value < 1 ? 'greater than or equal to 1' : `less than or equal to ${LIMIT_MAX}`;
  throw invalid(`This value must be ${bound} (it currently is '${value}').`, {
    code: 'parameter_invalid_integer',
    param,
  });
};

/** The parameters of every list. https://docs.stripe.com/api/pagination */
export const paging = { limit, starting_after: text, ending_before: text };

export interface Range {
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
}

const bounds = hash({ gt: natural, gte: natural, lt: natural, lte: natural });

/** A time, or bounds of one. */
export const range: Reader<Range> = (raw: Raw, param: string) => {
  if (typeof raw !== 'string') return bounds(raw, param);
  const time = natural(raw, param);
  return { gte: time, lte: time };
};

/** Whether a time lies in a range; everything lies in none. */
export function within(time: number | null, asked: Range | undefined): boolean {
  if (!asked) return true;
  if (time === null) return false;
  return (
    time > (asked.gt ?? -1) &&
    time >= (asked.gte ?? 0) &&
    time < (asked.lt ?? Infinity) &&
    time <= (asked.lte ?? Infinity)
  );
}

export interface Page {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

/**
 * Out: a page of objects, of which `rows` are the oldest first; lists are newest first. Cursors are
 * ids and stay good when objects come to it meanwhile.
 * https://docs.stripe.com/api/pagination
 */
export function pageOf(
  world: World,
  rows: Iterable<Kinds[Kind]>,
  { page, url }: { page: Page; url: string },
): List {
  return pageInOrder(world, [...rows].toReversed(), { page, url });
}

/** The same for what is listed in its own order: an invoice's lines. */
export function pageInOrder(
  world: World,
  rows: readonly Kinds[Kind][],
  { page, url }: { page: Page; url: string },
): List {
  const count = page.limit ?? LIMIT_DEFAULT;
  const at = (id: string, param: string): number => {
    const found = rows.findIndex((row) => row.id === id);
    if (found === -1) throw noSuchParam(rows[0]?.object ?? 'object', id, param);
    return found;
  };
  let chosen: readonly Kinds[Kind][];
  let isMore: boolean;
  if (page.ending_before !== undefined) {
    const end = at(page.ending_before, 'ending_before');
    const start = Math.max(0, end - count);
    chosen = rows.slice(start, end);
    isMore = start > 0;
  } else {
    const start =
      page.starting_after === undefined ? 0 : at(page.starting_after, 'starting_after') + 1;
    chosen = rows.slice(start, start + count);
    isMore = start + count < rows.length;
  }
  return { object: 'list', data: chosen.map((row) => viewOf(world, row)), has_more: isMore, url };
}
