import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { api } from '../api.ts';
import { ConfirmDialog } from '../dialog.tsx';
import { t } from '../text.ts';
import { toast } from '../toast.tsx';
import { LastUse } from './last-use.tsx';

interface SwitchKeyProps {
  apiKey: ApiKey | undefined;
  path: (keyId: string) => string;
  onClose: () => void;
  onDone: () => void;
}

/** Switches a key off, after saying what that does to whom. */
export function DisableKeyDialog({ apiKey, path, onClose, onDone }: SwitchKeyProps) {
  async function disable(): Promise<void> {
    if (apiKey === undefined) return;
    await api(path(apiKey.id), { method: 'POST' });
    toast.done(t('Key disabled'), { description: apiKey.name });
    onDone();
  }
  return (
    <ConfirmDialog
      open={apiKey !== undefined}
      onClose={onClose}
      onConfirm={disable}
      danger
      title={t('Disable “{name}”?', { name: apiKey?.name ?? '' })}
      confirmLabel={t('Disable key')}
      consequence={
        apiKey !== undefined && (
          <>
            <p>{t('Requests with it are refused, within seconds, until it is enabled again.')}</p>
            <LastUse apiKey={apiKey} />
          </>
        )
      }
    />
  );
}

/** Switches a key on again. */
export function EnableKeyDialog({ apiKey, path, onClose, onDone }: SwitchKeyProps) {
  async function enable(): Promise<void> {
    if (apiKey === undefined) return;
    await api(path(apiKey.id), { method: 'POST' });
    toast.done(t('Key enabled'), { description: apiKey.name });
    onDone();
  }
  return (
    <ConfirmDialog
      open={apiKey !== undefined}
      onClose={onClose}
      onConfirm={enable}
      title={t('Enable “{name}”?', { name: apiKey?.name ?? '' })}
      confirmLabel={t('Enable key')}
      consequence={<p>{t('Whoever holds it can send requests that you pay for again.')}</p>}
    />
  );
}
