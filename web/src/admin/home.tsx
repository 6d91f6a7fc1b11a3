import { useQuery } from '@tanstack/react-query';
import { Building2 } from 'lucide-react';
import type { Figures } from '@tollgate/billing-core/contract/figures.ts';
import { ButtonLink } from '../kit/button.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { Loading } from '../kit/skeleton.tsx';
import { Stat, Stats } from '../kit/stat.tsx';
import { t } from '../kit/text.ts';
import { Age } from '../kit/time.tsx';
import { figuresQuery } from './figures-queries.ts';
import { MoneyFigures, moneyLabels } from './home-money.tsx';
import { IngestFigures, ingestLabels, TrafficFigures, trafficLabels } from './home-traffic.tsx';
import { HomeChart } from './home-chart.tsx';

/** What there is to know at a glance; each figure leads to what it is made of. */
export function HomePage() {
  const figures = useQuery(figuresQuery);
  const { dataUpdatedAt } = figures;
  return (
    <>
      <PageHeader
        title={t('Home')}
        about={
          dataUpdatedAt > 0 ? (
            <>
              {t('Updated')} <Age atMs={dataUpdatedAt} />
            </>
          ) : (
            t('Money, traffic and the books')
          )
        }
      />
      <Loaded query={figures} skeleton={<HomeSkeleton />}>
        {(known) => <Known figures={known} />}
      </Loaded>
    </>
  );
}

function Known({ figures }: { figures: Figures }) {
  return (
    <div className="flex flex-col gap-6">
      {figures.has_customers ? (
        <>
          {figures.money.length === 0 && (
            <Card title={t('Money')}>
              <p className="text-ink-soft">
                {t('Nobody has subscribed and nothing was invoiced yet.')}
              </p>
            </Card>
          )}
          {figures.money.map((one) => (
            <MoneyFigures key={one.currency} money={one} />
          ))}
        </>
      ) : (
        <Card>
          <FirstUse
            icon={<Building2 aria-hidden />}
            title={t('No customer yet')}
            about={t('Add a route and a plan, then your first customer. Money shows up here.')}
            action={
              <ButtonLink tone="primary" href={paths.adminCustomers()}>
                {t('Add a customer')}
              </ButtonLink>
            }
          />
        </Card>
      )}
      <TrafficFigures traffic={figures.traffic} />
      <HomeChart />
      <IngestFigures ingest={figures.ingest} books={figures.books} />
    </div>
  );
}

/** The labels stand where they will be; only the figures are grey. */
function HomeSkeleton() {
  return (
    <div className="flex flex-col gap-6">
      <Loading />
      {[moneyLabels(), trafficLabels(), ingestLabels()].map((labels) => (
        <Stats key={labels[0]}>
          {labels.map((label) => (
            <Stat key={label} label={label} value={undefined} />
          ))}
        </Stats>
      ))}
    </div>
  );
}
