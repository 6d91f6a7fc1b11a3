import { useQueryClient } from '@tanstack/react-query';
import { useWatch } from 'react-hook-form';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm, type ApiForm } from '../kit/form.tsx';
import { localInstant, majorToMinor } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { countFault, currencyFault, percentFault, positiveFault, slugFault } from './values.ts';

interface DialogProps {
  open: boolean;
  onClose: () => void;
}

export function CouponDialog({ open, onClose }: DialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('Create a coupon')}
      about={t('Its terms stay as they are; its name can change.')}
    >
      {open && <CouponForm onClose={onClose} />}
    </Dialog>
  );
}

const DEFAULTS = {
  name: '',
  slug: '',
  of: 'percent' as 'percent' | 'amount',
  percent_off: '',
  amount_off: '',
  currency: 'USD',
  invoices: '',
  redeem_by: '',
  redemptions_max: '',
};
type Values = typeof DEFAULTS;

const countOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** What the API is sent: amounts in minor units, and nothing of what the coupon is not. */
export function couponBody(values: Values): object {
  const { name, slug, of, redeem_by } = values;
  const currency = values.currency.toUpperCase();
  const terms =
    of === 'percent'
      ? { percent_off: values.percent_off }
      : { amount_off: majorToMinor(values.amount_off, currency), currency };
  return {
    name,
    slug,
    ...terms,
    invoices: countOf(values.invoices),
    redemptions_max: countOf(values.redemptions_max),
    redeem_by: localInstant(redeem_by) ?? null,
  };
}

function CouponForm({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const create = useApiForm<Values>({
    defaults: DEFAULTS,
    submit: async (values, idempotencyKey) => {
      await api('/v1/coupons', { method: 'POST', body: couponBody(values), idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['admin'] });
      toast.done(t('Coupon created'), { description: values.name });
      onClose();
    },
  });
  const { form } = create;
  return (
    <Form api={create} label={t('Create a coupon')}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField form={form} name="name" label={t('Name')} required={t('Enter a name')} />
        <TextField
          form={form}
          name="slug"
          label={t('Slug')}
          hint={t('Its name in the API. It stays.')}
          required={t('Enter a slug')}
          check={slugFault}
        />
      </div>
      <TakenOff create={create} />
      <Limits create={create} />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create coupon')}
        </Button>
      </DialogActions>
    </Form>
  );
}

function TakenOff({ create: { form } }: { create: ApiForm<Values> }) {
  const of = useWatch({ control: form.control, name: 'of' });
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        form={form}
        name="of"
        label={t('Takes off')}
        options={[
          { value: 'percent', label: t('A percentage') },
          { value: 'amount', label: t('An amount') },
        ]}
      />
      {of === 'percent' ? (
        <TextField
          form={form}
          name="percent_off"
          label={t('Percent')}
          inputMode="decimal"
          required={t('Enter a percentage')}
          check={percentFault}
        />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)_5rem] gap-2">
          <TextField
            form={form}
            name="amount_off"
            label={t('Amount')}
            inputMode="decimal"
            required={t('Enter an amount')}
            check={positiveFault}
          />
          <TextField
            form={form}
            name="currency"
            label={t('Currency')}
            required={t('Enter a currency')}
            check={currencyFault}
            maxLength={3}
          />
        </div>
      )}
    </div>
  );
}

function Limits({ create: { form } }: { create: ApiForm<Values> }) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <TextField
        form={form}
        name="invoices"
        label={t('Invoices')}
        hint={t('Of a customer; all unless set.')}
        inputMode="numeric"
        check={countFault}
      />
      <TextField
        form={form}
        name="redemptions_max"
        label={t('Customers')}
        hint={t('Any number unless set.')}
        inputMode="numeric"
        check={countFault}
      />
      <TextField
        form={form}
        name="redeem_by"
        label={t('Given until')}
        hint={t('Always unless set.')}
        type="datetime-local"
      />
    </div>
  );
}
