import type { Tasks } from '../world/timers.ts';
import { EXPIRE_TASK, expireById } from './checkout-session.ts';
import { automaticAttempt, overdue } from './collect.ts';
import { openDispute } from './dispute.ts';
import { advance } from './draft.ts';
import { ADVANCE_TASK, CHARGE_TASK, OVERDUE_TASK } from './finalize.ts';
import { DISPUTE_TASK } from './payment-intent.ts';
import { failRefund, REFUND_TASK } from './refund.ts';
import { CLOCK_TASK, endAdvance } from './test-clock.ts';

const timed: Tasks = {
  [ADVANCE_TASK]: advance,
  [CHARGE_TASK]: automaticAttempt,
  [OVERDUE_TASK]: overdue,
  [EXPIRE_TASK]: expireById,
  [DISPUTE_TASK]: openDispute,
  [REFUND_TASK]: failRefund,
};

/** What is done by itself when its time has come. */
export const OBJECT_TASKS: Tasks = { ...timed, [CLOCK_TASK]: endAdvance(timed) };
