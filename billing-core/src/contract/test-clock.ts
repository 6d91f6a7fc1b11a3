import { z } from 'zod';
import { time } from './field.ts';

export const testClock = z
  .object({
    /** Whether the installation is for tests, so that its time can be moved. */
    enabled: z.boolean(),
    now: time(),
    /** How far it is ahead, in ms. */
    offset_ms: z.number().int(),
  })
  .meta({ id: 'TestClock' });
export type TestClock = z.infer<typeof testClock>;

/** The time of one customer of a test installation. */
export const customerClock = z
  .object({
    /** Whether the installation is for tests, so that it can be moved. */
    enabled: z.boolean(),
    now: time(),
    /** How far it is ahead of the installation's, in ms; 0: it has no clock of its own. */
    ahead_ms: z.number().int(),
    /** Whether all that was due by then is done. */
    status: z.enum(['advancing', 'ready']),
  })
  .meta({ id: 'CustomerClock' });
export type CustomerClock = z.infer<typeof customerClock>;

export const testClockAdvance = z.strictObject({ to: time() });
