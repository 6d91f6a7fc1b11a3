import type { QuotaAnswer, QuotaRequest } from '@tollgate/billing-core/contract/quota-request.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { CheckboxField, TextAreaField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatNumber } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { quotaText } from './quota-text.ts';
import { RaiseFields, raiseOf, type RaiseValues } from './raise-fields.tsx';

export interface Answering {
  request: QuotaRequest;
  decision: QuotaAnswer['decision'];
}

interface AnswerProps {
  answering: Answering | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** Grants or declines what was asked for; a grant raises the quota, unless that is unchecked. */
export function AnswerDialog({ answering, onClose, onDone }: AnswerProps) {
  const name = answering?.request.customer.name ?? '';
  return (
    <Dialog
      open={answering !== undefined}
      onClose={onClose}
      title={
        answering?.decision === 'declined'
          ? t('Decline the request of {name}', { name })
          : t('Grant the request of {name}', { name })
      }
      about={answering && <Asked request={answering.request} />}
    >
      {answering && <AnswerForm {...answering} onClose={onClose} onDone={onDone} />}
    </Dialog>
  );
}

function Asked({ request }: { request: QuotaRequest }) {
  return (
    <>
      {quotaText(request)}
      {': '}
      {t('{from} to {end}', {
        from: formatNumber(request.limit_then),
        end: formatNumber(request.limit),
      })}
      . {request.reason}
    </>
  );
}

interface AnswerValues extends RaiseValues {
  raises: boolean;
  answer: string;
}

const RAISE_FIELD = /^raise\.(limit|ends_at)$/;

function AnswerForm({
  request,
  decision,
  onClose,
  onDone,
}: Answering & Omit<AnswerProps, 'answering'>) {
  const grants = decision === 'granted';
  const answer = useApiForm<AnswerValues>({
    defaults: { raises: grants, limit: request.limit, ends_at: '', answer: '' },
    rename: (field) => (field === 'raise' ? 'limit' : (RAISE_FIELD.exec(field)?.[1] ?? field)),
    submit: async (values, idempotencyKey) => {
      const raise = values.raises ? raiseOf(values) : undefined;
      const body = { decision, answer: values.answer, ...(raise && { raise }) };
      await api(`/v1/quota-requests/${request.id}/answer`, {
        method: 'POST',
        body,
        idempotencyKey,
      });
      toast.done(grants ? t('Request granted') : t('Request declined'), {
        description: request.customer.name,
      });
      await onDone();
    },
  });
  const { form } = answer;
  const raises = form.watch('raises');
  return (
    <Form api={answer} label={t('Answer')}>
      {grants && (
        <CheckboxField
          form={form}
          name="raises"
          label={t('Raise the quota')}
          hint={t('At once: gateways know it within a second. Without it, only words are sent.')}
        />
      )}
      {raises && <RaiseFields form={form} />}
      <TextAreaField
        form={form}
        name="answer"
        label={grants ? t('What the customer is told') : t('Why, as the customer is told')}
        rows={3}
        maxLength={1000}
        {...(!grants && { required: t('Say why') })}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button
          type="submit"
          tone={grants ? 'primary' : 'danger'}
          busy={form.formState.isSubmitting}
        >
          {!grants ? t('Decline') : raises ? t('Grant and raise') : t('Grant')}
        </Button>
      </DialogActions>
    </Form>
  );
}
