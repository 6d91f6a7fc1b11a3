import { z } from 'zod';
import { leaseTotals, rateReport } from '../contract/sync.ts';

/** A line of a message that is left out of it, and what is wrong with it. */
export type BadLine = { list: 'leases' | 'rates'; about: string; reason: string };

const LISTS = [
  ['leases', leaseTotals, 'window'],
  ['rates', rateReport, 'customer'],
] as const;
const ABOUT_CHARS_MAX = 150;

function about(line: unknown, name: string): string {
  const said = z.record(z.string(), z.unknown()).safeParse(line).data?.[name];
  return typeof said === 'string' ? said.slice(0, ABOUT_CHARS_MAX) : '';
}

/**
 * A gateway speaks for all its customers in one message: what it says of one lease or one rate
 * limit and cannot be read is left out, and the rest is taken. Its till gets no answer, as if the
 * message had been lost, and grants and shares are safe against that. In: the envelope as it came.
 */
export function withoutBadLines(json: unknown): { json: unknown; bad: BadLine[] } {
  const envelope = z.record(z.string(), z.unknown()).safeParse(json);
  const bad: BadLine[] = [];
  if (!envelope.success) return { json, bad };
  const rest = { ...envelope.data };
  for (const [list, schema, name] of LISTS) {
    const lines = rest[list];
    if (!Array.isArray(lines)) continue;
    rest[list] = lines.filter((line: unknown) => {
      const { error } = schema.safeParse(line);
      if (!error) return true;
      const reason = error.issues.map((one) => `${one.path.join('.')}: ${one.message}`).join('; ');
      bad.push({ list, about: about(line, name), reason });
      return false;
    });
  }
  return { json: rest, bad };
}
