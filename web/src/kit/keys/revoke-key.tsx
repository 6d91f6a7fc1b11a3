import { api } from '../api.ts';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { ConfirmDialog } from '../dialog.tsx';
import { t } from '../text.ts';
import { toast } from '../toast.tsx';
import { keyMask } from './key-table.tsx';
import { LastUse } from './last-use.tsx';

interface RevokeKeyProps {
  apiKey: ApiKey | undefined;
  path: (keyId: string) => string;
  onClose: () => void;
  onRevoked: () => void;
}

/** Ends a key for good, after saying what that does to whom. */
export function RevokeKeyDialog({ apiKey, path, onClose, onRevoked }: RevokeKeyProps) {
  async function revoke(): Promise<void> {
    if (apiKey === undefined) return;
    await api(path(apiKey.id), { method: 'POST' });
    toast.done(t('Key revoked'), { description: apiKey.name });
    onRevoked();
  }
  return (
    <ConfirmDialog
      open={apiKey !== undefined}
      onClose={onClose}
      onConfirm={revoke}
      danger
      title={t('Revoke “{name}”?', { name: apiKey?.name ?? '' })}
      confirmLabel={t('Revoke key')}
      consequence={apiKey !== undefined && <Consequence apiKey={apiKey} />}
    />
  );
}

function Consequence({ apiKey }: { apiKey: ApiKey }) {
  return (
    <>
      <p>
        {t('Every request with')} <code className="font-mono text-xs">{keyMask(apiKey)}</code>{' '}
        {t('is refused from now on, within seconds. This can’t be undone.')}
      </p>
      <LastUse apiKey={apiKey} />
    </>
  );
}
