import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import { t } from '../kit/text.ts';

export type StepKind = 'change' | 'cancel' | 'pause' | 'resume' | 'add_on';

/** A step as its form holds it. */
export interface StepValues {
  step: StepKind;
  plan_version_id: string;
  /** Of an add-on: how many from then on. */
  quantity: string;
  at: 'now' | 'period_end';
  credit_unused: boolean;
}

interface Words {
  action: string;
  title: string;
  confirm: string;
  done: string;
  consequence: string;
}

export const STEP_WORDS: Record<StepKind, Words> = {
  change: {
    action: t('Change plan…'),
    title: t('Change the plan'),
    confirm: t('Change plan'),
    done: t('Plan changed'),
    consequence: t('Limits switch with the change. Used units carry over.'),
  },
  cancel: {
    action: t('Cancel subscription…'),
    title: t('Cancel the subscription'),
    confirm: t('Cancel subscription'),
    done: t('Subscription canceled'),
    consequence: t('Their requests are refused from then on. What was used stays billable.'),
  },
  pause: {
    action: t('Pause…'),
    title: t('Pause the subscription'),
    confirm: t('Pause subscription'),
    done: t('Subscription paused'),
    consequence: t('Their requests are refused and nothing is owed until it is resumed.'),
  },
  resume: {
    action: t('Resume…'),
    title: t('Resume the subscription'),
    confirm: t('Resume subscription'),
    done: t('Subscription resumed'),
    consequence: t('Their requests pass again, and the rest of the period is charged.'),
  },
  add_on: {
    action: t('Change add-on…'),
    title: t('Add or remove an add-on'),
    confirm: t('Change add-on'),
    done: t('Add-on changed'),
    consequence: t('Quotas change with it. What is paid ahead of less of it now is given back.'),
  },
};

/** @returns the steps that its state has a place for. */
export function stepsFor({ paused_at }: Subscription): { value: StepKind; label: string }[] {
  const pause = paused_at === null ? 'pause' : 'resume';
  const kinds: StepKind[] = ['change', 'add_on', pause, 'cancel'];
  return kinds.map((value) => ({ value, label: STEP_WORDS[value].title }));
}

export function emptyStep({ paused_at }: Subscription): StepValues {
  const step = paused_at === null ? 'change' : 'resume';
  return { step, plan_version_id: '', quantity: '1', at: 'now', credit_unused: false };
}

/** @returns the body that both the preview and the step take. */
export function asBody({ step, plan_version_id, quantity, at, credit_unused }: StepValues): object {
  if (step === 'add_on') return { step, at, plan_version_id, quantity: Number(quantity) };
  return {
    step,
    at,
    ...(step === 'change' && { plan_version_id }),
    ...(step === 'cancel' && at === 'now' && { credit_unused }),
  };
}
