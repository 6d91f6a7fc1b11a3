import { z } from 'zod';
import { text, time } from './field.ts';

export const meterSlug = () =>
  z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'is not lower-case letters, digits and _');

export const meter = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    unit: z.string(),
    scale: z.number().int(),
    created_at: time(),
    /** Since then nothing new can name it; null: anything can. */
    archived_at: time().nullable(),
  })
  .meta({ id: 'Meter' });
export type Meter = z.infer<typeof meter>;

export const newMeter = z.strictObject({
  slug: meterSlug(),
  name: text(),
  unit: text(50),
  scale: z.number().int().min(0).max(9).default(0),
});
export type NewMeter = z.infer<typeof newMeter>;

export const meterPatch = z
  .strictObject({ name: text().optional(), archived: z.boolean().optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'changes nothing');
export type MeterPatch = z.infer<typeof meterPatch>;
