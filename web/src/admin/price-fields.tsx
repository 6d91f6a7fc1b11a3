import { get, type Path, type UseFormReturn } from 'react-hook-form';
import { SelectField, TextField } from '../kit/field.tsx';
import { Fold } from '../kit/fold.tsx';
import { t } from '../kit/text.ts';
import { emptyPrice, type PriceValues } from './price-values.ts';
import { amountFault, countFault, percentFault } from './values.ts';
import type { VersionValues } from './version-values.ts';

/** What every part of the editor of one price is given. */
export interface PriceProps {
  form: UseFormReturn<VersionValues>;
  /** Which price of the version. */
  at: number;
  price: PriceValues;
  currency: string;
}

const BILLED = [
  { value: 'in_advance', label: t('In advance') },
  { value: 'in_arrears', label: t('In arrears') },
];
const PACKAGE_ROUNDING = [
  { value: 'up', label: t('Up: a begun one counts') },
  { value: 'down', label: t('Down: only full ones count') },
];
const QUANTITY_IN = [
  { value: 'major', label: t('Major units (dollars)') },
  { value: 'minor', label: t('Minor units (cents)') },
];

const TIERED = ['graduated', 'volume', 'graduated_package', 'graduated_percentage'];
const PACKAGED = ['package', 'graduated_package'];
const BY_EVENT = ['percentage', 'graduated_percentage'];

export const isTiered = ({ model }: PriceValues): boolean => TIERED.includes(model);
export const isPackaged = ({ model }: PriceValues): boolean => PACKAGED.includes(model);
export const isByEvent = ({ model }: PriceValues): boolean => BY_EVENT.includes(model);

type FigureName = Exclude<keyof PriceValues, 'tiers' | 'model' | 'meter_id'>;

interface FigureProps extends PriceProps {
  name: FigureName;
  label: string;
  hint?: string;
  required?: string;
  check?: (value: string) => string | undefined;
  inputMode?: 'decimal' | 'numeric';
}

/** A figure of the price. */
function Figure(props: FigureProps) {
  const { form, at, name, label, hint, required } = props;
  return (
    <TextField
      form={form}
      name={`prices.${at}.${name}` as Path<VersionValues>}
      label={label}
      hint={hint}
      inputMode={props.inputMode ?? 'decimal'}
      autoComplete="off"
      {...(required !== undefined && { required })}
      check={props.check ?? amountFault}
    />
  );
}

const zero = t('Enter 0 for none');

/** What every price asks first: its amount, and what is included. */
export function AmountFields(props: PriceProps) {
  const { form, at, price, currency } = props;
  return (
    <>
      {!isTiered(price) && !isByEvent(price) && (
        <Figure
          {...props}
          name="amount"
          label={
            isPackaged(price)
              ? t('Amount a package, in {currency}', { currency })
              : t('Amount in {currency}', { currency })
          }
          required={t('Enter an amount')}
        />
      )}
      {price.model === 'flat' && (
        <SelectField
          form={form}
          name={`prices.${at}.billed`}
          label={t('Billed')}
          options={BILLED}
        />
      )}
      {price.model === 'package' && (
        <Figure
          {...props}
          name="package_size"
          label={t('Units in a package')}
          required={t('Enter a size')}
        />
      )}
      {isPackaged(price) && (
        <SelectField
          form={form}
          name={`prices.${at}.package_rounding`}
          label={t('Rounded')}
          options={PACKAGE_ROUNDING}
        />
      )}
      {price.model === 'percentage' && (
        <Figure
          {...props}
          name="rate"
          label={t('Percent')}
          required={t('Enter a percentage')}
          check={percentFault}
        />
      )}
      {isByEvent(price) && (
        <SelectField
          form={form}
          name={`prices.${at}.quantity_in`}
          label={t('The meter counts')}
          options={QUANTITY_IN}
        />
      )}
      {price.model !== 'flat' && (
        <Figure {...props} name="included_units" label={t('Included units')} required={zero} />
      )}
    </>
  );
}

/** Whether a field differs from what an empty price has, or is wrong. */
function isTouched({ form, at, price }: PriceProps, names: readonly FigureName[]): boolean {
  const empty = emptyPrice('');
  const faults: object = get(form.formState.errors, `prices.${at}`) ?? {};
  return names.some((name) => price[name] !== empty[name] || name in faults);
}

const EVENT_NAMES = [
  'fixed_amount',
  'free_events',
  'free_amount',
  'event_minimum',
  'event_maximum',
] as const;

/** What each event costs and what is free of it. */
export function EventFields(props: PriceProps) {
  const { price, currency } = props;
  if (!isByEvent(price)) return null;
  return (
    <Fold summary={t('Each event: fee, free, limits')} open={isTouched(props, EVENT_NAMES)}>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-5">
        <Figure
          {...props}
          name="fixed_amount"
          label={t('Fee in {currency}', { currency })}
          required={zero}
        />
        <Figure
          {...props}
          name="free_events"
          label={t('Free events')}
          inputMode="numeric"
          required={zero}
          check={countFault}
        />
        <Figure
          {...props}
          name="free_amount"
          label={t('Free amount')}
          hint={t('With free events: until the first is used up')}
          required={zero}
        />
        <Figure
          {...props}
          name="event_minimum"
          label={t('At least, in {currency}', { currency })}
          hint={t('Empty for none')}
        />
        <Figure
          {...props}
          name="event_maximum"
          label={t('At most, in {currency}', { currency })}
          hint={t('Empty for none')}
        />
      </div>
    </Fold>
  );
}

const LIMIT_NAMES = ['discount_percent', 'minimum_amount', 'maximum_amount'] as const;

/** What bounds the amount of a period, in the order in which it is applied. */
export function LimitFields(props: PriceProps) {
  const { price, currency } = props;
  if (price.model === 'flat') return null;
  return (
    <Fold summary={t('Discount, minimum, maximum')} open={isTouched(props, LIMIT_NAMES)}>
      <div className="grid gap-4 sm:grid-cols-3">
        <Figure
          {...props}
          name="discount_percent"
          label={t('Discount, percent')}
          hint={t('Before minimum and maximum')}
          required={zero}
          check={percentFault}
        />
        <Figure
          {...props}
          name="minimum_amount"
          label={t('Minimum in {currency}', { currency })}
          hint={t('Empty for none. Of part of a period, that part')}
        />
        <Figure
          {...props}
          name="maximum_amount"
          label={t('Maximum in {currency}', { currency })}
          hint={t('Empty for none')}
        />
      </div>
    </Fold>
  );
}
