/**
 * Every advisory lock of the database, in one place: two that shared a number would wait for each
 * other. Whoever connects to this database must not use these numbers for something else.
 */
export const LOCKS = {
  /** One migrator at a time. */
  migration: 7_655_100,
  /** Numbers of the changes feed commit in order. */
  changes: 7_655_101,
  routes: 7_655_102,
  /** One roller, whichever core runs it. */
  roller: 7_655_103,
  defaultPlan: 7_655_104,
  /** One desk that divides rate limits, held by its core's session. */
  rateDesk: 7_655_105,
  /** One core at a time finds out which state the database is in. */
  recovery: 7_655_106,
} as const;
