import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { Button } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { KnownChoices } from '../kit/known-choices.tsx';
import { meterLabel } from '../kit/meter-label.ts';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { Item } from './form-item.tsx';
import { meterChoices } from './queries.ts';
import { FIRST_RULE, hasPointer, isLate, isTold, type Source } from './metering-values.ts';
import { SOURCES } from './metering-sources.ts';
import type { RouteValues } from './route-values.ts';
import { amountFault, countFault, headerFault, pointerFault } from './values.ts';

/** What a request on this route adds to which meter. */
export function MeteringFields({ form }: { form: UseFormReturn<RouteValues> }) {
  const rules = useFieldArray({ control: form.control, name: 'metering' });
  return (
    <Card
      title={t('Metering')}
      about={t('What a request counts on which meter. Rules of one meter add up.')}
      actions={
        <Button size="sm" onClick={() => rules.append(FIRST_RULE)}>
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

interface FieldsOf {
  form: UseFormReturn<RouteValues>;
  at: number;
}

function RuleFields({ form, at }: FieldsOf) {
  const rule = useWatch({ control: form.control, name: `metering.${at}` });
  const current = rule?.meter ?? 'requests';
  const source = rule?.source ?? 'request';
  const counts = SOURCES.find(({ value }) => value === source);
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <KnownChoices label={t('Meter')} query={useQuery(meterChoices)}>
        {({ data }) => (
          <SelectField
            form={form}
            name={`metering.${at}.meter`}
            label={t('Meter')}
            options={meterSlugs(data, current)}
          />
        )}
      </KnownChoices>
      <SelectField
        form={form}
        name={`metering.${at}.source`}
        label={t('Counts')}
        options={SOURCES}
      />
      <TextField
        form={form}
        name={`metering.${at}.units`}
        label={counts?.units ?? t('Units')}
        inputMode="decimal"
        required={t('Enter units')}
        check={amountFault}
      />
      <SourceFields form={form} at={at} source={source} />
    </div>
  );
}

/** The meters, and the one that is named now where it is none of them. */
function meterSlugs(meters: readonly Meter[], current: string) {
  const options = meters.map((meter) => ({ value: meter.slug, label: meterLabel(meter, meters) }));
  const isListed = options.some(({ value }) => value === current);
  return isListed ? options : [{ value: current, label: current }, ...options];
}

/** What only some sources have: where to look, and what to do until the response tells. */
function SourceFields({ form, at, source }: FieldsOf & { source: Source }) {
  return (
    <>
      {source === 'response_header' && (
        <TextField
          form={form}
          name={`metering.${at}.header`}
          label={t('Header')}
          placeholder="x-cost"
          required={t('Enter the name of a header')}
          check={headerFault}
        />
      )}
      {hasPointer(source) && (
        <TextField
          form={form}
          name={`metering.${at}.pointer`}
          label={t('JSON pointer')}
          placeholder="/usage/total_tokens"
          hint={
            source === 'response_sse'
              ? t('Into the last event that has it.')
              : t('Into the body of the response.')
          }
          check={pointerFault}
        />
      )}
      {isLate(source) && (
        <TextField
          form={form}
          name={`metering.${at}.max_cost`}
          label={t('Most a request costs')}
          inputMode="decimal"
          hint={t(
            'In units; set aside until the response tells. Empty: hard limits may be passed.',
          )}
          check={amountFault}
        />
      )}
      {isTold(source) && (
        <>
          <TextField
            form={form}
            name={`metering.${at}.fallback`}
            label={t('Fallback')}
            inputMode="decimal"
            hint={t('Units charged when the value is missing or wrong.')}
            required={t('Enter units, or 0')}
            check={amountFault}
          />
          <TextField
            form={form}
            name={`metering.${at}.max_value`}
            label={t('Largest value')}
            inputMode="numeric"
            hint={t('A larger one is wrong.')}
            required={t('Enter a number')}
            check={countFault}
          />
        </>
      )}
    </>
  );
}
