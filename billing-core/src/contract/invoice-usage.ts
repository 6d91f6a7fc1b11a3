import { z } from 'zod';
import { time } from './field.ts';
import { pageOf, pageQuery } from './page.ts';

/** What a step of a usage line comes to: read from the entries of the ledger, not from totals. */
export const lineStep = z
  .object({
    start: time(),
    requests: z.string(),
    /** In units of the meter. */
    quantity: z.string(),
    /** Entries of the ledger. */
    entries: z.number().int(),
  })
  .meta({ id: 'InvoiceLineStep' });
export type LineStep = z.infer<typeof lineStep>;
export const lineSteps = pageOf(lineStep);

export const lineEntry = z
  .object({
    minute: time(),
    received_at: time(),
    key_id: z.string(),
    route_id: z.string(),
    outcome: z.string(),
    requests: z.string(),
    quantity: z.string(),
    /** Where it came from: which batch of which boot of which gateway, and when it was rolled. */
    gateway: z.string(),
    boot: z.string(),
    sequence: z.number().int(),
    roll: z.string(),
  })
  .meta({ id: 'InvoiceLineEntry' });
export type LineEntry = z.infer<typeof lineEntry>;
export const lineEntries = pageOf(lineEntry);

/** Minutes of one hour, or all of them. */
export const lineMinutesQuery = pageQuery.extend({ hour: time().optional() });
/** Entries of one minute, or all of them. */
export const lineEntriesQuery = pageQuery.extend({ minute: time().optional() });
