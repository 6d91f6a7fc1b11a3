import { z } from 'zod';
import { time } from './field.ts';

export const UNPAID_ACTIONS = ['keep', 'limit', 'block'] as const;
export type UnpaidAction = (typeof UNPAID_ACTIONS)[number];
/** Steps that come by themselves. */
export const TIMED_STEPS = ['past_due', 'reminder', 'effect'] as const;
export type TimedStep = (typeof TIMED_STEPS)[number];
export const DUNNING_STEPS = [
  ...TIMED_STEPS,
  'asked_reminder',
  'paused',
  'resumed',
  'ended',
] as const;
export type DunningStepKind = (typeof DUNNING_STEPS)[number];

export const dunningStep = z
  .object({
    kind: z.enum(DUNNING_STEPS),
    /** Days past the due date, of a step that came by itself. */
    after_days: z.number().int().nullable(),
    /** Of an effect: what the plan chose. */
    action: z.enum(UNPAID_ACTIONS).nullable(),
    /** Whether the customer is told of it. */
    tells: z.boolean(),
    taken_at: time(),
  })
  .meta({ id: 'DunningStep' });
export type DunningStep = z.infer<typeof dunningStep>;

/** What is done about an invoice that is not paid in time. */
export const dunning = z
  .object({
    state: z.enum(['running', 'paused', 'ended']),
    owed_since: time(),
    /** What comes by itself, unless it is paid or paused; null when nothing more does. */
    next: z.object({ kind: z.enum(TIMED_STEPS), at: time() }).nullable(),
    /** Whether the plan's choice has taken effect. */
    acted: z.boolean(),
    steps: z.array(dunningStep),
  })
  .meta({ id: 'Dunning' });
export type Dunning = z.infer<typeof dunning>;
