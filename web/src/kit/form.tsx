import { useRef, useState, type ReactNode } from 'react';
import {
  useForm,
  type DefaultValues,
  type FieldValues,
  type Path,
  type UseFormReturn,
} from 'react-hook-form';
import { ApiError, type FieldFault } from './api-error.ts';
import { randomToken } from './clock.ts';
import { FormProblem } from './error-panel.tsx';
import { fieldPath } from './field-path.ts';
import { HoldContext, useHolds } from './form-hold.ts';
import { t } from './text.ts';

interface ApiFormOptions<Values extends FieldValues> {
  defaults: DefaultValues<Values>;
  /**
   * Makes the call. `idempotencyKey` stays the same while the same values are tried again, so
   * that a retry after a lost answer creates nothing twice.
   */
  submit: (values: Values, idempotencyKey: string) => Promise<void>;
  /** The form's name of a field that the API calls otherwise. */
  rename?: (path: string) => string;
}

export interface ApiForm<Values extends FieldValues> {
  form: UseFormReturn<Values>;
  problem: unknown;
  onSubmit: (event: React.FormEvent) => void;
}

/** A form whose refusals land at their fields; what belongs to no field stands above the form. */
export function useApiForm<Values extends FieldValues>(
  options: ApiFormOptions<Values>,
): ApiForm<Values> {
  const form = useForm<Values>({ defaultValues: options.defaults });
  const [problem, setProblem] = useState<unknown>();
  const attempt = useRef({ values: '', key: '' });
  async function submit(values: Values): Promise<void> {
    setProblem(undefined);
    const text = JSON.stringify(values);
    if (attempt.current.values !== text) attempt.current = { values: text, key: randomToken() };
    try {
      await options.submit(values, attempt.current.key);
      attempt.current = { values: '', key: '' };
    } catch (error) {
      const placed = error instanceof ApiError && placeFaults(form, error, options.rename);
      if (!placed) setProblem(error);
    }
  }
  return { form, problem, onSubmit: (event) => void form.handleSubmit(submit)(event) };
}

/** @returns whether every fault found a field of the form. */
function placeFaults<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  error: ApiError,
  rename: (path: string) => string = (path) => path,
): boolean {
  if (error.fields.length === 0) return false;
  const strays = error.fields.filter((fault: FieldFault) => {
    const name = rename(fieldPath(fault.path)) as Path<Values>;
    if (form.getValues(name) === undefined) return true;
    form.setError(name, { message: sentence(fault.message) }, { shouldFocus: true });
    return false;
  });
  return strays.length === 0;
}

/** The API speaks of the field without naming it: 'is not a time zone'. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

interface FormProps<Values extends FieldValues> {
  api: ApiForm<Values>;
  label?: string;
  children: ReactNode;
}

/**
 * The form element: browser validation off, because ours is tied to each field. While choices in
 * it are not known it is not sent, and says so.
 */
export function Form<Values extends FieldValues>({ api, label, children }: FormProps<Values>) {
  const { hold, isRefused, told } = useHolds();
  function submit(event: React.FormEvent): void {
    if (isRefused()) event.preventDefault();
    else api.onSubmit(event);
  }
  return (
    <form noValidate aria-label={label} onSubmit={submit} className="flex flex-col gap-4">
      {told.length > 0 && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2.5 text-danger">
          {t('Nothing was sent: what there is to choose is not known yet of {what}.', {
            what: told.map((name) => `“${name}”`).join(', '),
          })}
        </p>
      )}
      {api.problem !== undefined && <FormProblem error={api.problem} />}
      <HoldContext value={hold}>{children}</HoldContext>
    </form>
  );
}
