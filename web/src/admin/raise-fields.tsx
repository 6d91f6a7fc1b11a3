import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { isDecimal } from '../kit/decimal.ts';
import { TextField } from '../kit/field.tsx';
import { localInstant, zoneName } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { plain } from './quota-text.ts';

/** How far a quota is raised, as texts of a form. */
export interface RaiseValues extends FieldValues {
  limit: string;
  /** On the clocks of the chosen zone; empty: no end. */
  ends_at: string;
}

/** @returns what the API takes of them. */
export function raiseOf({ limit, ends_at: at }: Pick<RaiseValues, 'limit' | 'ends_at'>) {
  return { limit: plain(limit), ends_at: at === '' ? null : (localInstant(at) ?? at) };
}

/** To what, and until when. */
export function RaiseFields<Values extends RaiseValues>({ form }: { form: UseFormReturn<Values> }) {
  return (
    <>
      <TextField
        form={form}
        name={'limit' as Path<Values>}
        label={t('New limit')}
        inputMode="decimal"
        autoComplete="off"
        required={t('Enter a number')}
        check={(value) => (isDecimal(plain(value)) ? undefined : t('Is not a number'))}
      />
      <TextField
        form={form}
        name={'ends_at' as Path<Values>}
        type="datetime-local"
        label={t('Until ({zone})', { zone: zoneName() })}
        hint={t('Left empty: until somebody ends it.')}
      />
    </>
  );
}
