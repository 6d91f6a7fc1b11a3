import { useQueryClient } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { currencyFault, withoutBlanks } from './values.ts';

/** Creates a customer and goes to its page. */
export function CreateCustomerDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={t('Create a customer')}>
      <CreateCustomerForm onCancel={onClose} />
    </Dialog>
  );
}

function CreateCustomerForm({ onCancel }: { onCancel: () => void }) {
  const go = useGo();
  const queries = useQueryClient();
  const create = useApiForm({
    defaults: { name: '', external_id: '', currency: 'USD', billing_zone: '' },
    submit: async (values, idempotencyKey) => {
      const body = withoutBlanks({ ...values, currency: values.currency.toUpperCase() });
      const made = await api<Customer>('/v1/customers', { method: 'POST', body, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['admin', 'customers'] });
      go(paths.adminCustomer(made.id), { replace: true });
    },
  });
  const { form } = create;
  return (
    <Form api={create} label={t('Create a customer')}>
      <TextField form={form} name="name" label={t('Name')} required={t('Enter a name')} />
      <TextField
        form={form}
        name="external_id"
        label={t('External id')}
        hint={t('Its id in your own system. Optional, unique.')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          form={form}
          name="currency"
          label={t('Currency')}
          required={t('Enter a currency')}
          check={currencyFault}
          maxLength={3}
        />
        <TextField
          form={form}
          name="billing_zone"
          label={t('Billing zone')}
          placeholder="UTC"
          hint={t('Such as Europe/Berlin: where its days and months begin')}
        />
      </div>
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create customer')}
        </Button>
      </DialogActions>
    </Form>
  );
}
