import { useQueryClient } from '@tanstack/react-query';
import { Plus, Ruler } from 'lucide-react';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { api } from '../kit/api.ts';
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
import { toast } from '../kit/toast.tsx';

const COLUMNS: readonly Column<Meter>[] = [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: ({ name }) => name,
    cell: ({ id, name, slug }) => (
      <>
        <Link
          href={paths.adminMeter(id)}
          className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
        >
          {name}
        </Link>{' '}
        <code className="font-mono text-xs text-ink-soft">{slug}</code>
      </>
    ),
  },
  { id: 'unit', header: t('Unit'), written: ({ unit }) => unit, cell: ({ unit }) => unit },
  { id: 'scale', header: t('Decimal places'), align: 'end', cell: ({ scale }) => scale },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: (meter) => <MeterState meter={meter} />,
  },
  { id: 'created', header: t('Created'), cell: (meter) => <Instant iso={meter.created_at} /> },
];

export function MeterState({ meter: { archived_at } }: { meter: Meter }) {
  return archived_at === null ? (
    <Badge tone="ok">{t('In use')}</Badge>
  ) : (
    <Badge>{t('Archived')}</Badge>
  );
}

/** What routes count and plans price. */
export function MetersPage() {
  const [search, merge] = useUrlState();
  const meters = usePages<Meter>({ key: ['admin', 'meters'], path: '/v1/meters' });
  const create = (
    <Button tone="primary" onClick={() => merge({ create: 'true' })}>
      <Plus aria-hidden />
      {t('Create meter')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('Meters')}
        about={t('Named quantities: routes count them, plans price and limit them.')}
        actions={create}
      />
      <Card flush>
        <Loaded query={meters} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<Ruler aria-hidden />}
                title={t('No meters yet')}
                about={t('Such as tokens, bytes or pages: what your prices are for.')}
                action={create}
              />
            ) : (
              <Table label={t('Meters')} rows={rows} columns={COLUMNS} rowId={({ id }) => id} />
            )
          }
        </Loaded>
        <LoadMore more={meters.more} />
      </Card>
      <CreateDialog
        open={search['create'] === 'true'}
        onClose={() => merge({ create: undefined })}
      />
    </>
  );
}

const PLACES = Array.from({ length: 10 }, (_, places) => String(places));

function CreateDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('Create meter')}
      about={t('Its name can be changed later, nothing else.')}
    >
      {open && <CreateForm onClose={onClose} />}
    </Dialog>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const go = useGo();
  const create = useApiForm({
    defaults: { name: '', slug: '', unit: '', scale: '0' },
    submit: async ({ scale, ...values }, idempotencyKey) => {
      const body = { ...values, scale: Number(scale) };
      const made = await api<Meter>('/v1/meters', { method: 'POST', body, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['admin', 'meters'] });
      await queries.invalidateQueries({ queryKey: ['admin', 'choices', '/v1/meters'] });
      toast.done(t('Meter created'), { description: made.name });
      go(paths.adminMeter(made.id));
    },
  });
  const { form } = create;
  return (
    <Form api={create} label={t('Create meter')}>
      <TextField
        form={form}
        name="name"
        label={t('Name')}
        hint={t('As invoices call many of them: “Tokens”.')}
        required={t('Enter a name')}
      />
      <TextField
        form={form}
        name="slug"
        label={t('Slug')}
        hint={t('What routes and clients know it by. Lower-case letters, digits and _.')}
        autoComplete="off"
        spellCheck={false}
        required={t('Enter a slug')}
      />
      <TextField
        form={form}
        name="unit"
        label={t('Unit')}
        hint={t('One of them: “token”.')}
        required={t('Enter a unit')}
      />
      <SelectField
        form={form}
        name="scale"
        label={t('Decimal places')}
        hint={t('How finely it is counted; 0 for what comes one by one.')}
        options={PLACES.map((value) => ({ value, label: value }))}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create meter')}
        </Button>
      </DialogActions>
    </Form>
  );
}
