import { Plus } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import { Button } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { meterLabel } from '../kit/meter-label.ts';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { Item } from './form-item.tsx';
import { useMeters } from './queries.ts';
import type { RouteValues } from './route-values.ts';
import { amountFault } from './values.ts';

const SOURCES = [
  { value: 'request', label: t('Each request') },
  { value: 'request_bytes', label: t('Bytes of the request') },
  { value: 'response_bytes', label: t('Bytes of the response') },
];

/** What a request on this route adds to which meter. */
export function MeteringFields({ form }: { form: UseFormReturn<RouteValues> }) {
  const rules = useFieldArray({ control: form.control, name: 'metering' });
  const empty = { meter: 'requests', source: 'request', units: '1' } as const;
  return (
    <Card
      title={t('Metering')}
      actions={
        <Button size="sm" onClick={() => rules.append(empty)}>
          <Plus aria-hidden />
          {t('Add rule')}
        </Button>
      }
    >
      <ul className="flex flex-col gap-5">
        {rules.fields.map((field, at) => (
          <Item
            key={field.id}
            name={t('Rule {n}', { n: at + 1 })}
            onRemove={rules.fields.length > 1 ? () => rules.remove(at) : undefined}
          >
            <RuleFields form={form} at={at} />
          </Item>
        ))}
      </ul>
    </Card>
  );
}

function RuleFields({ form, at }: { form: UseFormReturn<RouteValues>; at: number }) {
  const meters = useMeters();
  const rule = useWatch({ control: form.control, name: `metering.${at}` });
  const options = meters.map((meter) => ({ value: meter.slug, label: meterLabel(meter, meters) }));
  const listed = options.some((option) => option.value === rule?.meter);
  const current = rule?.meter ?? 'requests';
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <SelectField
        form={form}
        name={`metering.${at}.meter`}
        label={t('Meter')}
        options={listed ? options : [{ value: current, label: current }, ...options]}
      />
      <SelectField
        form={form}
        name={`metering.${at}.source`}
        label={t('Counts')}
        options={SOURCES}
      />
      <TextField
        form={form}
        name={`metering.${at}.units`}
        label={rule?.source === 'request' ? t('Units a request') : t('Units a byte')}
        inputMode="decimal"
        required={t('Enter units')}
        check={amountFault}
      />
    </div>
  );
}
