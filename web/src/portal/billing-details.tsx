import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BillingDetails, PortalCustomer } from '@tollgate/billing-core/contract/customer.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextAreaField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useRole } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath, customerQuery } from './queries.ts';

/** Whom invoices are for: as they say it from now on. */
export function BillingDetailsCard() {
  const customerId = useCustomerId();
  const role = useRole(customerId);
  const customer = useQuery(customerQuery(customerId));
  const [editing, setEditing] = useState(false);
  const may = role === 'owner' || role === 'billing';
  return (
    <Card
      title={t('On your invoices')}
      actions={
        may &&
        customer.data && (
          <Button size="sm" onClick={() => setEditing(true)}>
            {t('Edit')}
          </Button>
        )
      }
    >
      <Loaded query={customer} skeleton={<FactsSkeleton facts={3} />}>
        {(known) => (
          <>
            <Facts facts={factsOf(known)} />
            <Dialog
              open={editing}
              onClose={() => setEditing(false)}
              title={t('On your invoices')}
              about={t('For invoices from now on; those that were sent stay as they are.')}
            >
              <DetailsForm customer={known} onDone={() => setEditing(false)} />
            </Dialog>
          </>
        )}
      </Loaded>
    </Card>
  );
}

const factsOf = ({ name, billing_address, tax_number }: PortalCustomer) => [
  { name: t('Name'), value: name },
  { name: t('Tax number'), value: tax_number || t('none') },
  {
    name: t('Billing address'),
    value: <span className="whitespace-pre-line">{billing_address || t('none')}</span>,
  },
];

function DetailsForm({ customer, onDone }: { customer: PortalCustomer; onDone: () => void }) {
  const queries = useQueryClient();
  const { billing_address, tax_number } = customer;
  const edit = useApiForm<BillingDetails>({
    defaults: { billing_address, tax_number },
    submit: async (body) => {
      await api(customerPath(customer.id, '/billing-details'), { method: 'PUT', body });
      await queries.invalidateQueries({ queryKey: customerQuery(customer.id).queryKey });
      toast.done(t('Saved'));
      onDone();
    },
  });
  return (
    <Form api={edit} label={t('On your invoices')}>
      <TextAreaField
        form={edit.form}
        name="billing_address"
        label={t('Billing address')}
        hint={t('Line by line, as it stands on invoices.')}
        rows={4}
        maxLength={1_000}
        autoComplete="street-address"
      />
      <TextField
        form={edit.form}
        name="tax_number"
        label={t('Tax number')}
        hint={t('Such as a VAT id. It is printed, and changes no tax by itself.')}
        maxLength={60}
        autoComplete="off"
      />
      <DialogActions>
        <Button onClick={onDone}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={edit.form.formState.isSubmitting}>
          {t('Save')}
        </Button>
      </DialogActions>
    </Form>
  );
}
