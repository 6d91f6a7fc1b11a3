import { useState } from 'react';
import { Button } from '../button.tsx';
import { CopyTextButton } from '../copy.tsx';
import { Dialog, DialogActions } from '../dialog.tsx';
import { t } from '../text.ts';

interface SecretDialogProps {
  /** Undefined: there is none to show. */
  secret: string | undefined;
  title: string;
  about: string;
  onLeave: () => void;
}

/** Shows a secret the only time anyone can see it; leaving without it must be meant. */
export function SecretDialog({ secret, title, about, onLeave }: SecretDialogProps) {
  const [warned, setWarned] = useState(false);
  const [copied, setCopied] = useState(false);
  function leave(): void {
    setCopied(false);
    setWarned(false);
    onLeave();
  }
  const close = (): void => (copied ? leave() : setWarned(true));
  return (
    <Dialog
      open={secret !== undefined}
      title={title}
      about={about}
      closesOutside={false}
      onClose={close}
    >
      {secret !== undefined && (
        <SecretOnce
          secret={secret}
          copied={copied}
          warned={warned}
          onCopied={() => setCopied(true)}
          onClose={close}
          onLeave={leave}
          onStay={() => setWarned(false)}
        />
      )}
    </Dialog>
  );
}

interface SecretOnceProps {
  secret: string;
  copied: boolean;
  /** People tried to leave without the key. */
  warned: boolean;
  onCopied: () => void;
  onClose: () => void;
  onLeave: () => void;
  onStay: () => void;
}

function SecretOnce(props: SecretOnceProps) {
  return (
    <>
      <code
        data-testid="key-secret"
        className="block rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs break-all select-all"
        onCopy={props.onCopied}
      >
        {props.secret}
      </code>
      {props.warned && !props.copied ? (
        <div role="alert" className="mt-4 rounded-md bg-warn-soft px-3 py-2.5 text-warn">
          <p className="font-medium">{t('You have not copied the key.')}</p>
          <p>{t('Without it you will have to revoke this key and create another.')}</p>
          <div className="mt-3 flex flex-wrap justify-end gap-2">
            <Button size="sm" onClick={props.onLeave}>
              {t('Close without copying')}
            </Button>
            <Button size="sm" tone="primary" onClick={props.onStay}>
              {t('Back to the key')}
            </Button>
          </div>
        </div>
      ) : (
        <DialogActions>
          <Button onClick={props.onClose}>{t('Done')}</Button>
          <CopyTextButton text={props.secret} label={t('Copy key')} onCopied={props.onCopied} />
        </DialogActions>
      )}
    </>
  );
}
