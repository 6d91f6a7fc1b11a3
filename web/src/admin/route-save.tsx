import { useState } from 'react';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { t } from '../kit/text.ts';
import { ChangedFields } from './changed-fields.tsx';
import type { RouteChanges } from './route-changes.ts';

interface Asked {
  changes: RouteChanges;
  answer: (yes: boolean) => void;
}

/** Asks before a route is changed, showing what would be. */
export function useSaveQuestion() {
  const [asked, setAsked] = useState<Asked>();
  const ask = (changes: RouteChanges): Promise<boolean> =>
    new Promise((resolve) => {
      setAsked({
        changes,
        answer: (yes) => {
          setAsked(undefined);
          resolve(yes);
        },
      });
    });
  return { ask, dialog: <SaveQuestion asked={asked} /> };
}

function SaveQuestion({ asked }: { asked: Asked | undefined }) {
  return (
    <ConfirmDialog
      open={asked !== undefined}
      onClose={() => asked?.answer(false)}
      // What the API says of it belongs to the fields of the form.
      onConfirm={async () => asked?.answer(true)}
      title={t('Save these changes?')}
      confirmLabel={t('Save changes')}
      consequence={
        asked && (
          <>
            <p className="mb-3">{t('Gateways use them within a second, for every customer.')}</p>
            <ChangedFields {...asked.changes} />
          </>
        )
      }
    />
  );
}
