import type {
  CancelReason,
  OwnStep,
  OwnStepKind,
  OwnSubscription,
} from '@tollgate/billing-core/contract/own-subscription.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextAreaField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatInZone } from '../kit/format.ts';
import { useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

const REASONS: readonly { value: CancelReason | ''; label: string }[] = [
  { value: '', label: t('I’d rather not say') },
  { value: 'too_expensive', label: t('It costs too much') },
  { value: 'missing_features', label: t('Something is missing') },
  { value: 'switched_service', label: t('We use something else') },
  { value: 'unused', label: t('We don’t use it enough') },
  { value: 'customer_service', label: t('The support was not good') },
  { value: 'too_complex', label: t('It is too complicated') },
  { value: 'low_quality', label: t('The quality was not good') },
  { value: 'other', label: t('Another reason') },
];

interface EndProps {
  own: OwnSubscription;
  onDone: () => void;
}

/** Pausing and ending, each with its consequence named. */
export function EndCard({ own, onDone }: EndProps) {
  const [search, merge] = useUrlState();
  const { subscription, steps } = own;
  if (subscription === null) return null;
  const can = (step: OwnStepKind): boolean => steps.includes(step);
  if (!can('pause') && !can('resume') && !can('cancel')) return null;
  const close = (): void => merge({ end: undefined });
  const { time_zone: zone, current_period: period, trial_ends_at: trialEnd, state } = subscription;
  const ends = state === 'trialing' && trialEnd !== null ? trialEnd : period.end;
  const date = formatInZone(ends, zone);
  return (
    <Card title={t('Pause or end')}>
      <div className="flex flex-wrap gap-2">
        {can('resume') && (
          <Button tone="primary" onClick={() => merge({ end: 'resume' })}>
            {t('Go on…')}
          </Button>
        )}
        {can('pause') && <Button onClick={() => merge({ end: 'pause' })}>{t('Pause…')}</Button>}
        {can('cancel') && (
          <Button onClick={() => merge({ end: 'cancel' })}>{t('Cancel the subscription…')}</Button>
        )}
      </div>
      <CancelDialog
        open={search['end'] === 'cancel' && can('cancel')}
        date={date}
        onClose={close}
        onDone={onDone}
      />
      <StepDialog
        open={search['end'] === 'pause' && can('pause')}
        step="pause"
        title={t('Pause the subscription?')}
        consequence={t(
          'From {date} on requests are refused and no fees are due. Usage until then is billed.',
          { date },
        )}
        label={t('Pause on {date}', { date })}
        said={t('Pause is set')}
        onClose={close}
        onDone={onDone}
      />
      <StepDialog
        open={search['end'] === 'resume' && can('resume')}
        step="resume"
        title={t('Go on with the subscription?')}
        consequence={t(
          'Requests pass within a second; the flat fees for the rest of the period are due now.',
        )}
        label={t('Go on now')}
        said={t('The subscription goes on')}
        onClose={close}
        onDone={onDone}
      />
    </Card>
  );
}

interface StepProps {
  open: boolean;
  step: 'pause' | 'resume';
  title: string;
  consequence: string;
  label: string;
  said: string;
  onClose: () => void;
  onDone: () => void;
}

function StepDialog({ step, said, onDone, label, ...rest }: StepProps) {
  const customerId = useCustomerId();
  return (
    <ConfirmDialog
      {...rest}
      confirmLabel={label}
      onConfirm={async () => {
        const body: OwnStep = { step };
        const path = customerPath(customerId, '/subscription/steps');
        await api(path, { method: 'POST', body });
        toast.done(said);
        onDone();
      }}
    />
  );
}

interface CancelProps {
  open: boolean;
  date: string;
  onClose: () => void;
  onDone: () => void;
}

function CancelDialog({ open, date, onClose, onDone }: CancelProps) {
  const customerId = useCustomerId();
  const cancel = useApiForm({
    defaults: { reason: '', comment: '' },
    submit: async ({ reason, comment }, idempotencyKey) => {
      const body = {
        step: 'cancel',
        ...(reason !== '' && { reason }),
        ...(comment.trim() !== '' && { comment }),
      };
      const path = customerPath(customerId, '/subscription/steps');
      await api(path, { method: 'POST', body, idempotencyKey });
      toast.done(t('The subscription ends on {date}', { date }));
      onDone();
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('Cancel the subscription?')}
      about={
        <>
          <p>{t('It ends on {date}: from then on every request is refused.', { date })}</p>
          <p className="mt-1">
            {t('Usage until then is billed, and what was paid is not given back.')}{' '}
            {t('You can take it back until then.')}
          </p>
        </>
      }
    >
      <Form api={cancel} label={t('Cancel the subscription?')}>
        <SelectField
          form={cancel.form}
          name="reason"
          label={t('Why do you leave?')}
          options={REASONS}
        />
        <TextAreaField
          form={cancel.form}
          name="comment"
          label={t('What could be better?')}
          rows={3}
          maxLength={1_000}
        />
        <DialogActions>
          <Button onClick={onClose}>{t('Keep it')}</Button>
          <Button type="submit" tone="danger" busy={cancel.form.formState.isSubmitting}>
            {t('End on {date}', { date })}
          </Button>
        </DialogActions>
      </Form>
    </Dialog>
  );
}
