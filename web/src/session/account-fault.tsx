import { useQuery } from '@tanstack/react-query';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { t } from '../kit/text.ts';
import { meQuery } from './me.ts';

/** Says why pages offer nothing that only some may do: who is signed in could not be read. */
export function AccountFault() {
  const { data, error, isError, refetch } = useQuery(meQuery);
  if (!isError || data !== undefined) return null;
  return (
    <section
      aria-label={t('Your account')}
      className="flex flex-wrap items-center justify-center gap-x-4 gap-y-1 bg-danger-soft px-4 py-1.5 text-danger"
    >
      <p>{t('Your account could not be read: what you may do is not offered.')}</p>
      <FormProblem error={error} />
      <Button size="sm" onClick={() => void refetch()}>
        {t('Retry')}
      </Button>
    </section>
  );
}
