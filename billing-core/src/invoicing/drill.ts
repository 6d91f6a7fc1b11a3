import { unscaled } from '../catalog/quantity.ts';
import type { LineEntry, LineStep } from '../contract/invoice-usage.ts';
import type { Page, PageQuery } from '../contract/page.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { afterCursor, pageFrom } from '../kit/page.ts';
import { ledgerEntries, ledgerSteps, type LedgerRange } from '../usage/ledger-range.ts';
import { linesOf, type InvoiceRow } from './store.ts';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const PLACE = /^\d{1,15}$/;

/** What a usage line bills, in the ledger. */
export type LineRange = LedgerRange & { scale: number };

/** What a line bills; undefined where it is not about usage. Throws `not_found` without a line. */
export async function lineRange(
  sql: Query,
  { id, customer_id }: InvoiceRow,
  position: number,
): Promise<LineRange | undefined> {
  const line = found(
    (await linesOf(sql, id)).find((one) => one.position === position),
    'line',
  );
  const { meter_id, from_minute, to_minute, roll_after, roll_until, terms } = line;
  if (
    meter_id === null ||
    from_minute === null ||
    to_minute === null ||
    roll_after === null ||
    roll_until === null
  ) {
    return undefined;
  }
  return {
    customerId: customer_id,
    meterId: meter_id,
    fromMinute: Number(from_minute),
    toMinute: Number(to_minute),
    rollAfter: roll_after,
    rollUntil: roll_until,
    scale: terms.meter?.scale ?? 0,
  };
}

const NONE = { data: [], has_more: false, next_cursor: null };

/** The part of a range in a step that begins then; all of it when nothing is said. */
function narrowed(range: LineRange, at: string | undefined, minutes: number): LineRange {
  if (at === undefined) return range;
  const start = Math.floor(Date.parse(at) / MINUTE_MS / minutes) * minutes;
  return {
    ...range,
    fromMinute: Math.max(range.fromMinute, start),
    toMinute: Math.min(range.toMinute, start + minutes),
  };
}

const timeText = (minute: number): string => new Date(minute * MINUTE_MS).toISOString();

type MaybeRange = LineRange | undefined;

async function steps(
  sql: Query,
  range: MaybeRange,
  { minutes, page }: { minutes: 1 | 60; page: PageQuery },
): Promise<Page<LineStep>> {
  const place = afterCursor(page, PLACE);
  if (range === undefined) return NONE;
  const after = place === null ? null : Number(place);
  const rows = await ledgerSteps(sql, range, { minutes, after, limit: page.limit + 1 });
  return pageFrom(rows, {
    limit: page.limit,
    key: (row) => String(row.start),
    item: ({ start, quantity, ...row }) => ({
      ...row,
      start: timeText(start),
      quantity: unscaled(BigInt(quantity), range.scale),
    }),
  });
}

/** The hours of a line, the first ones first; together they are its quantity. */
export const lineHours = (
  sql: Query,
  range: MaybeRange,
  page: PageQuery,
): Promise<Page<LineStep>> => steps(sql, range, { minutes: HOUR_MINUTES, page });

/** The minutes of a line, or of one of its hours. */
export const lineMinutes = (
  sql: Query,
  range: MaybeRange,
  page: PageQuery & { hour?: string | undefined },
): Promise<Page<LineStep>> =>
  steps(sql, range && narrowed(range, page.hour, HOUR_MINUTES), { minutes: 1, page });

/** The entries of a line, or of one of its minutes. */
export async function lineEntries(
  sql: Query,
  range: MaybeRange,
  page: PageQuery & { minute?: string | undefined },
): Promise<Page<LineEntry>> {
  const skip = Number(afterCursor(page, PLACE) ?? '0');
  if (range === undefined) return NONE;
  const part = narrowed(range, page.minute, 1);
  const rows = await ledgerEntries(sql, part, { skip, limit: page.limit + 1 });
  return pageFrom(rows, {
    limit: page.limit,
    key: () => String(skip + page.limit),
    item: ({ minute, received_at, quantity, ...row }) => ({
      ...row,
      minute: timeText(minute),
      received_at: received_at.toISOString(),
      quantity: unscaled(BigInt(quantity), range.scale),
    }),
  });
}
