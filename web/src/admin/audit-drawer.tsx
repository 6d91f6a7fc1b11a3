import type { AuditEntry } from '@tollgate/billing-core/contract/audit.ts';
import { Badge } from '../kit/badge.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { formatInstantExact } from '../kit/format.ts';
import { Facts } from '../kit/page.tsx';
import { t } from '../kit/text.ts';

/** Closer than that two clocks may be anyway. */
const MOVED_MS = 60_000;

type Change = AuditEntry['changes'][number];

/** One entry in full: each row that was changed, field by field, before and after. */
export function AuditDrawer(props: { entry: AuditEntry | undefined; onClose: () => void }) {
  const { entry, onClose } = props;
  return (
    <Dialog
      open={entry !== undefined}
      onClose={onClose}
      place="side"
      title={entry?.action ?? t('Audit log')}
      about={entry && formatInstantExact(entry.at)}
    >
      {entry && (
        <div className="flex flex-col gap-5">
          <Facts facts={factsOf(entry)} />
          {entry.changes.map((change, at) => (
            <ChangedRow key={at} change={change} />
          ))}
          {Object.keys(entry.detail).length > 0 && (
            <section>
              <h3 className="mb-1.5 text-[0.8125rem] font-semibold">{t('Detail')}</h3>
              <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs">
                {JSON.stringify(entry.detail, null, 2)}
              </pre>
            </section>
          )}
        </div>
      )}
    </Dialog>
  );
}

const ACTORS = { token: t('admin token'), user: t('person'), system: t('billing-core') };

function factsOf(entry: AuditEntry) {
  const code = (text: string | null) =>
    text === null ? '–' : <code className="font-mono text-xs break-all">{text}</code>;
  const told = entry.clock_at;
  const isMoved = told !== null && Math.abs(Date.parse(told) - Date.parse(entry.at)) > MOVED_MS;
  return [
    ...(isMoved ? [{ name: t('By the test clock'), value: formatInstantExact(told) }] : []),
    { name: t('By whom'), value: code(entry.actor_id) },
    { name: t('Which is'), value: ACTORS[entry.actor_kind] },
    { name: t('To what'), value: code(entry.subject_id) },
    { name: t('From'), value: entry.address ?? '–' },
    { name: t('Request'), value: code(entry.request_id) },
  ];
}

const valueText = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

function ChangedRow({ change: { table, row_id, before, after } }: { change: Change }) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <section>
      <h3 className="mb-1.5 flex flex-wrap items-center gap-2 text-[0.8125rem] font-semibold">
        <code className="font-mono text-xs break-all">
          {table} {row_id}
        </code>
        {before === null && <Badge tone="ok">{t('new')}</Badge>}
        {after === null && <Badge tone="danger">{t('gone')}</Badge>}
      </h3>
      <dl className="divide-y divide-line rounded-md border border-line">
        {fields.map((field) => (
          <div key={field} className="grid gap-x-4 gap-y-1 px-3 py-2 sm:grid-cols-[9rem_1fr]">
            <dt className="font-mono text-xs break-all text-ink-soft">{field}</dt>
            <dd className="flex min-w-0 flex-col gap-0.5 font-mono text-xs wrap-anywhere">
              {before !== null && (
                <del className="rounded bg-danger-soft px-1 text-danger">
                  <span className="sr-only">{t('before')}: </span>
                  {valueText(before[field])}
                </del>
              )}
              {after !== null && (
                <ins className="rounded bg-ok-soft px-1 text-ok no-underline">
                  <span className="sr-only">{t('after')}: </span>
                  {valueText(after[field])}
                </ins>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
