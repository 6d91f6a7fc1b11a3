import { clsx } from 'clsx';
import { Plus, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { useFieldArray } from 'react-hook-form';
import { Button, IconButton } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { t } from '../kit/text.ts';
import { isPackaged, isTiered, type PriceProps } from './price-fields.tsx';
import { emptyTier, type TierValues } from './price-values.ts';
import { amountFault, percentFault, positiveFault } from './values.ts';

/** As many as the API takes. */
const TIERS_MAX = 50;

const ZERO_USAGE_FLAT = [
  { value: 'due', label: t('Due also at zero') },
  { value: 'waived', label: t('Not due at zero') },
];

/** The tiers of a price, in order; the last has no end. */
export function TierFields(props: PriceProps) {
  return isTiered(props.price) ? <Tiers {...props} /> : null;
}

function Tiers(props: PriceProps) {
  const { form, at, price } = props;
  const tiers = useFieldArray({ control: form.control, name: `prices.${at}.tiers` });
  const add = useRef<HTMLButtonElement>(null);
  const last = tiers.fields.length - 1;
  function append(): void {
    // The end of what was the last tier is what comes next to be typed.
    tiers.append(emptyTier(), { focusName: `prices.${at}.tiers.${last}.up_to` });
  }
  function remove(tier: number): void {
    tiers.remove(tier);
    add.current?.focus();
  }
  return (
    <div className="flex flex-col gap-3">
      <ol aria-label={t('Tiers')} className="flex flex-col gap-3">
        {tiers.fields.map((field, tier) => (
          <li key={field.id} className="min-w-0">
            <fieldset className="min-w-0 border-l-2 border-line pl-3">
              <legend className="sr-only">{t('Tier {n}', { n: tier + 1 })}</legend>
              <TierField
                {...props}
                tier={tier}
                isLast={tier === last}
                isOnly={last === 0}
                onRemove={remove}
              />
            </fieldset>
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-end gap-4">
        <Button ref={add} size="sm" onClick={append} disabled={tiers.fields.length >= TIERS_MAX}>
          <Plus aria-hidden />
          {t('Add tier')}
        </Button>
        {price.tiers[0]?.flat_amount !== '0' && (
          <SelectField
            form={form}
            name={`prices.${at}.zero_usage_flat`}
            label={t('Flat fee of tier 1')}
            options={ZERO_USAGE_FLAT}
          />
        )}
      </div>
    </div>
  );
}

interface TierProps extends PriceProps {
  tier: number;
  isLast: boolean;
  isOnly: boolean;
  onRemove: (tier: number) => void;
}

function TierField(props: TierProps) {
  const { tier, price, isOnly, onRemove } = props;
  return (
    <div className="flex items-start gap-2">
      <div
        className={clsx(
          'grid min-w-0 flex-1 gap-3',
          isPackaged(price) ? 'sm:grid-cols-2 lg:grid-cols-4' : 'sm:grid-cols-3',
        )}
      >
        <TierEnd {...props} />
        <TierPrice {...props} />
      </div>
      {!isOnly && (
        <IconButton
          label={t('Remove tier {n}', { n: tier + 1 })}
          onClick={() => onRemove(tier)}
          className="mt-6"
        >
          <Trash2 aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

interface FigureProps extends TierProps {
  name: keyof TierValues;
  label: string;
  required: string;
  check?: (value: string) => string | undefined;
}

function Figure({ form, at, tier, name, label, required, check = amountFault }: FigureProps) {
  return (
    <TextField
      form={form}
      name={`prices.${at}.tiers.${tier}.${name}`}
      label={label}
      inputMode="decimal"
      autoComplete="off"
      required={required}
      check={check}
    />
  );
}

/** Where the tier ends; the last one says that it does not. */
function TierEnd(props: TierProps) {
  if (!props.isLast) {
    const required = t('Enter where it ends');
    const label = t('Up to');
    return (
      <Figure {...props} name="up_to" label={label} required={required} check={positiveFault} />
    );
  }
  return (
    <p className="flex min-w-0 flex-col gap-1.5 text-[0.8125rem]">
      <span className="font-medium">{t('Up to')}</span>
      <span className="flex h-9 items-center text-ink-soft">
        {props.isOnly ? t('all units') : t('all above')}
      </span>
    </p>
  );
}

function TierPrice(props: TierProps) {
  const { price, currency } = props;
  const isShare = price.model === 'graduated_percentage';
  const amount = isPackaged(price)
    ? t('Package in {currency}', { currency })
    : t('Unit in {currency}', { currency });
  return (
    <>
      {isPackaged(price) && (
        <Figure
          {...props}
          name="package_size"
          label={t('Units in a package')}
          required={t('Enter a size')}
          check={positiveFault}
        />
      )}
      {isShare ? (
        <Figure
          {...props}
          name="rate"
          label={t('Percent')}
          required={t('Enter a percentage')}
          check={percentFault}
        />
      ) : (
        <Figure {...props} name="amount" label={amount} required={t('Enter an amount')} />
      )}
      <Figure
        {...props}
        name="flat_amount"
        label={t('Flat fee in {currency}', { currency })}
        required={t('Enter 0 for none')}
      />
    </>
  );
}
