import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { NoticeSettings } from '@tollgate/billing-core/contract/notice.ts';
import { api } from '../kit/api.ts';
import { NoticeSettingsForm } from '../kit/notices/settings-form.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useMe } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

/** Where e-mails of notices go; nothing for who may not say that. */
export function NoticeSettingsCard() {
  const customerId = useCustomerId();
  const queries = useQueryClient();
  const me = useMe();
  const role = me?.memberships.find(({ customer }) => customer.id === customerId)?.role;
  const path = customerPath(customerId, '/notice-settings');
  const key = ['portal', customerId, 'notice-settings'];
  const settings = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api<NoticeSettings>(path, { signal }),
  });
  if (role !== 'owner' && role !== 'billing') return null;
  return (
    <Card title={t('E-mails')}>
      <Loaded query={settings} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => (
          <NoticeSettingsForm
            settings={known}
            onSave={async (body) => {
              await api(path, { method: 'PUT', body });
              await queries.invalidateQueries({ queryKey: key });
              toast.done(t('E-mails changed'));
            }}
          />
        )}
      </Loaded>
    </Card>
  );
}
