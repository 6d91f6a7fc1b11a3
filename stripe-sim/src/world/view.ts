import type { Kind, Kinds } from './kinds.ts';
import type { World } from './world.ts';

/** How many lines an invoice or credit note brings along; the rest is listed by its URL. */
const EMBEDDED_LINES = 10;

/** A list inside an object, or a page of one. */
export interface List {
  object: 'list';
  data: unknown[];
  has_more: boolean;
  url: string;
  total_count?: number;
}

/**
 * Out: an object as it goes onto the wire, a copy: with the first of its lines, and without what
 * stands only in expanded objects.
 * https://docs.stripe.com/api/invoices/invoice_lines
 */
export function viewOf(world: World, object: Kinds[Kind]): Record<string, unknown> {
  const copy = structuredClone(object) as unknown as Record<string, unknown>;
  if (object.object === 'invoice') {
    copy['lines'] = linesOf(world, object.id, `/v1/invoices/${object.id}/lines`);
  }
  if (object.object === 'price') delete copy['tiers'];
  if (object.object === 'credit_note') {
    copy['lines'] = linesOf(world, object.id, `/v1/credit_notes/${object.id}/lines`);
  }
  return copy;
}

function linesOf(world: World, owner: string, url: string): List {
  const ids = world.linesOf.get(owner) ?? [];
  const data = ids.slice(0, EMBEDDED_LINES).map((id) => {
    const line = world.tables.line_item.get(id) ?? world.tables.credit_note_line_item.get(id);
    return structuredClone(line);
  });
  return {
    object: 'list',
    data,
    has_more: ids.length > EMBEDDED_LINES,
    total_count: ids.length,
    url,
  };
}
