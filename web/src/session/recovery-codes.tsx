import { Button } from '../kit/button.tsx';
import { CopyTextButton } from '../kit/copy.tsx';
import { DialogActions } from '../kit/dialog.tsx';
import { t } from '../kit/text.ts';

interface RecoveryCodeListProps {
  codes: readonly string[];
  onKept: () => void;
}

/** Recovery codes, the only time that they are shown. */
export function RecoveryCodeList({ codes, onKept }: RecoveryCodeListProps) {
  return (
    <>
      <p className="text-ink-soft text-pretty">
        {t('Keep these where your phone is not: each signs you in once without the app.')}{' '}
        {t('They are not shown again.')}
      </p>
      <ul
        aria-label={t('Recovery codes')}
        className="mt-3 grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border border-line bg-sunken p-3 font-mono"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <DialogActions>
        <CopyTextButton text={codes.join('\n')} label={t('Copy the codes')} />
        <Button onClick={onKept}>{t('I have kept them')}</Button>
      </DialogActions>
    </>
  );
}
