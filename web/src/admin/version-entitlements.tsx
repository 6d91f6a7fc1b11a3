import { Plus } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import { Button } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { Item } from './form-item.tsx';
import { meterOptions } from './queries.ts';
import { amountFault, countFault } from './values.ts';
import { emptyEntitlement, type VersionValues } from './version-values.ts';

const FEATURE = { value: 'feature', label: t('Feature') };
const KINDS: Record<Plan['kind'], { value: string; label: string }[]> = {
  plan: [
    { value: 'quota', label: t('Quota') },
    { value: 'rate_limit', label: t('Rate limit') },
    FEATURE,
  ],
  add_on: [
    { value: 'quota', label: t('Raises a quota') },
    { value: 'included_units', label: t('Adds included units') },
    FEATURE,
  ],
};

const WINDOWS = [
  { value: 'minute', label: t('Minute') },
  { value: 'hour', label: t('Hour') },
  { value: 'day', label: t('Day') },
  { value: 'month', label: t('Month') },
  { value: 'billing_period', label: t('Billing period') },
];
const ZONED: ReadonlySet<string> = new Set(['day', 'month']);
const SCOPES = [
  { value: 'customer', label: t('All keys together') },
  { value: 'key', label: t('Each key for itself') },
];

const ON_UNREACHABLE = [
  { value: 'refuse', label: t('Refuse past what it holds') },
  { value: 'admit', label: t('Admit, counted apart') },
];
const RATE_UNREACHABLE = [
  { value: 'admit', label: t('Go on with its last share') },
  { value: 'refuse', label: t('Refuse once its share expires') },
];
const ENFORCEMENTS = [
  { value: 'hard', label: t('Hard: refuse') },
  { value: 'soft', label: t('Soft: admit, bill') },
  { value: 'unlimited', label: t('No limit: show only') },
];

interface FieldsProps {
  form: UseFormReturn<VersionValues>;
  meters: readonly Meter[];
}
interface EntitlementsProps extends FieldsProps {
  /** Of the plan that it is a version of. */
  kind: Plan['kind'];
}

/** What a version allows, or an add-on adds. None means no limit. */
export function EntitlementFields({ form, meters, kind }: EntitlementsProps) {
  const entitlements = useFieldArray({ control: form.control, name: 'entitlements' });
  return (
    <Card
      title={t('Entitlements')}
      about={
        entitlements.fields.length === 0 &&
        (kind === 'plan' ? t('None: no limits.') : t('None: it adds to nothing.'))
      }
      actions={
        <Button
          size="sm"
          onClick={() => entitlements.append(emptyEntitlement(meters[0]?.id ?? ''))}
        >
          <Plus aria-hidden />
          {t('Add entitlement')}
        </Button>
      }
    >
      <ul className="flex flex-col gap-5">
        {entitlements.fields.map((field, at) => (
          <Item
            key={field.id}
            name={t('Entitlement {n}', { n: at + 1 })}
            onRemove={() => entitlements.remove(at)}
          >
            <EntitlementField form={form} meters={meters} of={kind} at={at} />
          </Item>
        ))}
      </ul>
    </Card>
  );
}

function EntitlementField({
  form,
  meters,
  of,
  at,
}: FieldsProps & { of: Plan['kind']; at: number }) {
  const kind = useWatch({ control: form.control, name: `entitlements.${at}.kind` });
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <SelectField
        form={form}
        name={`entitlements.${at}.kind`}
        label={t('Kind')}
        options={KINDS[of]}
      />
      {kind === 'included_units' && <IncludedFields form={form} meters={meters} at={at} />}
      {kind === 'quota' && <QuotaFields form={form} meters={meters} at={at} />}
      {kind === 'rate_limit' && <RateFields form={form} at={at} />}
      {kind === 'feature' && (
        <TextField
          form={form}
          name={`entitlements.${at}.feature`}
          label={t('Feature')}
          required={t('Name the feature')}
        />
      )}
    </div>
  );
}

function QuotaFields({ form, meters, at }: FieldsProps & { at: number }) {
  const enforcement = useWatch({ control: form.control, name: `entitlements.${at}.enforcement` });
  const window = useWatch({ control: form.control, name: `entitlements.${at}.window` });
  const isLimited = enforcement !== 'unlimited';
  return (
    <>
      <SelectField
        form={form}
        name={`entitlements.${at}.meter_id`}
        label={t('Meter')}
        options={meterOptions(meters)}
      />
      <SelectField
        form={form}
        name={`entitlements.${at}.enforcement`}
        label={t('At the limit')}
        options={ENFORCEMENTS}
      />
      {isLimited && (
        <TextField
          form={form}
          name={`entitlements.${at}.limit`}
          label={t('Limit')}
          inputMode="numeric"
          required={t('Enter a limit')}
          check={countFault}
        />
      )}
      <SelectField
        form={form}
        name={`entitlements.${at}.window`}
        label={t('Per')}
        options={WINDOWS}
        hint={ZONED.has(window) ? t('By the customer’s billing zone') : undefined}
      />
      <SelectField
        form={form}
        name={`entitlements.${at}.scope`}
        label={t('Counted for')}
        options={SCOPES}
      />
      {enforcement === 'hard' && (
        <SelectField
          form={form}
          name={`entitlements.${at}.on_unreachable`}
          label={t('If a gateway cannot ask')}
          options={ON_UNREACHABLE}
        />
      )}
    </>
  );
}

function IncludedFields({ form, meters, at }: FieldsProps & { at: number }) {
  return (
    <>
      <SelectField
        form={form}
        name={`entitlements.${at}.meter_id`}
        label={t('Meter')}
        options={meterOptions(meters)}
      />
      <TextField
        form={form}
        name={`entitlements.${at}.units`}
        label={t('Units a period, each')}
        inputMode="decimal"
        hint={t('On top of what the plan’s price includes')}
        required={t('Enter a number of units')}
        check={countFault}
      />
    </>
  );
}

function RateFields({ form, at }: Omit<FieldsProps, 'meters'> & { at: number }) {
  return (
    <>
      <TextField
        form={form}
        name={`entitlements.${at}.rate_per_second`}
        label={t('Requests a second')}
        inputMode="decimal"
        required={t('Enter a rate')}
        check={amountFault}
      />
      <TextField
        form={form}
        name={`entitlements.${at}.burst`}
        label={t('Burst')}
        inputMode="numeric"
        required={t('Enter a burst')}
        check={countFault}
      />
      <SelectField
        form={form}
        name={`entitlements.${at}.on_unreachable`}
        label={t('If a gateway cannot ask')}
        options={RATE_UNREACHABLE}
      />
    </>
  );
}
