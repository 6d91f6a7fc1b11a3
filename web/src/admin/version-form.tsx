import { useMemo } from 'react';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { intervalInWords } from '../kit/interval-words.ts';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { amountFault, countFault, currencyFault } from './values.ts';
import { EntitlementFields } from './version-entitlements.tsx';
import { PriceFields } from './version-prices.tsx';
import { priceField } from './price-values.ts';
import { toBody, toValues, type VersionBody } from './version-values.ts';

const PRORATIONS = [
  { value: 'second', label: t('By the second') },
  { value: 'day', label: t('By the day') },
];

const CHARGED = [
  { value: 'recurring', label: t('Each period') },
  { value: 'once', label: t('Once') },
];

const INTERVALS = ['1', '3', '6', '12', '24', '36'];

/** The usual lengths of a period, and the one that the version has. */
const intervalOptions = (current: string) =>
  [...new Set([...INTERVALS, current])]
    .toSorted((a, b) => Number(a) - Number(b))
    .map((value) => ({ value, label: intervalInWords(Number(value)) }));

interface VersionFormProps {
  /** Of the plan that it is a version of. */
  kind: Plan['kind'];
  /** The version the form begins from. */
  from: PlanVersion | undefined;
  meters: readonly Meter[];
  saveLabel: string;
  cancelHref: string;
  onSave: (body: VersionBody, idempotencyKey: string) => Promise<void>;
}

/** The editor of a draft: currency and trial, prices, entitlements. */
export function VersionForm(props: VersionFormProps) {
  const { kind, from, meters, saveLabel, cancelHref, onSave } = props;
  const meterId = meters[0]?.id ?? '';
  const defaults = useMemo(() => toValues(from, meterId), [from, meterId]);
  const version = useApiForm({
    defaults,
    rename: priceField,
    submit: (values, idempotencyKey) => onSave(toBody(values), idempotencyKey),
  });
  const { form } = version;
  return (
    <Form api={version} label={t('Plan version')}>
      <Card title={t('Terms')}>
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          <TextField
            form={form}
            name="currency"
            label={t('Currency')}
            required={t('Enter a currency')}
            check={currencyFault}
            maxLength={3}
          />
          {kind === 'plan' && (
            <TextField
              form={form}
              name="trial_days"
              label={t('Trial, days')}
              inputMode="numeric"
              required={t('Enter 0 for no trial')}
              check={countFault}
            />
          )}
          <SelectField
            form={form}
            name="interval_months"
            label={t('Billing period')}
            options={intervalOptions(form.getValues('interval_months'))}
          />
          <SelectField
            form={form}
            name="proration"
            label={t('Proration')}
            hint={t('How part of a period counts; of days, the first and the last as well')}
            options={PRORATIONS}
          />
          {kind === 'plan' ? (
            <TextField
              form={form}
              name="threshold_amount"
              label={t('Bill usage early at')}
              inputMode="decimal"
              hint={t('Once so much of it is not billed yet; empty: with the period’s end')}
              check={(value) => (value.trim() === '' ? undefined : amountFault(value))}
            />
          ) : (
            <SelectField form={form} name="charged" label={t('Charged')} options={CHARGED} />
          )}
        </div>
      </Card>
      <PriceFields form={form} meters={meters} />
      <EntitlementFields form={form} meters={meters} kind={kind} />
      <div className="flex flex-wrap justify-end gap-2">
        <ButtonLink href={cancelHref}>{t('Cancel')}</ButtonLink>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {saveLabel}
        </Button>
      </div>
    </Form>
  );
}
