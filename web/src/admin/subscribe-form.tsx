import { api } from '../kit/api.ts';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import { Button } from '../kit/button.tsx';
import { SelectField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

interface SubscribeFormProps {
  customerId: string;
  current: Subscription | undefined;
  plans: readonly Plan[];
  onDone: () => Promise<void>;
}

/** Puts the customer on a published version, or moves its subscription there. */
export function SubscribeForm({ customerId, current, plans, onDone }: SubscribeFormProps) {
  const subscribe = useApiForm({
    defaults: { plan_version_id: '' },
    submit: async ({ plan_version_id }, idempotencyKey) => {
      const change = current !== undefined;
      const path = change ? `/v1/subscriptions/${current.id}/change` : '/v1/subscriptions';
      const body = change ? { plan_version_id } : { customer_id: customerId, plan_version_id };
      await api(path, { method: 'POST', body, idempotencyKey });
      toast.done(change ? t('Plan changed') : t('Subscribed'));
      await onDone();
      subscribe.form.reset();
    },
  });
  const options = plans.flatMap((plan) =>
    plan.versions
      .filter((version) => version.state === 'published')
      .filter((version) => version.id !== current?.plan_version_id)
      .map((version) => ({
        value: version.id,
        label: `${plan.name} v${version.number} (${version.currency})`,
      })),
  );
  if (options.length === 0) {
    return <p className="text-ink-soft">{t('There is no other published plan version.')}</p>;
  }
  return (
    <Form api={subscribe} label={t('Subscribe')}>
      <SelectField
        form={subscribe.form}
        name="plan_version_id"
        label={t('Plan version')}
        required={t('Choose a plan version')}
        hint={t('Limits switch at once, prices at the next whole minute.')}
        options={[{ value: '', label: t('Choose…') }, ...options]}
      />
      <div className="flex justify-end">
        <Button type="submit" tone="primary" busy={subscribe.form.formState.isSubmitting}>
          {current === undefined ? t('Subscribe') : t('Change plan')}
        </Button>
      </div>
    </Form>
  );
}
