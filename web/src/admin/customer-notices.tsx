import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Notice, NoticeSettings } from '@tollgate/billing-core/contract/notice.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { KIND_WORDS } from '../kit/notices/kinds.ts';
import { NoticeSettingsForm } from '../kit/notices/settings-form.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton, TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

type Letter = Notice['letters'][number];

/** What a customer was told, what became of each e-mail, and where they go. */
export function CustomerNotices({ customer }: { customer: Customer }) {
  const notices = usePages<Notice>({
    key: ['admin', 'customer', customer.id, 'notices'],
    path: '/v1/notices',
    query: { customer_id: customer.id },
  });
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <Card title={t('Notices')} flush>
        <Loaded query={notices} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="px-4 pb-5 text-ink-soft sm:px-5">{t('Nothing was told yet.')}</p>
            ) : (
              <ul className="divide-y divide-line border-t border-line">
                {rows.map((row) => (
                  <Item key={row.id} notice={row} />
                ))}
              </ul>
            )
          }
        </Loaded>
        <LoadMore more={notices.more} />
      </Card>
      <Settings customer={customer} />
    </div>
  );
}

function Item({ notice }: { notice: Notice }) {
  const { title, body, kind, at, letters } = notice;
  return (
    <li className="flex flex-col gap-1 px-4 py-3 sm:px-5">
      <h3 className="font-medium wrap-anywhere">{title}</h3>
      <p className="whitespace-pre-line text-ink-soft wrap-anywhere">{body}</p>
      <p className="text-[0.8125rem] text-ink-soft">
        {KIND_WORDS[kind]}, <Instant iso={at} />
      </p>
      {letters.length === 0 && (
        <p className="text-[0.8125rem] text-ink-soft">{t('Nobody was e-mailed.')}</p>
      )}
      <ul className="flex flex-col gap-1">
        {letters.map((letter) => (
          <li key={letter.address} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <State letter={letter} />
            <span className="min-w-0 wrap-anywhere">{letter.address}</span>
            {letter.said !== null && (
              <span className="min-w-0 text-[0.8125rem] text-ink-soft wrap-anywhere">
                {letter.said}
              </span>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}

const STATES: Record<Letter['state'], [BadgeTone, string]> = {
  waiting: ['neutral', t('Waiting')],
  asked: ['neutral', t('Waiting')],
  sending: ['neutral', t('Being sent')],
  sent: ['ok', t('Sent')],
  refused: ['danger', t('Refused')],
};

function State({ letter: { state, tries, unsure } }: { letter: Letter }) {
  const failed = state === 'asked' && tries > 0;
  const [tone, word] = failed
    ? (['warn', t('Failed {tries} times', { tries: String(tries) })] as const)
    : STATES[state];
  return (
    <>
      <Badge tone={tone}>{word}</Badge>
      {unsure && <Badge tone="warn">{t('Maybe twice')}</Badge>}
    </>
  );
}

function Settings({ customer }: { customer: Customer }) {
  const queries = useQueryClient();
  const path = `/v1/customers/${customer.id}/notice-settings`;
  const key = ['admin', 'customer', customer.id, 'notice-settings'];
  const settings = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api<NoticeSettings>(path, { signal }),
  });
  return (
    <Card title={t('E-mails')}>
      <Loaded query={settings} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => (
          <NoticeSettingsForm
            settings={known}
            onSave={async (body) => {
              await api(path, { method: 'PUT', body });
              await queries.invalidateQueries({ queryKey: key });
              toast.done(t('E-mails changed'), { description: customer.name });
            }}
          />
        )}
      </Loaded>
    </Card>
  );
}
