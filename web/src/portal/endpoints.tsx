import { Waypoints } from 'lucide-react';
import type { Endpoint, Overview } from '@tollgate/billing-core/contract/overview.ts';
import { Badge } from '../kit/badge.tsx';
import { Snippet } from '../kit/copy.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { requestOf } from './curl.ts';

interface EndpointsProps {
  overview: Overview;
  className: string;
}

/** The path pattern alone; the host is in the request below it. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]+/, '');
}

/** What can be called, each with a request to copy. */
export function Endpoints({ overview, className }: EndpointsProps) {
  const { endpoints, customer } = overview;
  return (
    <Card
      title={t('Endpoints')}
      about={
        endpoints.length > 0 && (
          <>
            {t('Put your key into TOLLGATE_KEY.')}{' '}
            <Link
              href={paths.keys(customer.id)}
              className="text-accent underline underline-offset-2"
            >
              {t('Keys')}
            </Link>
          </>
        )
      }
      className={className}
    >
      {endpoints.length === 0 ? (
        <FirstUse
          icon={<Waypoints aria-hidden />}
          title={t('No endpoints yet')}
          about={t('The operator of this API has not opened a route to you.')}
        />
      ) : (
        <ul className="flex flex-col gap-4">
          {endpoints.map((endpoint) => (
            <li key={endpoint.route_id}>
              <div className="mb-1.5 flex flex-wrap items-center gap-2">
                <span className="min-w-0 font-medium wrap-anywhere">{endpoint.name}</span>
                {endpoint.methods.map((method) => (
                  <Badge key={method}>{method === '*' ? t('any method') : method}</Badge>
                ))}
                {endpoint.missing_features.length > 0 && (
                  <Badge tone="warn">
                    {t('not in your plan: {features}', {
                      features: endpoint.missing_features.join(', '),
                    })}
                  </Badge>
                )}
                <code className="font-mono text-xs wrap-anywhere text-ink-soft">
                  {pathOf(endpoint.url)}
                </code>
              </div>
              <Example endpoint={endpoint} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Example({ endpoint }: { endpoint: Endpoint }) {
  const { code, places } = requestOf(endpoint);
  const named = { name: endpoint.name, places: places.join(', ') };
  if (places.length === 0) {
    return <Snippet code={code} label={t('Copy the request for {name}', named)} />;
  }
  return (
    <>
      <Snippet code={code} places={places} label={t('Copy the template for {name}', named)} />
      <p className="mt-1 text-[0.8125rem] wrap-anywhere text-ink-soft">
        {t('A template: replace {places} before you send it.', named)}
      </p>
    </>
  );
}
