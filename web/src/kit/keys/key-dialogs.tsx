import type { Query } from '../query.tsx';
import { EditKeyDialog } from './edit-key.tsx';
import type { KeyActing } from './key-table.tsx';
import type { KeyLimits } from './route-fields.tsx';
import { RevokeKeyDialog } from './revoke-key.tsx';
import { RotateKeyDialog } from './rotate-key.tsx';
import { DisableKeyDialog, EnableKeyDialog } from './switch-key.tsx';

interface DialogsProps {
  acting: KeyActing | undefined;
  /** Where one key is in the API. */
  path: (keyId: string) => string;
  /** What the customer's keys may be given, and limited to. */
  limits: Query<KeyLimits>;
  onClose: () => void;
  onDone: () => void;
}

/** What can be done with a key, each asked before it happens. */
export function KeyDialogs({ acting, path, limits, onClose, onDone }: DialogsProps) {
  const of = (deed: KeyActing['deed']) => (acting?.deed === deed ? acting.key : undefined);
  return (
    <>
      <EditKeyDialog
        apiKey={of('edit')}
        path={path}
        limits={limits}
        onClose={onClose}
        onSaved={onDone}
      />
      <RotateKeyDialog
        apiKey={of('rotate')}
        path={(id) => `${path(id)}/rotate`}
        onClose={onClose}
        onRotated={onDone}
      />
      <DisableKeyDialog
        apiKey={of('disable')}
        path={(id) => `${path(id)}/disable`}
        onClose={onClose}
        onDone={onDone}
      />
      <EnableKeyDialog
        apiKey={of('enable')}
        path={(id) => `${path(id)}/enable`}
        onClose={onClose}
        onDone={onDone}
      />
      <RevokeKeyDialog
        apiKey={of('revoke')}
        path={(id) => `${path(id)}/revoke`}
        onClose={onClose}
        onRevoked={onDone}
      />
    </>
  );
}
