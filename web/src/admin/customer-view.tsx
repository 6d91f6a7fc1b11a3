import { useQueryClient } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { meQuery } from '../session/me.ts';

/** Looks at the portal as the customer: read-only, for half an hour, on the record. */
export function ViewAsCustomer({ customer }: { customer: Customer }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Eye aria-hidden />
        {t('View as customer…')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('View as “{name}”', { name: customer.name })}
        about={t(
          'You see the portal as its members do, for 30 minutes. Nothing can be changed ' +
            'meanwhile, here neither, until you end it. Who looked, when and why stays in the ' +
            'audit log.',
        )}
      >
        {asking && <ViewForm customer={customer} onClose={() => setAsking(false)} />}
      </Dialog>
    </>
  );
}

function ViewForm({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const queries = useQueryClient();
  const go = useGo();
  const view = useApiForm({
    defaults: { reason: '' },
    submit: async ({ reason }) => {
      const body = { customer_id: customer.id, reason };
      await api('/v1/customer-views', { method: 'POST', body });
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      go(paths.overview(customer.id));
    },
  });
  return (
    <Form api={view} label={t('View as customer')}>
      <TextField
        form={view.form}
        name="reason"
        label={t('Reason')}
        required={t('Say why')}
        placeholder={t('Ticket 4711: quota seems wrong')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={view.form.formState.isSubmitting}>
          {t('View, read-only')}
        </Button>
      </DialogActions>
    </Form>
  );
}
