import type { QuotaState } from '@tollgate/billing-core/contract/usage.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextAreaField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatNumber } from '../kit/format.ts';
import { isDecimal } from '../kit/decimal.ts';
import { quotaName } from '../kit/quota-words.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

interface AskProps {
  quota: QuotaState | undefined;
  path: string;
  onClose: () => void;
  onAsked: () => void;
}

/** Asks the operator of the API for a larger quota; nothing changes by it. */
export function AskDialog({ quota, path, onClose, onAsked }: AskProps) {
  return (
    <Dialog
      open={quota !== undefined}
      onClose={onClose}
      title={t('Ask for more')}
      about={
        quota && (
          <>
            {t('{quota}: {limit} now.', {
              quota: quotaName({ ...quota, key: null }),
              limit: formatNumber(quota.limit ?? '0'),
            })}{' '}
            {t('Nothing changes, and nothing is charged, before the operator has answered.')}
          </>
        )
      }
    >
      {quota && <AskForm quota={quota} path={path} onClose={onClose} onAsked={onAsked} />}
    </Dialog>
  );
}

function AskForm({ quota, path, onClose, onAsked }: AskProps & { quota: QuotaState }) {
  const ask = useApiForm({
    defaults: { limit: '', reason: '' },
    rename: (field) => (field === 'meter_id' ? 'limit' : field),
    submit: async ({ limit, reason }, idempotencyKey) => {
      const { meter, window, scope } = quota;
      const body = { meter_id: meter.id, window, scope, limit: plain(limit), reason };
      await api(path, { method: 'POST', body, idempotencyKey });
      toast.done(t('Asked for more'));
      onAsked();
    },
  });
  return (
    <Form api={ask} label={t('Ask for more')}>
      <TextField
        form={ask.form}
        name="limit"
        label={t('How many do you need?')}
        inputMode="numeric"
        autoComplete="off"
        required={t('Enter a number')}
        check={(value) => (isDecimal(plain(value)) ? undefined : t('Is not a number'))}
      />
      <TextAreaField
        form={ask.form}
        name="reason"
        label={t('What for?')}
        rows={3}
        maxLength={500}
        required={t('Say in a few words what for')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={ask.form.formState.isSubmitting}>
          {t('Ask')}
        </Button>
      </DialogActions>
    </Form>
  );
}

/** People write thousands with commas or spaces. */
const plain = (text: string): string => text.replaceAll(/[\s,]/g, '');
