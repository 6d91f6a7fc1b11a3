import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseFormReturn } from 'react-hook-form';
import type { Retention, RetentionSettings } from '@tollgate/billing-core/contract/retention.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatNumber } from '../kit/format.ts';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Ago } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { ErasureSettingsCard } from './erasure-settings.tsx';
import { heldWords, KIND_WORDS, KINDS } from './retention-words.ts';

const PATH = '/v1/retention';
const KEY = ['admin', 'retention'];
const BYTES_IN_MB = 1_000_000;

/** How long what only grows is kept, and what the nightly round did. */
export function RetentionPage() {
  const retention = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api<Retention>(PATH, { signal }),
  });
  return (
    <>
      <PageHeader
        title={t('Retention')}
        about={t('How long what only grows is kept. What is needed still never goes.')}
        back={{ href: paths.adminJobs, label: t('Jobs') }}
      />
      <Loaded query={retention} skeleton={<FactsSkeleton />}>
        {(known) => (
          <div className="flex max-w-2xl flex-col gap-5">
            <SettingsForm settings={known.settings} />
            <Now retention={known} />
            <ErasureSettingsCard />
          </div>
        )}
      </Loaded>
    </>
  );
}

type Values = Record<keyof RetentionSettings, string>;

const valuesOf = (settings: RetentionSettings): Values => ({
  ledger: settings.ledger?.toString() ?? '',
  audit: settings.audit?.toString() ?? '',
  stripe_events: settings.stripe_events?.toString() ?? '',
  letters: settings.letters?.toString() ?? '',
});
const daysOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));
const fault = (text: string): string | undefined =>
  /^\d{0,5}$/.test(text.trim()) ? undefined : t('Enter a number of days');

function SettingsForm({ settings }: { settings: RetentionSettings }) {
  const queries = useQueryClient();
  const edit = useApiForm<Values>({
    defaults: valuesOf(settings),
    submit: async (values) => {
      const body = Object.fromEntries(KINDS.map((kind) => [kind, daysOf(values[kind])]));
      const saved = await api<Retention>(PATH, { method: 'PUT', body });
      queries.setQueryData(KEY, saved);
      edit.form.reset(valuesOf(saved.settings));
      toast.done(t('Saved'));
    },
  });
  return (
    <Card title={t('Kept for, days')} about={t('Empty: for good.')}>
      <Form api={edit} label={t('Retention')}>
        {KINDS.map((kind) => (
          <Days key={kind} form={edit.form} kind={kind} />
        ))}
        <div className="flex justify-end">
          <Button type="submit" tone="primary" busy={edit.form.formState.isSubmitting}>
            {t('Save')}
          </Button>
        </div>
      </Form>
    </Card>
  );
}

type DaysProps = { form: UseFormReturn<Values>; kind: keyof RetentionSettings };

const Days = ({ form, kind }: DaysProps) => (
  <TextField
    form={form}
    name={kind}
    label={KIND_WORDS[kind].label}
    hint={KIND_WORDS[kind].hint}
    inputMode="numeric"
    check={fault}
  />
);

function Now({ retention }: { retention: Retention }) {
  const { ledger, rounds, request_log_hours } = retention;
  const held = rounds.find(({ held_by }) => held_by !== null);
  return (
    <Card title={t('What there is')}>
      <Facts
        facts={[
          { name: t('Oldest day of the ledger'), value: ledger.oldest_day ?? t('none') },
          {
            name: t('Size of the ledger'),
            value: t('{n} MB', { n: formatNumber(Math.round(ledger.bytes / BYTES_IN_MB)) }),
          },
          { name: t('Days made ahead'), value: formatNumber(ledger.days_ahead) },
          {
            name: t('Log of requests'),
            value: t('{n} hours', { n: formatNumber(request_log_hours) }),
          },
          ...rounds.map(({ kind, ran_at, gone }) => ({
            name: KIND_WORDS[kind].label,
            value: (
              <>
                {t('{n} gone in all, last looked at', { n: formatNumber(gone) })}{' '}
                <Ago iso={ran_at} />
              </>
            ),
          })),
        ]}
      />
      {held?.held_day != null && held.held_by !== null && (
        <p className="mt-3 text-ink-soft">
          {t('Days from {day} on stay for now: {why}', {
            day: held.held_day,
            why: heldWords(held.held_by),
          })}
        </p>
      )}
    </Card>
  );
}
