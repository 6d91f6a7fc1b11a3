import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { CheckboxField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';

/** Chooses what customers can do with a plan by themselves. */
export function OfferButton({ plan }: { plan: Plan }) {
  const [open, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        {t('What customers may…')}
      </Button>
      <Dialog open={open} onClose={close} title={t('What customers may do themselves')}>
        {open && <OfferForm plan={plan} onDone={close} />}
      </Dialog>
    </>
  );
}

function OfferForm({ plan, onDone }: { plan: Plan; onDone: () => void }) {
  const queries = useQueryClient();
  const edit = useApiForm({
    defaults: { self_serve: plan.self_serve, pausable: plan.pausable },
    submit: async (body) => {
      await api(`/v1/plans/${plan.id}`, { method: 'PATCH', body });
      await queries.invalidateQueries({ queryKey: ['admin'] });
      onDone();
    },
  });
  const { form } = edit;
  return (
    <Form api={edit} label={t('What customers may do themselves')}>
      <CheckboxField
        form={form}
        name="self_serve"
        label={t('Choose it in the portal')}
        hint={
          plan.self_serve_default
            ? t('Without it, it is no default any more: who signs up is on no plan.')
            : t('It is on their page Plan, with its newest published version.')
        }
      />
      <CheckboxField
        form={form}
        name="pausable"
        label={t('Pause it')}
        hint={t('While it is paused, requests are refused and nothing is owed.')}
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
