import { useQueryClient } from '@tanstack/react-query';
import type { PortalCustomer } from '@tollgate/billing-core/contract/customer.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { meQuery } from '../session/me.ts';
import { customerPath } from './queries.ts';

const KNOWN_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC')];

/** The zones that a browser knows; it may have another name for the present one. */
const optionsWith = (present: string): { value: string; label: string }[] =>
  (KNOWN_ZONES.includes(present) ? KNOWN_ZONES : [present, ...KNOWN_ZONES]).map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  }));

/** What owners change of their customer. */
export function CustomerForm({ customer }: { customer: PortalCustomer }) {
  const queries = useQueryClient();
  const { name, billing_zone } = customer;
  const edit = useApiForm<{ name: string; billing_zone: string }>({
    defaults: { name, billing_zone },
    submit: async (body) => {
      await api(customerPath(customer.id), { method: 'PATCH', body });
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['portal', customer.id] }),
        queries.invalidateQueries({ queryKey: meQuery.queryKey }),
      ]);
      edit.form.reset(body);
      toast.done(t('Saved'));
    },
  });
  const { form } = edit;
  return (
    <Form api={edit} label={t('Customer')}>
      <TextField
        form={form}
        name="name"
        label={t('Name')}
        hint={t('As it stands on invoices from now on.')}
        maxLength={200}
        autoComplete="organization"
        required={t('Enter a name')}
      />
      <SelectField
        form={form}
        name="billing_zone"
        label={t('Billing zone')}
        hint={t('Of its days and months: quotas and billing periods that begin from now on.')}
        options={optionsWith(billing_zone)}
      />
      <div className="flex justify-end">
        <Button
          type="submit"
          tone="primary"
          busy={form.formState.isSubmitting}
          disabled={!form.formState.isDirty}
        >
          {t('Save')}
        </Button>
      </div>
    </Form>
  );
}
