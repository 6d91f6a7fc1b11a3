import type { AuditEntry } from '@tollgate/billing-core/contract/audit.ts';
import { Badge } from '../kit/badge.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { formatInstantExact } from '../kit/format.ts';
import { Facts } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { ChangedFields } from './changed-fields.tsx';

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

function ChangedRow({ change: { table, row_id, before, after } }: { change: Change }) {
  return (
    <section>
      <h3 className="mb-1.5 flex flex-wrap items-center gap-2 text-[0.8125rem] font-semibold">
        <code className="font-mono text-xs break-all">
          {table} {row_id}
        </code>
        {before === null && <Badge tone="ok">{t('new')}</Badge>}
        {after === null && <Badge tone="danger">{t('gone')}</Badge>}
      </h3>
      <ChangedFields before={before} after={after} />
    </section>
  );
}
