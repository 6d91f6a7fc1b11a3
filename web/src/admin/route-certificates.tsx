import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { Badge } from '../kit/badge.tsx';
import { now } from '../kit/clock.ts';
import { formatDate } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';

const DAY_MS = 86_400_000;
/** From so long before the end on it is said: time to get another one. */
const SOON_DAYS = 30;

/** @returns days until the first certificate expires, if that is soon; 0 and less behind it. */
function daysLeft({ certificates_expire_at: end }: Route): number | undefined {
  if (end === null) return undefined;
  const days = Math.ceil((Date.parse(end) - now()) / DAY_MS);
  return days <= SOON_DAYS ? days : undefined;
}

/** In the list of routes; nothing while all is well. */
export function CertificateBadge({ route }: { route: Route }) {
  const days = daysLeft(route);
  if (days === undefined) return null;
  if (days <= 0) return <Badge tone="danger">{t('Certificate expired')}</Badge>;
  return <Badge tone="warn">{t('Certificate expires')}</Badge>;
}

/** That a certificate for TLS with upstreams expires, and what to do; nothing while all is well. */
export function CertificateCard({ route }: { route: Route }) {
  const days = daysLeft(route);
  if (days === undefined || route.certificates_expire_at === null) return null;
  const date = formatDate(route.certificates_expire_at);
  return (
    <Card
      className="mb-4"
      title={
        days <= 0
          ? t('A certificate expired on {date}', { date })
          : t('A certificate expires on {date}', { date })
      }
    >
      <p>{t('Requests to an upstream whose certificate is no longer valid get 502.')}</p>
      <p>{t('Renew it under “TLS with upstreams”, with the secret of its key if it has one.')}</p>
    </Card>
  );
}
