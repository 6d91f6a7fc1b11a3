import { clsx } from 'clsx';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { get, type FieldValues, type Path, type UseFormReturn } from 'react-hook-form';

export const CONTROL = clsx(
  'w-full rounded-md border border-line-strong bg-surface px-3 text-ink shadow-xs',
  'placeholder:text-ink-soft disabled:bg-sunken disabled:text-ink-soft',
  'aria-invalid:border-danger',
);

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (wiring: Wiring) => ReactNode;
}

/** A control with its name, its hint and what is wrong with it, all tied together. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-[0.8125rem] font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error !== undefined,
      })}
      {error !== undefined && (
        <p id={`${id}-error`} className="text-[0.8125rem] text-danger">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-[0.8125rem] text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  );
}

/** What every field of a form needs; `check` answers a sentence when the value is wrong. */
export interface Bound<Values extends FieldValues> {
  form: UseFormReturn<Values>;
  name: Path<Values>;
  label: string;
  hint?: ReactNode;
  required?: string;
  check?: (value: string) => string | undefined;
}

function useBound<Values extends FieldValues>(bound: Bound<Values>) {
  const { form, name, required, check } = bound;
  const fault: unknown = get(form.formState.errors, name);
  const registration = form.register(name, {
    ...(required !== undefined && { required }),
    ...(check && {
      validate: (value: unknown) => (value === '' ? undefined : check(String(value))) ?? true,
    }),
  });
  return { registration, error: (fault as { message?: string } | undefined)?.message };
}

type Extra<Tag extends 'input' | 'select' | 'textarea'> = Omit<
  ComponentProps<Tag>,
  'form' | 'name' | 'id' | 'required'
>;

export function TextField<Values extends FieldValues>(props: Bound<Values> & Extra<'input'>) {
  const { form, name, label, hint, required, check, className, ...input } = props;
  const { registration, error } = useBound(props);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <input
          {...input}
          {...registration}
          {...wiring}
          className={clsx(CONTROL, 'h-9', className)}
        />
      )}
    </Field>
  );
}

/** Text of several lines. */
export function TextAreaField<Values extends FieldValues>(
  props: Bound<Values> & Extra<'textarea'>,
) {
  const { form, name, label, hint, required, check, className, ...area } = props;
  const { registration, error } = useBound(props);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <textarea
          {...area}
          {...registration}
          {...wiring}
          className={clsx(CONTROL, 'py-2', className)}
        />
      )}
    </Field>
  );
}

export function SelectField<Values extends FieldValues>(
  props: Bound<Values> & { options: readonly { value: string; label: string }[] } & Extra<'select'>,
) {
  const { form, name, label, hint, required, check, options, className, ...select } = props;
  const { registration, error } = useBound(props);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <select
          {...select}
          {...registration}
          {...wiring}
          className={clsx(CONTROL, 'h-9', className)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A yes or no, its sentence beside it. */
export function CheckboxField<Values extends FieldValues>(props: Bound<Values>) {
  const id = useId();
  const { registration, error } = useBound(props);
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        {...registration}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        className="mt-0.5 size-4.5 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {props.label}
        </label>
        {props.hint !== undefined && (
          <p id={`${id}-hint`} className="text-[0.8125rem] text-ink-soft">
            {props.hint}
          </p>
        )}
        {error !== undefined && <p className="text-[0.8125rem] text-danger">{error}</p>}
      </div>
    </div>
  );
}
