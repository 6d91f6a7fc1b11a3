import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import { api } from '../kit/api.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextAreaField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { listOf } from './access-values.ts';
import { customerQuery } from './queries.ts';
import { CustomerState } from './states.tsx';
import { currencyFault } from './values.ts';

/** The customer's own data: change it, or archive the customer. */
export function CustomerFacts({ customer }: { customer: Customer }) {
  const [asking, setAsking] = useState<'edit' | 'archive'>();
  const path = `/v1/customers/${customer.id}`;
  const reload = useReload(customer.id);
  const archived = customer.state !== 'active';
  const facts = [
    { name: t('Name'), value: customer.name },
    { name: t('State'), value: <CustomerState state={customer.state} /> },
    { name: t('External id'), value: customer.external_id ?? t('none') },
    { name: t('Currency'), value: customer.currency },
    { name: t('Billing zone'), value: customer.billing_zone },
    {
      name: t('Billing address'),
      value: <span className="whitespace-pre-line">{customer.billing_address || t('none')}</span>,
    },
    { name: t('Tax number'), value: customer.tax_number || t('none') },
    {
      name: t('Scopes its keys may have'),
      value: customer.key_scopes.length === 0 ? t('none') : customer.key_scopes.join(', '),
    },
    { name: t('Created'), value: <Instant iso={customer.created_at} /> },
  ];
  async function archive(): Promise<void> {
    await api(path, { method: 'DELETE' });
    toast.done(t('Customer archived'), { description: customer.name });
    await reload();
  }
  return (
    <Card
      title={t('Facts')}
      actions={
        !archived && (
          <>
            <Button size="sm" onClick={() => setAsking('archive')}>
              {t('Archive…')}
            </Button>
            <Button size="sm" onClick={() => setAsking('edit')}>
              {t('Edit')}
            </Button>
          </>
        )
      }
    >
      <Facts facts={facts} />
      <Dialog
        open={asking === 'edit'}
        onClose={() => setAsking(undefined)}
        title={t('Edit customer')}
      >
        <EditForm customer={customer} onDone={() => setAsking(undefined)} />
      </Dialog>
      <ConfirmDialog
        open={asking === 'archive'}
        onClose={() => setAsking(undefined)}
        onConfirm={archive}
        danger
        title={t('Archive “{name}”?', { name: customer.name })}
        confirmLabel={t('Archive customer')}
        consequence={
          <>
            <p>{t('Its members lose access and its keys are refused. Usage and history stay.')}</p>
            <p className="mt-2">
              {t('With a live subscription it can’t be archived: cancel that first.')}
            </p>
          </>
        }
      />
    </Card>
  );
}

function useReload(customerId: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: customerQuery(customerId).queryKey }),
      queries.invalidateQueries({ queryKey: ['admin', 'customers'] }),
    ]);
  };
}

function EditForm({ customer, onDone }: { customer: Customer; onDone: () => void }) {
  const reload = useReload(customer.id);
  const edit = useApiForm<EditValues>({
    defaults: {
      name: customer.name,
      external_id: customer.external_id ?? '',
      currency: customer.currency,
      billing_zone: customer.billing_zone,
      billing_address: customer.billing_address,
      tax_number: customer.tax_number,
      key_scopes: customer.key_scopes.join(', '),
    },
    rename: (path) => path.replace(/^key_scopes\..*/, 'key_scopes'),
    submit: async ({ external_id, currency, key_scopes, ...plain }) => {
      const body = {
        ...plain,
        currency: currency.toUpperCase(),
        key_scopes: listOf(key_scopes),
        external_id: external_id === '' ? null : external_id,
      };
      await api(`/v1/customers/${customer.id}`, { method: 'PATCH', body });
      await reload();
      onDone();
    },
  });
  const { form } = edit;
  return (
    <Form api={edit} label={t('Edit customer')}>
      <TextField form={form} name="name" label={t('Name')} required={t('Enter a name')} />
      <TextField form={form} name="external_id" label={t('External id')} />
      <InvoiceFields form={form} />
      <TextField
        form={form}
        name="currency"
        label={t('Currency')}
        required={t('Enter a currency')}
        check={currencyFault}
        maxLength={3}
        hint={t('It changes only while nothing is owed, or ever was, in the present one.')}
      />
      <TextField
        form={form}
        name="billing_zone"
        label={t('Billing zone')}
        required={t('Enter a time zone')}
        hint={t(
          'Such as Europe/Berlin. Its days and months count from the next window on; ' +
            'the one in force stays. Billing periods of a subscription keep theirs.',
        )}
      />
      <TextField
        form={form}
        name="key_scopes"
        label={t('Scopes its keys may have')}
        placeholder="orders:read, orders:write"
        hint={t('Routes say which they require. A key loses what is taken away here.')}
      />
      <DialogActions>
        <Button onClick={onDone}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Save')}
        </Button>
      </DialogActions>
    </Form>
  );
}

interface EditValues {
  name: string;
  external_id: string;
  currency: string;
  billing_zone: string;
  billing_address: string;
  tax_number: string;
  key_scopes: string;
}

/** What stands on the customer's invoices beside its name. */
function InvoiceFields({ form }: { form: UseFormReturn<EditValues> }) {
  return (
    <>
      <TextAreaField
        form={form}
        name="billing_address"
        label={t('Billing address')}
        rows={3}
        hint={t('Line by line, as it is to stand on invoices that are finalized from now on.')}
      />
      <TextField form={form} name="tax_number" label={t('Tax number')} />
    </>
  );
}
