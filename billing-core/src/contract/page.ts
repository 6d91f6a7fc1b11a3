import { z } from 'zod';

export const PAGE_MAX = 100;
export const PAGE_DEFAULT = 50;
const CURSOR_CHARS_MAX = 300;

/** Query of a list: `limit` and the opaque `cursor` of the page before. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** One page of a list, newest first. */
export type Page<Item> = { data: Item[]; has_more: boolean; next_cursor: string | null };

/** The schema of a page of these items. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });
