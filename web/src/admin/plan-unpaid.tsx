import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';

type Action = Plan['unpaid_action'];

const ACTIONS: readonly { value: Action; label: string }[] = [
  { value: 'keep', label: t('Requests go on') },
  { value: 'limit', label: t('Requests have a lower rate') },
  { value: 'block', label: t('Requests are refused (402)') },
];

/** @returns what becomes of who does not pay, in words. */
export function unpaidInWords({ unpaid_action, unpaid_rate_per_second }: Plan): string {
  if (unpaid_action === 'limit') {
    return t('At most {rate} requests a second', { rate: unpaid_rate_per_second ?? '' });
  }
  return ACTIONS.find(({ value }) => value === unpaid_action)?.label ?? unpaid_action;
}

/** Chooses what becomes of customers who do not pay, once the grace time is over. */
export function UnpaidButton({ plan }: { plan: Plan }) {
  const [open, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        {t('When nobody pays…')}
      </Button>
      <Dialog open={open} onClose={close} title={t('When an invoice is not paid')}>
        <UnpaidForm plan={plan} onDone={close} />
      </Dialog>
    </>
  );
}

function UnpaidForm({ plan, onDone }: { plan: Plan; onDone: () => void }) {
  const queries = useQueryClient();
  const edit = useApiForm({
    defaults: {
      unpaid_action: plan.unpaid_action as string,
      unpaid_rate_per_second: plan.unpaid_rate_per_second ?? '',
    },
    submit: async ({ unpaid_action, unpaid_rate_per_second: rate }) => {
      const body = {
        unpaid_action,
        unpaid_rate_per_second: rate.trim() === '' ? null : rate.trim(),
      };
      await api(`/v1/plans/${plan.id}`, { method: 'PATCH', body });
      await queries.invalidateQueries({ queryKey: ['admin'] });
      onDone();
    },
  });
  const { form } = edit;
  return (
    <Form api={edit} label={t('When an invoice is not paid')}>
      <SelectField
        form={form}
        name="unpaid_action"
        label={t('After the grace time')}
        options={ACTIONS}
      />
      <TextField
        form={form}
        name="unpaid_rate_per_second"
        label={t('Requests a second')}
        inputMode="decimal"
        hint={t('Of a lower rate; else empty.')}
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
