import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { ErasurePreview } from '@tollgate/billing-core/contract/erasure.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog, DialogActions } from '../kit/dialog.tsx';
import { formatNumber } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { ExportLinks } from '../kit/personal.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { erasureQuery } from './queries.ts';
import { countWords, objectionWords } from './personal-words.ts';

/** What the law lets a customer ask for: all that is stored of it, and that it be erased. */
export function CustomerPersonal({ customer }: { customer: Customer }) {
  const [asking, setAsking] = useState(false);
  const preview = useQuery(erasureQuery(customer.id));
  const known = preview.data;
  return (
    <Card
      title={t('Personal data')}
      actions={
        known?.erased_at === null && (
          <Button size="sm" tone="danger" onClick={() => setAsking(true)}>
            {t('Erase…')}
          </Button>
        )
      }
    >
      <Loaded query={preview} skeleton={<FactsSkeleton facts={1} />}>
        {({ erased_at }) => (
          <div className="flex flex-col gap-3">
            {erased_at === null ? (
              <p>{t('An archive has everything that is stored about the customer.')}</p>
            ) : (
              <p>
                {t('Erased')} <Instant iso={erased_at} />
              </p>
            )}
            <ExportLinks path={`/v1/customers/${customer.id}/export`} />
          </div>
        )}
      </Loaded>
      {asking && known !== undefined && (
        <EraseDialog preview={known} onClose={() => setAsking(false)} />
      )}
    </Card>
  );
}

function EraseDialog({ preview, onClose }: { preview: ErasurePreview; onClose: () => void }) {
  const queries = useQueryClient();
  const { customer, objections } = preview;
  const title = t('Erase “{name}”?', { name: customer.name });
  if (objections.length > 0) {
    return (
      <Dialog open onClose={onClose} title={title} about={t('Something is to be seen to first:')}>
        <ul className="flex list-disc flex-col gap-2 pl-5">
          {objections.map(({ reason }) => (
            <li key={reason}>{objectionWords(reason)}</li>
          ))}
        </ul>
        <DialogActions>
          <Button onClick={onClose}>{t('Close')}</Button>
        </DialogActions>
      </Dialog>
    );
  }
  async function erase(): Promise<void> {
    const body = { name: customer.name };
    await api(`/v1/customers/${customer.id}/erasure`, { method: 'POST', body });
    toast.done(t('Customer erased'));
    await queries.invalidateQueries({ queryKey: ['admin'] });
  }
  return (
    <ConfirmDialog
      open
      danger
      typed={customer.name.trim()}
      onClose={onClose}
      onConfirm={erase}
      title={title}
      confirmLabel={t('Erase for good')}
      consequence={<Consequence preview={preview} />}
    />
  );
}

function Consequence({ preview: { erased, kept } }: { preview: ErasurePreview }) {
  return (
    <div className="flex flex-col gap-3">
      <p>
        {t('Nobody can bring it back. Names, addresses and numbers for tax go, and with them:')}
      </p>
      <Counts counts={erased} />
      <p>{t('These stay, without names, for the law asks for them; no amount of them changes:')}</p>
      <Counts counts={kept} />
    </div>
  );
}

function Counts({ counts }: { counts: Record<string, number> }) {
  return (
    <ul className="list-disc pl-5">
      {Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => (
          <li key={kind}>
            {countWords(kind)}: {formatNumber(count)}
          </li>
        ))}
    </ul>
  );
}
