import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { t } from '../text.ts';
import { Ago } from '../time.tsx';

/** When a key was used last: whether somebody would miss it. */
export function LastUse({ apiKey: { last_used_at: at } }: { apiKey: ApiKey }) {
  return (
    <p className="mt-2">
      {at === null ? (
        t('The key was never used.')
      ) : (
        <>
          {t('It was last used')} <Ago iso={at} />.
        </>
      )}
    </p>
  );
}
