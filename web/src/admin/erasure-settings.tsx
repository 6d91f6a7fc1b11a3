import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ErasureSettings } from '@tollgate/billing-core/contract/erasure.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

const PATH = '/v1/erasure-settings';
const KEY = ['admin', 'erasure-settings'];

const fault = (text: string): string | undefined =>
  /^\d{1,4}$/.test(text.trim()) ? undefined : t('Enter a number of days');

/** How long documents of erased customers say to whom they were sent. */
export function ErasureSettingsCard() {
  const settings = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api<ErasureSettings>(PATH, { signal }),
  });
  return (
    <Card title={t('Documents of erased customers')}>
      <Loaded query={settings} skeleton={<FactsSkeleton facts={1} />}>
        {(known) => <SettingsForm settings={known} />}
      </Loaded>
    </Card>
  );
}

function SettingsForm({ settings }: { settings: ErasureSettings }) {
  const queries = useQueryClient();
  const edit = useApiForm({
    defaults: { keep_documents_days: String(settings.keep_documents_days) },
    submit: async ({ keep_documents_days }) => {
      const body = { keep_documents_days: Number(keep_documents_days) };
      const saved = await api<ErasureSettings>(PATH, { method: 'PUT', body });
      queries.setQueryData(KEY, saved);
      edit.form.reset({ keep_documents_days: String(saved.keep_documents_days) });
      toast.done(t('Saved'));
    },
  });
  return (
    <Form api={edit} label={t('Documents of erased customers')}>
      <TextField
        form={edit.form}
        name="keep_documents_days"
        label={t('Keep the name for, days')}
        inputMode="numeric"
        required={t('Enter a number of days')}
        check={fault}
        hint={t('From when they became final, as your tax law asks. 0: they lose it at once.')}
      />
      <div className="flex justify-end">
        <Button type="submit" tone="primary" busy={edit.form.formState.isSubmitting}>
          {t('Save')}
        </Button>
      </div>
    </Form>
  );
}
