import { useQueryClient } from '@tanstack/react-query';
import { Layers, Plus } from 'lucide-react';
import { api } from '../kit/api.ts';
import type { Plan } from '@tollgate/billing-core/contract/plan.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Link, useGo, useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { slugFault, withoutBlanks } from './values.ts';

const COLUMNS: readonly Column<Plan>[] = [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: (plan) => plan.name,
    cell: (plan) => (
      <Link
        href={paths.adminPlan(plan.id)}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {plan.name}
      </Link>
    ),
  },
  {
    id: 'slug',
    header: t('Slug'),
    written: (plan) => plan.slug,
    cell: (plan) => <code className="font-mono text-xs">{plan.slug}</code>,
  },
  {
    id: 'kind',
    header: t('Kind'),
    cell: ({ kind }) => (kind === 'plan' ? t('Plan') : t('Add-on')),
  },
  { id: 'version', header: t('Published'), cell: (plan) => <Published plan={plan} /> },
  {
    id: 'default',
    header: t('Self-serve'),
    cell: (plan) =>
      plan.self_serve_default ? (
        <Badge tone="accent">{t('Default')}</Badge>
      ) : plan.self_serve ? (
        t('On offer')
      ) : (
        t('No')
      ),
  },
  { id: 'created', header: t('Created'), cell: (plan) => <Instant iso={plan.created_at} /> },
];

function Published({ plan }: { plan: Plan }) {
  const published = plan.versions.filter((version) => version.state === 'published');
  if (published.length === 0) return <Badge tone="warn">{t('Nothing published')}</Badge>;
  return <>{published.map((version) => `v${version.number}`).join(', ')}</>;
}

export function PlansPage() {
  const [search, merge] = useUrlState();
  const plans = usePages<Plan>({ key: ['admin', 'plans'], path: '/v1/plans' });
  const open = (): void => merge({ create: 'true' });
  return (
    <>
      <PageHeader
        title={t('Plans')}
        about={t('Prices and entitlements, in versions. A published version never changes.')}
        actions={
          <Button tone="primary" onClick={open}>
            <Plus aria-hidden />
            {t('Create plan')}
          </Button>
        }
      />
      <Card flush>
        <Loaded query={plans} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<Layers aria-hidden />}
                title={t('No plans yet')}
                about={t('A plan says what customers may use and what it costs.')}
                action={
                  <Button tone="primary" onClick={open}>
                    {t('Create the first plan')}
                  </Button>
                }
              />
            ) : (
              <Table label={t('Plans')} rows={rows} columns={COLUMNS} rowId={(row) => row.id} />
            )
          }
        </Loaded>
        <LoadMore more={plans.more} />
      </Card>
      <Dialog
        open={search['create'] === 'true'}
        onClose={() => merge({ create: undefined })}
        title={t('Create a plan')}
        about={t('Prices and entitlements come with its first version.')}
      >
        <CreatePlanForm onCancel={() => merge({ create: undefined })} />
      </Dialog>
    </>
  );
}

function CreatePlanForm({ onCancel }: { onCancel: () => void }) {
  const go = useGo();
  const queries = useQueryClient();
  const create = useApiForm({
    defaults: { name: '', slug: '', description: '', kind: 'plan' },
    submit: async (values, idempotencyKey) => {
      const body = withoutBlanks(values);
      const plan = await api<Plan>('/v1/plans', { method: 'POST', body, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['admin', 'plans'] });
      go(paths.adminPlanNewVersion(plan.id), { replace: true });
    },
  });
  const { form } = create;
  return (
    <Form api={create} label={t('Create a plan')}>
      <TextField form={form} name="name" label={t('Name')} required={t('Enter a name')} />
      <TextField
        form={form}
        name="slug"
        label={t('Slug')}
        hint={t('Its name in the API: “pro”. It stays.')}
        required={t('Enter a slug')}
        check={slugFault}
      />
      <TextField form={form} name="description" label={t('Description')} hint={t('Optional')} />
      <SelectField
        form={form}
        name="kind"
        label={t('Kind')}
        hint={t('An add-on has a flat price and is bought beside a plan; it can raise its quotas.')}
        options={[
          { value: 'plan', label: t('Plan') },
          { value: 'add_on', label: t('Add-on') },
        ]}
      />
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create plan')}
        </Button>
      </DialogActions>
    </Form>
  );
}
