import { PageHeader } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { SessionsCard } from '../session/sessions-card.tsx';
import { TwoFactorCard } from '../session/two-factor-card.tsx';

/** How the signed-in admin signs in: what customers have on their page Team. */
export function AccountPage() {
  return (
    <>
      <PageHeader title={t('Your account')} about={t('How you sign in, and where you are.')} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <SessionsCard />
        <TwoFactorCard />
      </div>
    </>
  );
}
