import { useQuery } from '@tanstack/react-query';
import { useWatch, type Path, type UseFormReturn } from 'react-hook-form';
import { SelectField } from '../kit/field.tsx';
import { KnownChoices } from '../kit/known-choices.tsx';
import { t } from '../kit/text.ts';
import { secretChoices } from './queries.ts';
import type { RouteValues } from './route-values.ts';

interface SecretOf {
  form: UseFormReturn<RouteValues>;
  name: Path<RouteValues>;
  label: string;
  hint?: string;
}

/** Chooses a secret by its name; one that is gone stays visible. */
export function SecretSelect({ form, name, ...told }: SecretOf) {
  const chosen = String(useWatch({ control: form.control, name }) ?? '');
  return (
    <KnownChoices label={told.label} query={useQuery(secretChoices)}>
      {({ data }) => (
        <SelectField
          {...told}
          form={form}
          name={name}
          options={optionsOf(
            data.map((secret) => secret.name),
            chosen,
          )}
          required={t('Choose a secret')}
        />
      )}
    </KnownChoices>
  );
}

function optionsOf(names: readonly string[], chosen: string) {
  const all = chosen === '' || names.includes(chosen) ? names : [chosen, ...names];
  const none = { value: '', label: all.length === 0 ? t('There are none yet') : t('Choose one') };
  return [none, ...all.map((each) => ({ value: each, label: each }))];
}
