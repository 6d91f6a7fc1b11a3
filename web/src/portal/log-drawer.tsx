import { useQuery, type QueryKey } from '@tanstack/react-query';
import { Check, Minus, X } from 'lucide-react';
import { clsx } from 'clsx';
import type { RequestLog, RequestRecord } from '@tollgate/billing-core/contract/request-log.ts';
import { api } from '../kit/api.ts';
import { CopyButton } from '../kit/copy.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { formatNumber } from '../kit/format.ts';
import { Facts } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { StatusBadge } from './log-table.tsx';
import { causeOf, durationInWords, STAGE_NAMES, STAGES, unitsInWords } from './request-words.ts';

interface DrawerProps {
  path: string;
  queryKey: QueryKey;
  /** In the URL as `request`; undefined: closed. */
  requestId: string | undefined;
  onClose: () => void;
}

/** All that is known of one request: what was decided, where its time went, what it counted. */
export function LogDrawer({ path, queryKey, requestId, onClose }: DrawerProps) {
  const found = useQuery({
    queryKey: [...queryKey, 'one', requestId],
    enabled: requestId !== undefined,
    queryFn: ({ signal }) =>
      api<RequestLog>(path, { query: { request_id: requestId, limit: 1 }, signal }),
  });
  return (
    <Dialog open={requestId !== undefined} onClose={onClose} place="side" title={t('Request')}>
      {requestId !== undefined && (
        <Loaded query={found} skeleton={<FactsSkeleton facts={6} />}>
          {({ data: [row], retention_hours: hours }) =>
            row === undefined ? (
              <p className="py-6 text-ink-soft">
                {t('It is not in the log: requests are kept for {hours} h, and of many a sample.', {
                  hours: formatNumber(hours),
                })}
              </p>
            ) : (
              <Known row={row} />
            )
          }
        </Loaded>
      )}
    </Dialog>
  );
}

function Known({ row }: { row: RequestRecord }) {
  const cause = causeOf(row);
  return (
    <div className="flex flex-col gap-6">
      <div>
        <p className="mb-2 font-mono text-sm wrap-anywhere">
          <span className="text-ink-soft">{row.method}</span> {row.path}
        </p>
        <StatusBadge row={row} />
        {cause !== undefined && (
          <p className="mt-2">
            {t('{why}.', { why: cause.why })} <span className="text-ink-soft">{cause.helps}</span>
          </p>
        )}
      </div>
      <section aria-label={t('What was decided')}>
        <h3 className="mb-2 text-sm font-semibold">{t('What was decided')}</h3>
        <Trace row={row} />
      </section>
      <section aria-label={t('Where its time went')}>
        <h3 className="mb-2 text-sm font-semibold">{t('Where its time went')}</h3>
        <Split row={row} />
      </section>
      <Facts
        facts={[
          { name: t('When'), value: <Instant iso={row.at} /> },
          { name: t('Counted'), value: unitsInWords(row) },
          { name: t('Route'), value: row.route?.name ?? t('none') },
          {
            name: t('Key'),
            value: row.key === null ? t('none of yours') : `${row.key.name} …${row.key.last4}`,
          },
          { name: t('Sent'), value: t('{n} bytes', { n: formatNumber(row.request_bytes) }) },
          { name: t('Received'), value: t('{n} bytes', { n: formatNumber(row.response_bytes) }) },
          {
            name: t('Request id'),
            value: (
              <span className="inline-flex max-w-full items-center gap-1">
                <code className="font-mono text-xs break-all">{row.request_id}</code>
                <CopyButton text={row.request_id} label={t('Copy request id')} />
              </span>
            ),
          },
        ]}
      />
      <p className="text-[0.8125rem] text-ink-soft">
        {t('As the gateway saw it. The ledger under Usage has the last word on what is billed.')}
      </p>
    </div>
  );
}

/** The questions in the order in which a gateway asks them; the first no ends it. */
function Trace({ row }: { row: RequestRecord }) {
  const stoppedAt = causeOf(row)?.stage;
  const at = stoppedAt === undefined ? STAGES.length : STAGES.indexOf(stoppedAt);
  return (
    <ol className="flex flex-col gap-1.5">
      {STAGES.map((stage, place) => {
        const state = place < at ? 'yes' : place === at ? 'no' : 'unasked';
        const Icon = ICONS[state];
        return (
          <li key={stage} className="flex items-center gap-2">
            <Icon aria-hidden className={clsx('size-4 shrink-0', COLOURS[state])} />
            <span className={state === 'unasked' ? 'text-ink-soft' : undefined}>
              {STAGE_NAMES[stage]}
              <span className={state === 'no' ? 'font-medium' : 'sr-only'}>
                {': '}
                {ANSWERS[state]}
              </span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

const ICONS = { yes: Check, no: X, unasked: Minus };
const COLOURS = { yes: 'text-ok', no: 'text-danger', unasked: 'text-ink-soft' };
const ANSWERS = { yes: t('yes'), no: t('no'), unasked: t('not asked') };

/** The gateway's own part, the upstream's until its answer began, and the answer itself. */
function Split({ row }: { row: RequestRecord }) {
  const { duration_ms: all, decided_ms: decided, upstream_ms: upstream } = row;
  const total = <p className="figures">{t('{all} in all', { all: durationInWords(all) })}</p>;
  if (decided === null || upstream === null) return total;
  const parts = [
    { name: t('Deciding, in the gateway'), ms: decided, colour: 'bg-accent' },
    { name: t('Waiting for the API'), ms: upstream, colour: 'bg-warn-bar' },
    {
      name: t('Passing the answer on'),
      ms: Math.max(0, all - decided - upstream),
      colour: 'bg-ok',
    },
  ];
  return (
    <>
      {total}
      <div aria-hidden className="my-2 flex h-2 overflow-hidden rounded-full bg-sunken">
        {parts.map(({ name, ms, colour }) => (
          <div
            key={name}
            className={colour}
            style={{ width: `${(100 * ms) / Math.max(all, 0.01)}%` }}
          />
        ))}
      </div>
      <ul className="flex flex-col gap-1">
        {parts.map(({ name, ms, colour }) => (
          <li key={name} className="flex items-center gap-2 text-[0.8125rem]">
            <span aria-hidden className={clsx('size-2 rounded-full', colour)} />
            <span className="flex-1 text-ink-soft">{name}</span>
            <span className="figures">{durationInWords(ms)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
