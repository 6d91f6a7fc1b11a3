import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { QuotaAlerts } from '@tollgate/billing-core/contract/quota-alerts.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

const ALERTS_MAX = 5;

/** At which shares of its quotas a customer is told. */
export function QuotaAlertsForm({ may }: { may: boolean }) {
  const customerId = useCustomerId();
  const queries = useQueryClient();
  const path = customerPath(customerId, '/quota-alerts');
  const key = ['portal', customerId, 'quota-alerts'];
  const alerts = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api<QuotaAlerts>(path, { signal }),
  });
  return (
    <Loaded query={alerts} skeleton={<FactsSkeleton facts={1} />}>
      {({ percents }) =>
        may ? (
          <AlertsForm
            key={percents.join()}
            percents={percents}
            onSave={async (body) => {
              queries.setQueryData(key, await api<QuotaAlerts>(path, { method: 'PUT', body }));
              toast.done(t('Warnings changed'));
            }}
          />
        ) : (
          <p className="text-ink-soft">{inWords(percents)}</p>
        )
      }
    </Loaded>
  );
}

const inWords = (percents: readonly number[]): string =>
  percents.length === 0
    ? t('You are not told of quotas.')
    : t('You are told at {shares} of a quota, here and by e-mail.', {
        shares: percents.map((one) => `${one}%`).join(', '),
      });

interface AlertsFormProps {
  percents: readonly number[];
  onSave: (alerts: QuotaAlerts) => Promise<void>;
}

const sharesIn = (text: string): number[] =>
  text
    .split(/[\s,;%]+/)
    .filter((part) => part !== '')
    .map(Number);

function faultIn(text: string): string | undefined {
  const shares = sharesIn(text);
  if (shares.some((one) => !Number.isInteger(one) || one < 1 || one > 100)) {
    return t('Use whole numbers from 1 to 100');
  }
  if (shares.length > ALERTS_MAX) return t('Five at most');
  return new Set(shares).size < shares.length ? t('One is there twice') : undefined;
}

function AlertsForm({ percents, onSave }: AlertsFormProps) {
  const save = useApiForm({
    defaults: { percents: percents.join(', ') },
    rename: (field) => field.replace(/^percents\..*/, 'percents'),
    submit: (values) => onSave({ percents: sharesIn(values.percents) }),
  });
  return (
    <Form api={save} label={t('Warnings')}>
      <TextField
        form={save.form}
        name="percents"
        label={t('Told at, in percent')}
        hint={t('Of each quota of a day, a month or a billing period. Empty: never.')}
        inputMode="numeric"
        autoComplete="off"
        check={faultIn}
      />
      <div className="flex justify-end">
        <Button type="submit" size="sm" busy={save.form.formState.isSubmitting}>
          {t('Save')}
        </Button>
      </div>
    </Form>
  );
}
