import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import type {
  Subscription,
  SubscriptionPreview,
} from '@tollgate/billing-core/contract/subscription.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { CheckboxField, SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { DueSums } from './fees.tsx';
import { asBody, emptyStep, STEP_WORDS, stepsFor, type StepValues } from './step-values.ts';
import { versionOptions } from './subscribe-form.tsx';
import { countFault } from './values.ts';

interface StepFormProps {
  customer: Customer;
  subscription: Subscription;
  plans: readonly Plan[];
  onDone: () => Promise<void>;
}

/** Changes, pauses, resumes or cancels a subscription, and says beforehand what that comes to. */
export function StepForm({ customer, subscription, plans, onDone }: StepFormProps) {
  const [asked, setAsked] = useState<StepValues>();
  const steps = useApiForm<StepValues>({
    defaults: emptyStep(subscription),
    submit: async (values) => setAsked(values),
  });
  const { form } = steps;
  const values = form.watch();
  const preview = usePreview(subscription, values);
  async function take(): Promise<void> {
    if (asked === undefined) return;
    const path = `/v1/subscriptions/${subscription.id}/steps`;
    await api(path, { method: 'POST', body: asBody(asked) });
    toast.done(STEP_WORDS[asked.step].done, { description: customer.name });
    await onDone();
    form.reset();
  }
  return (
    <Form api={steps} label={t('Change the subscription')}>
      <StepFields form={form} subscription={subscription} plans={plans} />
      <output aria-live="polite" className="block min-w-0">
        <Preview {...preview} zone={subscription.time_zone} />
      </output>
      <div className="flex justify-end">
        <Button type="submit" tone={values.step === 'cancel' ? 'danger' : 'primary'}>
          {STEP_WORDS[values.step].action}
        </Button>
      </div>
      {asked !== undefined && (
        <ConfirmDialog
          open
          onClose={() => setAsked(undefined)}
          onConfirm={take}
          danger={asked.step === 'cancel' || asked.step === 'pause'}
          title={t('{step} for “{name}”?', {
            step: STEP_WORDS[asked.step].title,
            name: customer.name,
          })}
          confirmLabel={STEP_WORDS[asked.step].confirm}
          consequence={
            <>
              <p>{STEP_WORDS[asked.step].consequence}</p>
              {preview.data !== undefined && (
                <DueSums preview={preview.data} zone={subscription.time_zone} />
              )}
            </>
          }
        />
      )}
    </Form>
  );
}

interface StepFieldsProps {
  form: UseFormReturn<StepValues>;
  subscription: Subscription;
  plans: readonly Plan[];
}

/** What, where to, and when. */
function StepFields({ form, subscription, plans }: StepFieldsProps) {
  const values = form.watch();
  const versions = versionOptions(plans, subscription.plan_version_id);
  return (
    <>
      <SelectField form={form} name="step" label={t('Step')} options={stepsFor(subscription)} />
      {values.step === 'change' && (
        <SelectField
          form={form}
          name="plan_version_id"
          label={t('Plan version')}
          required={t('Choose a plan version')}
          hint={t('Limits switch at once, prices at the next whole minute.')}
          options={[{ value: '', label: t('Choose…') }, ...versions]}
        />
      )}
      {values.step === 'add_on' && <AddOnFields form={form} plans={plans} />}
      <SelectField
        form={form}
        name="at"
        label={t('When')}
        options={[
          { value: 'now', label: t('Now') },
          { value: 'period_end', label: endLabel(subscription) },
        ]}
      />
      {values.step === 'cancel' && values.at === 'now' && (
        <CheckboxField
          form={form}
          name="credit_unused"
          label={t('Give back what is paid ahead')}
          hint={t('The rest of the period, as a credit on the next invoice')}
        />
      )}
    </>
  );
}

/** Which add-on, and how many of it from then on. */
function AddOnFields({ form, plans }: Pick<StepFieldsProps, 'form' | 'plans'>) {
  const versions = versionOptions(plans, undefined, 'add_on');
  return (
    <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_7rem]">
      <SelectField
        form={form}
        name="plan_version_id"
        label={t('Add-on')}
        required={t('Choose an add-on')}
        options={[{ value: '', label: t('Choose…') }, ...versions]}
      />
      <TextField
        form={form}
        name="quantity"
        label={t('Quantity')}
        hint={t('0 removes it')}
        inputMode="numeric"
        required={t('Enter a quantity')}
        check={countFault}
      />
    </div>
  );
}

const endLabel = ({ state }: Subscription): string =>
  state === 'trialing' ? t('When the trial ends') : t('When the period ends');

/** What the step would come to, by the calculation that takes it. */
function usePreview(subscription: Subscription, values: StepValues) {
  const body = asBody(values);
  const needsVersion = values.step === 'change' || values.step === 'add_on';
  const isCounted = values.step !== 'add_on' || /^\d{1,7}$/.test(values.quantity);
  const isComplete = (!needsVersion || values.plan_version_id !== '') && isCounted;
  const { data, error } = useQuery({
    queryKey: ['admin', 'subscription', subscription.id, 'preview', subscription, body],
    queryFn: ({ signal }) =>
      api<SubscriptionPreview>(`/v1/subscriptions/${subscription.id}/preview`, {
        method: 'POST',
        body,
        signal,
      }),
    enabled: isComplete,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  return { data: isComplete ? data : undefined, error: isComplete ? error : null };
}

function Preview({
  data,
  error,
  zone,
}: {
  data: SubscriptionPreview | undefined;
  error: unknown;
  zone: string;
}) {
  if (error !== null) return <ErrorPanel error={error} />;
  if (data === undefined) return null;
  return <DueSums preview={data} zone={zone} />;
}
