import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { PlanMovePreview } from '@tollgate/billing-core/contract/plan-move.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { localInstant, zoneName } from '../kit/format.ts';
import { t, tn } from '../kit/text.ts';

const WHEN = [
  { value: 'period_end', label: t('When the period of each ends') },
  { value: 'now', label: t('Now, with what is left of the period given back') },
  { value: 'then', label: t('At a time') },
];

/** @returns the versions that subscriptions of this one can be moved to, the newest first. */
export const movableTo = (plan: Plan, from: PlanVersion): PlanVersion[] =>
  plan.versions
    .filter(({ id, state, currency, customer_id: whose }) => {
      return id !== from.id && state === 'published' && currency === from.currency && !whose;
    })
    .toSorted((one, other) => other.number - one.number);

interface MoveProps {
  plan: Plan;
  from: PlanVersion;
  open: boolean;
  onClose: () => void;
}

/** Has everybody on a version moved to another one; how far that is stands on the page. */
export function MoveDialog({ plan, from, open, onClose }: MoveProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('Move everybody on version {number}', { number: from.number })}
      about={t(
        'One subscription after the other, each with its own entry in the audit log. It goes on ' +
          'when this page is closed. Prices and limits of the new version hold from then on; ' +
          'customers on own terms are not moved.',
      )}
    >
      {open && <MoveForm plan={plan} from={from} onClose={onClose} />}
    </Dialog>
  );
}

interface MoveValues {
  to: string;
  when: string;
  /** On the clocks of the chosen zone. */
  at: string;
}

const FIELDS: Record<string, string> = { to_plan_version_id: 'to' };

function MoveForm({ plan, from, onClose }: Omit<MoveProps, 'open'>) {
  const queries = useQueryClient();
  const options = movableTo(plan, from).map(({ id, number }) => {
    return { value: id, label: t('Version {number}', { number }) };
  });
  const bodyOf = ({ to, when, at }: MoveValues) => ({
    from_plan_version_id: from.id,
    to_plan_version_id: to,
    at: when === 'then' ? (localInstant(at) ?? at) : when,
  });
  const move = useApiForm<MoveValues>({
    defaults: { to: options[0]?.value ?? '', when: 'period_end', at: '' },
    rename: (field) => FIELDS[field] ?? field,
    submit: async (values, idempotencyKey) => {
      await api('/v1/plan-moves', { method: 'POST', body: bodyOf(values), idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['admin'] });
      onClose();
    },
  });
  const { form } = move;
  const values = form.watch();
  return (
    <Form api={move} label={t('Move subscriptions')}>
      <SelectField form={form} name="to" label={t('To')} options={options} />
      <SelectField form={form} name="when" label={t('When')} options={WHEN} />
      {values.when === 'then' && (
        <TextField
          form={form}
          name="at"
          type="datetime-local"
          label={t('At ({zone})', { zone: zoneName() })}
          required={t('Enter a time')}
        />
      )}
      <output aria-live="polite" className="block min-h-10">
        <Preview body={bodyOf(values)} />
      </output>
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Move them')}
        </Button>
      </DialogActions>
    </Form>
  );
}

interface MoveBody {
  from_plan_version_id: string;
  to_plan_version_id: string;
  at: string;
}

/** Whom it is about, said before. */
function Preview({ body }: { body: MoveBody }) {
  const { data, error } = useQuery({
    queryKey: ['admin', 'plan-move-preview', body],
    queryFn: ({ signal }) =>
      api<PlanMovePreview>('/v1/plan-moves/preview', { method: 'POST', body, signal }),
    enabled: body.at !== '',
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  if (body.at === '') return null;
  if (error !== null) return <ErrorPanel error={error} />;
  if (data === undefined) return null;
  const { total, changes_pending: changes, others_pending: others } = data;
  return (
    <ul className="flex flex-col gap-1 text-[0.8125rem]">
      <li>
        {tn(total, {
          one: '{count} subscription is on it.',
          other: '{count} subscriptions are on it.',
        })}
      </li>
      {changes > 0 && (
        <li className="text-ink-soft">
          {t('A change that is set gives way to this one: {count}.', { count: changes })}
        </li>
      )}
      {others > 0 && (
        <li className="text-ink-soft">
          {body.at === 'now'
            ? t('A cancel, pause or resumption that is set gives way: {count}.', { count: others })
            : t('A cancel, pause or resumption is set, so they stay: {count}.', { count: others })}
        </li>
      )}
    </ul>
  );
}
