import { useQueryClient } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

/** @returns a function that ends the session and forgets everything that was loaded. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const go = useGo();
  return async () => {
    try {
      await api('/auth/sign-out', { method: 'POST', body: {}, anonymous: true });
    } catch {
      toast.error(t('You are still signed in'), { description: t('The server did not answer.') });
      return;
    }
    go(paths.signIn());
    queries.clear();
  };
}
