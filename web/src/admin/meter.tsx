import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatInstant } from '../kit/format.ts';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { UsageExplorer } from '../kit/usage/explorer.tsx';
import { MeterUsesCards } from './meter-uses.tsx';
import { MeterState } from './meters.tsx';
import { meterQuery, routeChoices } from './queries.ts';

type Asked = 'rename' | 'archive';

/** One meter: what it is, what uses it, and how much of it is used. */
export function MeterPage() {
  const { meterId = '' } = useParams({ strict: false });
  const queries = useQueryClient();
  const meter = useQuery(meterQuery(meterId));
  const [asked, setAsked] = useState<Asked>();
  const known = meter.data;
  const close = (): void => setAsked(undefined);
  async function change(body: object, done: string): Promise<void> {
    await api(`/v1/meters/${encodeURIComponent(meterId)}`, { method: 'PATCH', body });
    await queries.invalidateQueries({ queryKey: ['admin'] });
    toast.done(done, { description: known?.name ?? '' });
  }
  return (
    <>
      <PageHeader
        title={known?.name ?? t('Meter')}
        back={{ href: paths.adminMeters(), label: t('Meters') }}
        about={known && <code className="font-mono text-xs">{known.slug}</code>}
        actions={
          known && (
            <Actions
              meter={known}
              onAsk={setAsked}
              onRestore={() => change({ archived: false }, t('Meter taken back'))}
            />
          )
        }
      />
      <Loaded
        query={meter}
        skeleton={
          <Card>
            <FactsSkeleton />
          </Card>
        }
      >
        {(found) => <Details meter={found} />}
      </Loaded>
      <Dialog open={asked === 'rename'} onClose={close} title={t('Rename the meter')}>
        {known && asked === 'rename' && (
          <RenameForm
            meter={known}
            onClose={close}
            onDone={(name) => change({ name }, t('Meter renamed'))}
          />
        )}
      </Dialog>
      <ConfirmDialog
        open={asked === 'archive'}
        onClose={close}
        title={t('Archive “{name}”?', { name: known?.name ?? '' })}
        consequence={t(
          'No route, price or quota can name it any more. Plans that name it go on, and what was ' +
            'counted stays. It can be taken back.',
        )}
        confirmLabel={t('Archive meter')}
        onConfirm={() => change({ archived: true }, t('Meter archived'))}
      />
    </>
  );
}

interface ActionsProps {
  meter: Meter;
  onAsk: (asked: Asked) => void;
  onRestore: () => Promise<void>;
}

function Actions({ meter, onAsk, onRestore }: ActionsProps) {
  const [busy, setBusy] = useState(false);
  async function restore(): Promise<void> {
    setBusy(true);
    await onRestore().catch(() => toast.error(t('The meter could not be taken back')));
    setBusy(false);
  }
  return (
    <>
      <Button onClick={() => onAsk('rename')}>{t('Rename…')}</Button>
      {meter.archived_at === null ? (
        <Button onClick={() => onAsk('archive')}>{t('Archive…')}</Button>
      ) : (
        <Button busy={busy} onClick={() => void restore()}>
          {t('Take back')}
        </Button>
      )}
    </>
  );
}

function Details({ meter }: { meter: Meter }) {
  const routes = useQuery(routeChoices);
  const facets = useMemo(
    () => ({ meters: [], keys: [], routes: routes.data?.data ?? [] }),
    [routes.data],
  );
  const { id, slug, unit, scale, archived_at: archived, created_at } = meter;
  const source = useMemo(
    () => ({ key: ['admin', 'meter', id], path: '/v1/usage', query: {}, meter: slug }),
    [id, slug],
  );
  const facts = [
    { name: t('Unit'), value: unit },
    { name: t('Decimal places'), value: scale },
    { name: t('Added up by'), value: t('Sum of what each request counts') },
    {
      name: t('State'),
      value: (
        <>
          <MeterState meter={meter} />{' '}
          {archived !== null && <span>{t('since {time}', { time: formatInstant(archived) })}</span>}
        </>
      ),
    },
    { name: t('Created'), value: <Instant iso={created_at} /> },
  ];
  return (
    <div className="flex flex-col gap-5">
      <Card>
        <Facts facts={facts} />
      </Card>
      <MeterUsesCards meterId={id} />
      <section aria-label={t('Usage')}>
        <h2 className="mb-3 text-base font-semibold">{t('Usage')}</h2>
        <UsageExplorer
          source={source}
          facets={facets}
          asked={[{ label: t('Route'), query: routes }]}
        />
      </section>
    </div>
  );
}

interface RenameProps {
  meter: Meter;
  onClose: () => void;
  onDone: (name: string) => Promise<void>;
}

function RenameForm({ meter, onClose, onDone }: RenameProps) {
  const rename = useApiForm({
    defaults: { name: meter.name },
    submit: async ({ name }) => {
      await onDone(name);
      onClose();
    },
  });
  return (
    <Form api={rename} label={t('Rename the meter')}>
      <TextField
        form={rename.form}
        name="name"
        label={t('Name')}
        hint={t('Invoices that are final keep the name they have.')}
        required={t('Enter a name')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={rename.form.formState.isSubmitting}>
          {t('Rename')}
        </Button>
      </DialogActions>
    </Form>
  );
}
