import { useQueryClient } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { CheckboxField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { percentFault } from './values.ts';

interface DialogProps {
  open: boolean;
  onClose: () => void;
}

export function TaxRateDialog({ open, onClose }: DialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('Create a tax rate')}
      about={t('Its percentage stays: another one is another rate.')}
    >
      {open && <TaxRateForm onClose={onClose} />}
    </Dialog>
  );
}

function TaxRateForm({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const create = useApiForm({
    defaults: { name: '', percent: '', inclusive: false },
    submit: async (body, idempotencyKey) => {
      await api('/v1/tax-rates', { method: 'POST', body, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['admin'] });
      toast.done(t('Tax rate created'), { description: body.name });
      onClose();
    },
  });
  const { form } = create;
  return (
    <Form api={create} label={t('Create a tax rate')}>
      <TextField
        form={form}
        name="name"
        label={t('Name')}
        placeholder={t('VAT')}
        required={t('Enter a name')}
      />
      <TextField
        form={form}
        name="percent"
        label={t('Percent')}
        inputMode="decimal"
        required={t('Enter a percentage')}
        check={percentFault}
      />
      <CheckboxField
        form={form}
        name="inclusive"
        label={t('In prices already')}
        hint={t('Otherwise it comes on top of them.')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create tax rate')}
        </Button>
      </DialogActions>
    </Form>
  );
}
