import { Plus } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { Button } from '../kit/button.tsx';
import { isDecimal } from '../kit/decimal.ts';
import { SelectField, TextField } from '../kit/field.tsx';
import { Card } from '../kit/page.tsx';
import { priceInWords } from '../kit/price-words.ts';
import { t } from '../kit/text.ts';
import { Item } from './form-item.tsx';
import { meterOptions } from './queries.ts';
import { amountFault, currencyFault } from './values.ts';
import { emptyPrice, priceInput, type VersionValues } from './version-values.ts';

const MODELS = [
  { value: 'flat', label: t('Flat, per period') },
  { value: 'per_unit', label: t('Per unit') },
];

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
  const currency = useWatch({ control: form.control, name: 'currency' });
  const perUnit = price?.model === 'per_unit';
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        <SelectField form={form} name={`prices.${at}.model`} label={t('Model')} options={MODELS} />
        {perUnit && (
          <SelectField
            form={form}
            name={`prices.${at}.meter_id`}
            label={t('Meter')}
            options={meterOptions(meters)}
          />
        )}
        <TextField
          form={form}
          name={`prices.${at}.amount`}
          label={t('Amount in {currency}', { currency })}
          inputMode="decimal"
          required={t('Enter an amount')}
          check={amountFault}
        />
        {perUnit && (
          <TextField
            form={form}
            name={`prices.${at}.included_units`}
            label={t('Included units')}
            inputMode="numeric"
            required={t('Enter 0 for none')}
            check={amountFault}
          />
        )}
      </div>
      {price && <Spoken price={price} currency={currency.toUpperCase()} meters={meters} />}
    </>
  );
}

interface SpokenProps {
  price: VersionValues['prices'][number];
  currency: string;
  meters: readonly Meter[];
}

/** The price read back in words, so that a slipped decimal point is seen. */
function Spoken({ price, currency, meters }: SpokenProps) {
  const sound =
    isDecimal(price.amount) &&
    isDecimal(price.included_units) &&
    currencyFault(currency) === undefined;
  if (!sound) return null;
  const words = priceInWords({ meter_id: null, ...priceInput(price, currency) }, currency, meters);
  return (
    <p className="mt-2 text-[0.8125rem] wrap-anywhere text-ink-soft">
      {t('Reads: {words}', { words })}
    </p>
  );
}
