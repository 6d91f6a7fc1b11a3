import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Invitation } from '@tollgate/billing-core/contract/invitation.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatInstant } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { roleName } from '../kit/roles.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

const REFRESH_MS = 15_000;

interface InvitationsProps {
  listKey: readonly string[];
  path: string;
  /** Whether the reader may send and withdraw them. */
  may: boolean;
}

/** Who was asked and has not answered. */
export function Invitations({ listKey, path, may }: InvitationsProps) {
  const queries = useQueryClient();
  const invitations = usePages<Invitation>({ key: listKey, path, everyMs: REFRESH_MS });
  const deed = useMutation({
    mutationFn: ({ id, what }: { id: string; what: 'again' | 'withdraw' }) =>
      what === 'again'
        ? api(`${path}/${id}/send-again`, { method: 'POST' })
        : api(`${path}/${id}`, { method: 'DELETE' }),
    onSuccess: (_, { what }) =>
      toast.done(what === 'again' ? t('Sent again') : t('Invitation withdrawn')),
    onSettled: () => queries.invalidateQueries({ queryKey: listKey }),
  });
  return (
    <Card title={t('Invitations')} flush>
      {deed.isError && (
        <div className="px-4 pb-3 sm:px-5">
          <FormProblem error={deed.error} />
        </div>
      )}
      <Loaded query={invitations} skeleton={<TableSkeleton rows={1} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 pb-4 text-ink-soft sm:px-5">{t('Nobody is invited just now.')}</p>
          ) : (
            <ul className="-mt-3 divide-y divide-line">
              {rows.map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  busy={deed.isPending && deed.variables.id === row.id}
                  onDo={may ? (what) => deed.mutate({ id: row.id, what }) : undefined}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <LoadMore more={invitations.more} />
    </Card>
  );
}

function stateOf({ state, letter }: Invitation): { tone: BadgeTone; label: string } {
  if (state === 'expired') return { tone: 'warn', label: t('Expired') };
  if (letter === 'refused') return { tone: 'danger', label: t('The mail server refused it') };
  if (letter === 'waiting') return { tone: 'neutral', label: t('Is being sent') };
  return { tone: 'accent', label: t('Sent') };
}

interface RowProps {
  row: Invitation;
  busy: boolean;
  onDo: ((what: 'again' | 'withdraw') => void) | undefined;
}

function Row({ row, busy, onDo }: RowProps) {
  const { tone, label } = stateOf(row);
  const { email } = row;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="wrap-anywhere">{email}</span>
          <Badge tone={tone}>{label}</Badge>
        </p>
        <p className="text-[0.8125rem] wrap-anywhere text-ink-soft">
          {roleName(row.role)}
          {row.invited_by !== null &&
            ` · ${t('invited by {name}', { name: row.invited_by })}`} ·{' '}
          {t('until {time}', { time: formatInstant(row.expires_at) })}
        </p>
        {row.said !== null && row.letter !== 'sent' && (
          <p className="text-[0.8125rem] wrap-anywhere text-ink-soft">
            {t('The mail server said: {what}', { what: row.said })}
          </p>
        )}
      </div>
      {onDo && (
        <div className="flex flex-wrap gap-2">
          <Button
            size="sm"
            busy={busy}
            aria-label={t('Send again to {email}', { email })}
            onClick={() => onDo('again')}
          >
            {t('Send again')}
          </Button>
          <Button
            size="sm"
            tone="quiet"
            busy={busy}
            aria-label={t('Withdraw the invitation of {email}', { email })}
            onClick={() => onDo('withdraw')}
          >
            {t('Withdraw')}
          </Button>
        </div>
      )}
    </li>
  );
}
