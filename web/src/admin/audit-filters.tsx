import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';

export const FILTERS = ['action', 'subject_id', 'actor_id', 'from', 'to'] as const;
type Filters = Record<(typeof FILTERS)[number], string>;
type Search = Readonly<Record<string, string | undefined>>;

const instantOf = (local: string | undefined): string | undefined =>
  local === undefined || Number.isNaN(Date.parse(local))
    ? undefined
    : new Date(local).toISOString();

/** @returns what the API is asked for. Times are typed, and are in the URL, as the reader's own. */
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
  const defaults = Object.fromEntries(FILTERS.map((name) => [name, search[name] ?? ''])) as Filters;
  const apply = useApiForm<Filters>({
    defaults,
    submit: (values) => {
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
