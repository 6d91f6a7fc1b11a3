import { useQuery } from '@tanstack/react-query';
import { BookOpen } from 'lucide-react';
import { useState } from 'react';
import type {
  ApiReference,
  ReferencedOperation,
} from '@tollgate/billing-core/contract/api-document.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { CONTROL } from '../kit/field.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';
import { OperationCard } from './reference-operation.tsx';

/** What the API can be asked, as far as this customer may ask it, and a console to try it. */
export function ReferencePage() {
  const customerId = useCustomerId();
  const reference = useQuery({
    queryKey: ['portal', customerId, 'api-reference'],
    queryFn: ({ signal }) =>
      api<ApiReference>(customerPath(customerId, '/api-reference'), { signal }),
  });
  const about = reference.data?.document;
  return (
    <>
      <PageHeader
        title={t('API reference')}
        about={
          about
            ? [about.title, about.version].filter((text) => text !== '').join(' · ')
            : t('What you can ask, and a console to try it with your own key.')
        }
      />
      <Loaded
        query={reference}
        skeleton={
          <Card flush>
            <TableSkeleton />
          </Card>
        }
      >
        {(known) =>
          known.document === null || known.operations.length === 0 ? (
            <Card>
              <FirstUse
                icon={<BookOpen aria-hidden />}
                title={t('Nothing is described yet')}
                about={
                  known.document === null
                    ? t('The operator of this API has not written its reference.')
                    : t('Nothing of the reference is part of your plan.')
                }
              />
            </Card>
          ) : (
            <Reference reference={known} />
          )
        }
      </Loaded>
    </>
  );
}

/** @returns what names an operation in the URL. */
const nameOf = ({ method, path }: ReferencedOperation): string => `${method} ${path}`;

function Reference({ reference }: { reference: ApiReference }) {
  const [search, merge] = useUrlState();
  const [key, setKey] = useState('');
  const { operations, gateway_url: gatewayUrl, document } = reference;
  const q = (search['q'] ?? '').toLowerCase();
  const shown = operations.filter((one) =>
    `${nameOf(one)} ${one.summary} ${one.tag}`.toLowerCase().includes(q),
  );
  const open = operations.find((one) => nameOf(one) === search['op']) ?? shown[0];
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[17rem_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-3 lg:sticky lg:top-4">
        <input
          type="search"
          aria-label={t('Search operations')}
          placeholder={t('Search operations')}
          value={search['q'] ?? ''}
          onChange={(event) => merge({ q: event.target.value })}
          className={`${CONTROL} h-9`}
        />
        {shown.length === 0 ? (
          <NothingMatches what={t('operations')} onClear={() => merge({ q: undefined })} />
        ) : (
          <Operations operations={shown} open={open} q={search['q']} />
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        {document !== null && document.description !== '' && (
          <p className="max-w-prose whitespace-pre-line wrap-anywhere text-ink-soft">
            {document.description}
          </p>
        )}
        {open && (
          <OperationCard
            key={nameOf(open)}
            operation={open}
            gatewayUrl={gatewayUrl}
            apiKey={key}
            onKey={setKey}
          />
        )}
      </div>
    </div>
  );
}

interface OperationsProps {
  operations: readonly ReferencedOperation[];
  open: ReferencedOperation | undefined;
  q: string | undefined;
}

function Operations({ operations, open, q }: OperationsProps) {
  const customerId = useCustomerId();
  const groups = Object.entries(Object.groupBy(operations, ({ tag }) => tag));
  return (
    <nav
      aria-label={t('Operations')}
      className="flex max-h-[70vh] flex-col gap-3 overflow-y-auto max-lg:max-h-64"
    >
      {groups.map(([tag, rows = []]) => (
        <section key={tag} aria-label={tag === '' ? t('Operations') : tag}>
          {tag !== '' && (
            <h2 className="px-2 pb-1 text-xs font-medium wrap-anywhere text-ink-soft">{tag}</h2>
          )}
          <ul className="flex flex-col">
            {rows.map((one) => (
              <li key={nameOf(one)}>
                <Link
                  href={paths.reference(customerId, { op: nameOf(one), q })}
                  aria-current={one === open ? 'true' : undefined}
                  className="block rounded-md px-2 py-1.5 hover:bg-sunken aria-[current]:bg-sunken"
                >
                  <span className="block font-mono text-xs wrap-anywhere">
                    <span className="text-ink-soft">{one.method}</span> {one.path}
                  </span>
                  {one.summary !== '' && (
                    <span className="block text-[0.8125rem] wrap-anywhere">{one.summary}</span>
                  )}
                  {one.deprecated && <Badge tone="warn">{t('Deprecated')}</Badge>}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
