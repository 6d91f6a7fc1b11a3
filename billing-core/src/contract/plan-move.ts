import { z } from 'zod';
import { id, time } from './field.ts';
import { pageQuery } from './page.ts';
import { when } from './subscription.ts';

export const PLAN_MOVE_STATES = ['running', 'done', 'canceled'] as const;

/** What a move of everybody on one version to another is asked with. */
export const newPlanMove = z.strictObject({
  from_plan_version_id: id('plv'),
  to_plan_version_id: id('plv'),
  /** As in a step of one subscription: of each its own period, or trial, ends. */
  at: when(),
});
export type NewPlanMove = z.output<typeof newPlanMove>;

/** What a move would be about, as of now; nothing is done. */
export const planMovePreview = z
  .object({
    /** Subscriptions that it would go through. */
    total: z.number().int(),
    /** Of these: those that are to be moved later already; a move takes the place of that. */
    changes_pending: z.number().int(),
    /**
     * Of these: those that are to be canceled, paused or resumed. A move now goes before that; one
     * for later fails for them.
     */
    others_pending: z.number().int(),
  })
  .meta({ id: 'PlanMovePreview' });
export type PlanMovePreview = z.infer<typeof planMovePreview>;

/** How far a move is: `total` is the sum of the four counts after it. */
export const planMove = z
  .object({
    id: z.string(),
    from_plan_version_id: z.string(),
    to_plan_version_id: z.string(),
    /** `now`, `period_end`, or a time. */
    at: z.string(),
    state: z.enum(PLAN_MOVE_STATES),
    total: z.number().int(),
    /** Moved, or set to be moved then. */
    moved: z.number().int(),
    failed: z.number().int(),
    /** By their turn they were canceled, on another version, or to be moved there just then. */
    passed_over: z.number().int(),
    /** Whose turn has not come; of a canceled move, those that it left as they were. */
    waiting: z.number().int(),
    created_at: time(),
    ended_at: time().nullable(),
  })
  .meta({ id: 'PlanMove' });
export type PlanMove = z.infer<typeof planMove>;

export const planMovesQuery = pageQuery.extend({ from_plan_version_id: id('plv').optional() });

export const MOVED_STATES = ['waiting', 'moved', 'passed_over', 'failed'] as const;

/** What became of one subscription in a move. */
export const planMoveSubscription = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    customer_name: z.string(),
    state: z.enum(MOVED_STATES),
    /** Of one that failed: the problem's code and detail. */
    code: z.string().nullable(),
    detail: z.string().nullable(),
    at: time().nullable(),
  })
  .meta({ id: 'PlanMoveSubscription' });
export type PlanMoveSubscription = z.infer<typeof planMoveSubscription>;

export const planMoveSubscriptionsQuery = pageQuery.extend({
  state: z.enum(MOVED_STATES).optional(),
});
