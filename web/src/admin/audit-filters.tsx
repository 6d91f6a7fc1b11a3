import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { localInput, localInstant } from '../kit/format.ts';
import { t } from '../kit/text.ts';

export const FILTERS = ['action', 'subject_id', 'actor_id', 'from', 'to'] as const;
type Filters = Record<(typeof FILTERS)[number], string>;
type Search = Readonly<Record<string, string | undefined>>;

const instantOf = (text: string | undefined): string | undefined =>
  text === undefined || Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();

/** @returns what the API is asked for. */
export function filtersOf(search: Search) {
  const { action, subject_id, actor_id, from, to } = search;
  return { action, subject_id, actor_id, from: instantOf(from), to: instantOf(to) };
}

interface AuditFiltersProps {
  search: Search;
  onApply: (patch: Search) => void;
}

/** By what was done, to what, by whom and when. */
export function AuditFilters({ search, onApply }: AuditFiltersProps) {
  // Typed on the clocks of the chosen zone; in the URL they mean the same for everybody.
  const { from, to } = filtersOf(search);
  const typed: Search = { ...search, from: from && localInput(from), to: to && localInput(to) };
  const defaults = Object.fromEntries(FILTERS.map((name) => [name, typed[name] ?? ''])) as Filters;
  const apply = useApiForm<Filters>({
    defaults,
    submit: (filled) => {
      const until = { from: localInstant(filled.from), to: localInstant(filled.to) };
      const values = { ...filled, from: until.from ?? '', to: until.to ?? '' };
      onApply(Object.fromEntries(FILTERS.map((name) => [name, values[name].trim() || undefined])));
      return Promise.resolve();
    },
  });
  const { form } = apply;
  return (
    <Form api={apply} label={t('Filters')}>
      <div className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-6">
        <TextField
          form={form}
          name="action"
          label={t('What')}
          placeholder="plan.publish"
          check={(text) =>
            /^[a-z_]+(\.[a-z_-]+)?$/.test(text.trim())
              ? undefined
              : t('Such as plan, or plan.publish')
          }
        />
        <TextField form={form} name="subject_id" label={t('To what (id)')} />
        <TextField form={form} name="actor_id" label={t('By whom (id)')} />
        <TextField form={form} name="from" label={t('From')} type="datetime-local" />
        <TextField form={form} name="to" label={t('Before')} type="datetime-local" />
        <Button type="submit">{t('Filter')}</Button>
      </div>
    </Form>
  );
}
