import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { BillingSettings } from '@tollgate/billing-core/contract/invoice.ts';
import type { ReactNode } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { SelectField, TextAreaField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import {
  daysFault,
  minutesFault,
  reminderFault,
  settingsBody,
  settingsValues,
  type SettingsValues,
} from './settings-values.ts';

const PATH = '/v1/billing-settings';
const KEY = ['admin', 'billing-settings'];

const ZERO = [
  { value: 'issue', label: t('Make it') },
  { value: 'skip', label: t('Make none') },
];

/** What holds for all invoices that come. */
export function BillingSettingsPage() {
  const settings = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api<BillingSettings>(PATH, { signal }),
  });
  return (
    <>
      <PageHeader
        title={t('Billing settings')}
        about={t('They hold for invoices from now on. One that was sent stays as it is.')}
        back={{ href: paths.adminInvoices(), label: t('Invoices') }}
      />
      <Loaded query={settings} skeleton={<FactsSkeleton />}>
        {(known) => <SettingsForm settings={known} />}
      </Loaded>
    </>
  );
}

type Fields = { form: UseFormReturn<SettingsValues> };

function SettingsForm({ settings }: { settings: BillingSettings }) {
  const queries = useQueryClient();
  const edit = useApiForm<SettingsValues>({
    defaults: settingsValues(settings),
    // A day that is refused is refused at the field of all days.
    rename: (path) => path.split('.')[0] ?? path,
    submit: async (values) => {
      const saved = await api<BillingSettings>(PATH, {
        method: 'PUT',
        body: settingsBody(values),
      });
      queries.setQueryData(KEY, saved);
      edit.form.reset(settingsValues(saved));
      toast.done(t('Billing settings saved'));
    },
  });
  const { form } = edit;
  return (
    <div className="max-w-2xl">
      <Form api={edit} label={t('Billing settings')}>
        <Paper form={form} />
        <Closing form={form} />
        <Unpaid form={form} />
        <div className="flex justify-end">
          <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
            {t('Save')}
          </Button>
        </div>
      </Form>
    </div>
  );
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <Card title={title}>
    <div className="flex flex-col gap-4">{children}</div>
  </Card>
);

const Paper = ({ form }: Fields) => (
  <Part title={t('On every invoice')}>
    <TextAreaField
      form={form}
      name="issuer"
      rows={4}
      label={t('Sender')}
      hint={t('Your name, address and tax number, line by line.')}
    />
    <TextAreaField
      form={form}
      name="footer"
      rows={3}
      label={t('Below the sums')}
      hint={t('How to pay, for example.')}
    />
  </Part>
);

const Closing = ({ form }: Fields) => (
  <Part title={t('When they are made')}>
    <TextField
      form={form}
      name="grace_minutes"
      label={t('Wait for silent gateways, minutes')}
      inputMode="numeric"
      required={t('Enter a number of minutes')}
      check={minutesFault}
      hint={t('After the end of a period; 1,440 are a day. Later usage is on the next invoice.')}
    />
    <SelectField
      form={form}
      name="zero_amount"
      label={t('An invoice that comes to nothing')}
      options={ZERO}
    />
  </Part>
);

const Unpaid = ({ form }: Fields) => (
  <Part title={t('Until they are paid')}>
    <TextField
      form={form}
      name="due_days"
      label={t('Due after, days')}
      inputMode="numeric"
      required={t('Enter a number of days')}
      check={daysFault}
    />
    <TextField
      form={form}
      name="reminder_days"
      label={t('Reminders, days past due')}
      check={reminderFault}
      hint={t('As 3, 7; empty: none.')}
    />
    <TextField
      form={form}
      name="debt_grace_days"
      label={t('The plan’s choice holds after, days past due')}
      inputMode="numeric"
      required={t('Enter a number of days')}
      check={daysFault}
      hint={t('Each plan says what becomes of requests then: they go on, are limited or refused.')}
    />
  </Part>
);
