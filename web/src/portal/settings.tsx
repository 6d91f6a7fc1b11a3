import { useQuery } from '@tanstack/react-query';
import { ButtonLink } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { Snippet } from '../kit/copy.tsx';
import { singleKeys } from '../kit/keyboard/panel.ts';
import { language, LANGUAGES, setLanguage } from '../kit/language.ts';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { usePreference } from '../kit/preference.ts';
import { ExportLinks } from '../kit/personal.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { setTheme, useTheme } from '../kit/theme.ts';
import { useShownZone, zoneChoice } from '../kit/zone.ts';
import { THEMES, zones } from '../session/look-choices.ts';
import { useRole } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { NoticeSettingsCard } from './notice-settings.tsx';
import { customerPath, customerQuery } from './queries.ts';
import { CustomerForm } from './settings-customer.tsx';

/** What the customer is called, how the reader sees the portal, who gets e-mails, and the end. */
export function SettingsPage() {
  return (
    <>
      <PageHeader title={t('Settings')} about={t('Of the customer, and of this browser.')} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <CustomerCard />
          <ExportCard />
          <LeavingCard />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <BrowserCard />
          <NoticeSettingsCard />
        </div>
      </div>
    </>
  );
}

function CustomerCard() {
  const customerId = useCustomerId();
  const may = useRole(customerId) === 'owner';
  const customer = useQuery(customerQuery(customerId));
  return (
    <Card title={t('Customer')}>
      <Loaded query={customer} skeleton={<FactsSkeleton facts={4} />}>
        {(known) => (
          <div className="flex flex-col gap-4">
            {may ? (
              <CustomerForm customer={known} />
            ) : (
              <Facts
                facts={[
                  { name: t('Name'), value: known.name },
                  { name: t('Billing zone'), value: known.billing_zone },
                ]}
              />
            )}
            <Facts facts={[{ name: t('Currency'), value: known.currency }]} />
            <div>
              <p className="mb-1 text-[0.8125rem] text-ink-soft">{t('Customer id')}</p>
              <Snippet code={known.id} label={t('Copy the customer id')} />
            </div>
          </div>
        )}
      </Loaded>
    </Card>
  );
}

/** Kept by this browser, for every customer. */
function BrowserCard() {
  const theme = useTheme();
  const zone = usePreference(zoneChoice);
  const single = usePreference(singleKeys);
  // The customer's may become known while the page is open.
  useShownZone();
  return (
    <Card title={t('This browser')} about={t('Kept here, for every customer.')}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice label={t('Language')} value={language} options={LANGUAGES} onChange={setLanguage} />
        <Choice label={t('Time zone')} value={zone} options={zones()} onChange={zoneChoice.set} />
        <Choice label={t('Theme')} value={theme} options={THEMES} onChange={setTheme} />
      </div>
      <label className="mt-4 flex items-start gap-2.5">
        <input
          type="checkbox"
          className="mt-1 size-4 accent-accent"
          checked={single === 'on'}
          onChange={(event) => singleKeys.set(event.target.checked ? 'on' : 'off')}
        />
        <span>
          {t('Use keys that are pressed alone')}
          <span className="block text-[0.8125rem] text-ink-soft">
            {t('Such as g, then a letter, for a page. The list of them is behind ?.')}
          </span>
        </span>
      </label>
    </Card>
  );
}

/** Everything that is stored, for whoever owns it. */
function ExportCard() {
  const customerId = useCustomerId();
  if (useRole(customerId) !== 'owner') return null;
  return (
    <Card
      title={t('Your data')}
      about={t('Everything that is stored about the customer, as a zip of CSV, JSON and pages.')}
    >
      <ExportLinks path={`${customerPath(customerId)}/export`} />
    </Card>
  );
}

/** The ways out, each where its consequence is told. */
function LeavingCard() {
  const customerId = useCustomerId();
  const role = useRole(customerId);
  const pays = role === 'owner' || role === 'billing';
  return (
    <Card title={t('Leaving')}>
      <ul className="flex flex-col gap-4">
        {pays && (
          <li className="flex flex-wrap items-center justify-between gap-3">
            <span className="min-w-0 flex-1 basis-56 text-pretty">
              {t('End the subscription: requests are refused from the end of the period on.')}
            </span>
            <ButtonLink size="sm" href={paths.plan(customerId, { end: 'cancel' })}>
              {t('End the subscription…')}
            </ButtonLink>
          </li>
        )}
        <li className="flex flex-wrap items-center justify-between gap-3">
          <span className="min-w-0 flex-1 basis-56 text-pretty">
            {t('Leave this customer: you lose access, and everything else goes on.')}
          </span>
          <ButtonLink size="sm" href={paths.team(customerId)}>
            {t('To the members')}
          </ButtonLink>
        </li>
      </ul>
    </Card>
  );
}
