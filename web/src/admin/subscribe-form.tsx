import { api } from '../kit/api.ts';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import { Button } from '../kit/button.tsx';
import { SelectField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

interface SubscribeFormProps {
  customerId: string;
  plans: readonly Plan[];
  onDone: () => Promise<void>;
}

/** @returns the published versions to choose from, without the one that is held. */
export function versionOptions(
  plans: readonly Plan[],
  held?: string,
  kind: Plan['kind'] = 'plan',
): { value: string; label: string }[] {
  const ofKind = plans.filter((plan) => plan.kind === kind);
  return ofKind.flatMap((plan) =>
    plan.versions
      .filter((version) => version.state === 'published' && version.id !== held)
      .map((version) => ({
        value: version.id,
        label: [
          `${plan.name} v${version.number} (${version.currency})`,
          ...(version.customer_id === null ? [] : [t('own terms')]),
        ].join(', '),
      })),
  );
}

/** Puts the customer on a published version. */
export function SubscribeForm({ customerId, plans, onDone }: SubscribeFormProps) {
  const subscribe = useApiForm({
    defaults: { plan_version_id: '' },
    submit: async ({ plan_version_id }, idempotencyKey) => {
      const body = { customer_id: customerId, plan_version_id };
      await api('/v1/subscriptions', { method: 'POST', body, idempotencyKey });
      toast.done(t('Subscribed'));
      await onDone();
      subscribe.form.reset();
    },
  });
  const options = versionOptions(plans);
  if (options.length === 0) {
    return <p className="text-ink-soft">{t('There is no published plan version.')}</p>;
  }
  return (
    <Form api={subscribe} label={t('Subscribe')}>
      <SelectField
        form={subscribe.form}
        name="plan_version_id"
        label={t('Plan version')}
        required={t('Choose a plan version')}
        options={[{ value: '', label: t('Choose…') }, ...options]}
      />
      <div className="flex justify-end">
        <Button type="submit" tone="primary" busy={subscribe.form.formState.isSubmitting}>
          {t('Subscribe')}
        </Button>
      </div>
    </Form>
  );
}
