import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { RecoveryCodes, TwoFactor } from '@tollgate/billing-core/contract/two-factor.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t, tn } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { PasswordForm } from './password-form.tsx';
import { RecoveryCodeList } from './recovery-codes.tsx';
import { TWO_FACTOR } from './two-factor-path.ts';

const Setup = lazy(async () => ({ default: (await import('./two-factor-setup.tsx')).Setup }));

const twoFactorQuery = queryOptions({
  queryKey: ['me', 'two-factor'],
  queryFn: ({ signal }) => api<TwoFactor>(TWO_FACTOR, { signal }),
});

type Asking = 'begin' | 'codes' | 'off';

/** A second factor of the signed-in person: on, off, and recovery codes. */
export function TwoFactorCard() {
  const queries = useQueryClient();
  const state = useQuery(twoFactorQuery);
  const [asking, setAsking] = useState<Asking>();
  const close = (): void => setAsking(undefined);
  const reload = (): void => {
    void queries.invalidateQueries({ queryKey: ['me'] });
    void queries.invalidateQueries({ queryKey: ['portal'] });
  };
  return (
    <Card
      title={t('Two-factor authentication')}
      about={t('Each of your sign-ins asks for a code of an app as well as for your password.')}
    >
      <Loaded query={state} skeleton={<FactsSkeleton facts={1} />}>
        {(known) => <State known={known} onAsk={setAsking} />}
      </Loaded>
      <Suspense>{asking === 'begin' && <Setup onClose={close} onDone={reload} />}</Suspense>
      <NewCodes open={asking === 'codes'} onClose={close} onDone={reload} />
      <TurnOff open={asking === 'off'} onClose={close} onDone={reload} />
    </Card>
  );
}

interface StateProps {
  known: TwoFactor;
  onAsk: (what: Asking) => void;
}

function State({ known, onAsk }: StateProps) {
  if (known.state === 'off') {
    return (
      <div className="flex flex-wrap items-center gap-3">
        <Badge>{t('Off')}</Badge>
        <Button tone="primary" size="sm" onClick={() => onAsk('begin')}>
          {t('Turn on…')}
        </Button>
      </div>
    );
  }
  const left = known.recovery_codes_left ?? 0;
  return (
    <>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="ok">{t('On')}</Badge>
        <span className={left === 0 ? 'text-warn' : 'text-ink-soft'}>
          {left === 0
            ? t('No recovery code is left: make new ones.')
            : tn(left, {
                one: '{count} recovery code is left.',
                other: '{count} recovery codes are left.',
              })}
        </span>
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button size="sm" onClick={() => onAsk('codes')}>
          {t('New recovery codes…')}
        </Button>
        <Button size="sm" onClick={() => onAsk('off')}>
          {t('Turn off…')}
        </Button>
      </div>
    </>
  );
}

interface AskProps {
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}

function NewCodes({ open, onClose, onDone }: AskProps) {
  const [codes, setCodes] = useState<string[]>();
  function close(): void {
    setCodes(undefined);
    onClose();
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      closesOutside={false}
      title={t('New recovery codes')}
      about={t('Those you have are taken no more.')}
    >
      {codes === undefined ? (
        <PasswordForm
          label={t('New recovery codes')}
          action={t('Make new codes')}
          onCancel={close}
          submit={async (body) => {
            const path = `${TWO_FACTOR}/recovery-codes`;
            const made = await api<RecoveryCodes>(path, { method: 'POST', body });
            setCodes(made.recovery_codes);
            onDone();
          }}
        />
      ) : (
        <RecoveryCodeList codes={codes} onKept={close} />
      )}
    </Dialog>
  );
}

function TurnOff({ open, onClose, onDone }: AskProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('Turn two-factor authentication off?')}
      about={t('Your password alone lets anybody in who knows it. The app’s codes end to work.')}
    >
      <PasswordForm
        danger
        label={t('Turn two-factor authentication off?')}
        action={t('Turn off')}
        onCancel={onClose}
        submit={async (body) => {
          await api(`${TWO_FACTOR}/turn-off`, { method: 'POST', body });
          toast.done(t('Two-factor authentication is off'));
          onDone();
          onClose();
        }}
      />
    </Dialog>
  );
}
