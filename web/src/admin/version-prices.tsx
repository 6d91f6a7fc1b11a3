import { Plus } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { Button } from '../kit/button.tsx';
import { SelectField } from '../kit/field.tsx';
import { Card } from '../kit/page.tsx';
import { priceInWords } from '../kit/price-words.ts';
import { t } from '../kit/text.ts';
import { Item } from './form-item.tsx';
import { PriceCalculator } from './price-calculator.tsx';
import { AmountFields, EventFields, LimitFields } from './price-fields.tsx';
import { TierFields } from './price-tiers.tsx';
import { hintOf, MODELS } from './price-models.ts';
import { emptyPrice, typedPrice } from './price-values.ts';
import { meterOptions } from './queries.ts';
import { currencyFault } from './values.ts';
import type { VersionValues } from './version-values.ts';

interface FieldsProps {
  form: UseFormReturn<VersionValues>;
  meters: readonly Meter[];
}

/** The prices of a version. None means free of charge. */
export function PriceFields({ form, meters }: FieldsProps) {
  const prices = useFieldArray({ control: form.control, name: 'prices' });
  return (
    <Card
      title={t('Prices')}
      about={prices.fields.length === 0 && t('None: free of charge.')}
      actions={
        <Button size="sm" onClick={() => prices.append(emptyPrice(meters[0]?.id ?? ''))}>
          <Plus aria-hidden />
          {t('Add price')}
        </Button>
      }
    >
      <ul className="flex flex-col gap-5">
        {prices.fields.map((field, at) => (
          <Item
            key={field.id}
            name={t('Price {n}', { n: at + 1 })}
            onRemove={() => prices.remove(at)}
          >
            <PriceField form={form} meters={meters} at={at} />
          </Item>
        ))}
      </ul>
    </Card>
  );
}

function PriceField({ form, meters, at }: FieldsProps & { at: number }) {
  const price = useWatch({ control: form.control, name: `prices.${at}` });
  const typed = useWatch({ control: form.control, name: 'currency' }).toUpperCase();
  if (price === undefined) return null;
  const currency = currencyFault(typed) === undefined ? typed : undefined;
  const shared = { form, at, price, currency: currency ?? '' };
  const terms = currency === undefined ? undefined : typedPrice(price, currency);
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        <SelectField
          form={form}
          name={`prices.${at}.model`}
          label={t('Model')}
          hint={hintOf(price.model)}
          options={MODELS}
        />
        {price.model !== 'flat' && (
          <SelectField
            form={form}
            name={`prices.${at}.meter_id`}
            label={t('Meter')}
            options={meterOptions(meters)}
          />
        )}
        <AmountFields {...shared} />
      </div>
      <TierFields {...shared} />
      <EventFields {...shared} />
      <LimitFields {...shared} />
      {terms && currency !== undefined && (
        <p className="text-[0.8125rem] wrap-anywhere text-ink-soft">
          {t('Reads: {words}', { words: priceInWords(terms, currency, meters) })}
        </p>
      )}
      <PriceCalculator terms={terms} currency={currency} />
    </div>
  );
}
