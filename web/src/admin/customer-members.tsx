import { useQueryClient } from '@tanstack/react-query';
import { Plus, Users } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api } from '../kit/api.ts';
import type { MemberRole, Membership } from '@tollgate/billing-core/contract/customer.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { tell } from '../kit/error-panel.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { roleName, ROLES } from '../kit/roles.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { AddMemberDialog } from './member-add.tsx';

/** Who may sign in for this customer, and as what. */
export function CustomerMembers({ customerId }: { customerId: string }) {
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const queries = useQueryClient();
  const path = `/v1/customers/${customerId}/memberships`;
  const key = useMemo(() => ['admin', 'customer', customerId, 'memberships'], [customerId]);
  const members = usePages<Membership>({ key, path });
  const columns = useMemo(() => {
    const reload = () => queries.invalidateQueries({ queryKey: key });
    return columnsOf((member, role) => void changeRole(member, role).then(reload), setAsking);
  }, [queries, key]);
  const reload = () => queries.invalidateQueries({ queryKey: key });
  return (
    <Card
      title={t('Members')}
      flush
      actions={
        <Button size="sm" onClick={() => setAdding(true)}>
          <Plus aria-hidden />
          {t('Add member')}
        </Button>
      }
    >
      <Loaded query={members} skeleton={<TableSkeleton rows={3} />}>
        {(rows) =>
          rows.length === 0 ? (
            <FirstUse
              icon={<Users aria-hidden />}
              title={t('No members yet')}
              about={t('Nobody can sign in for this customer.')}
            />
          ) : (
            <Table label={t('Members')} rows={rows} columns={columns} rowId={(row) => row.id} />
          )
        }
      </Loaded>
      <LoadMore more={members.more} />
      <AddMemberDialog
        open={adding}
        path={path}
        onClose={() => setAdding(false)}
        onAdded={() => void reload()}
      />
      <MemberDialogs asking={asking} onClose={() => setAsking(undefined)} onDone={reload} />
    </Card>
  );
}

type Deed = 'remove' | 'take_factor';
type Asking = { member: Membership; deed: Deed };

interface DialogProps {
  asking: Asking | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** Asks before a member goes, or signs in with less than before. */
function MemberDialogs({ asking, onClose, onDone }: DialogProps) {
  const name = asking?.member.user.name ?? '';
  const about = (deed: Deed) => ({ open: asking?.deed === deed, onClose, danger: true });
  async function run(path: string, said: string): Promise<void> {
    await api(path, { method: 'DELETE' });
    toast.done(said, { description: name });
    await onDone();
  }
  return (
    <>
      <ConfirmDialog
        {...about('remove')}
        onConfirm={() => run(`/v1/memberships/${asking?.member.id}`, t('Member removed'))}
        title={t('Remove {name}?', { name })}
        confirmLabel={t('Remove member')}
        consequence={t(
          'They lose access to this customer at once. Keys they created stay valid until revoked.',
        )}
      />
      <ConfirmDialog
        {...about('take_factor')}
        onConfirm={() =>
          run(`/v1/users/${asking?.member.user.id}/two-factor`, t('Second factor taken off'))
        }
        title={t('Take the second factor off {name}?', { name })}
        confirmLabel={t('Take it off')}
        consequence={
          <>
            <p>
              {t(
                'For who has lost the app and the recovery codes. They sign in with the password ' +
                  'alone from then on, at every customer they belong to, until they set it up ' +
                  'anew.',
              )}
            </p>
            <p className="mt-2">
              {t(
                'Make sure first that it is {name} who asks: whoever knows the password gets in. ' +
                  'They are told by e-mail, and it is in the audit log.',
                { name },
              )}
            </p>
          </>
        }
      />
    </>
  );
}

async function changeRole(member: Membership, role: MemberRole): Promise<void> {
  try {
    await api(`/v1/memberships/${member.id}`, { method: 'PATCH', body: { role } });
    toast.done(t('Role changed'), { description: `${member.user.name}: ${roleName(role)}` });
  } catch (error) {
    const { title, detail } = tell(error);
    toast.error(title, { ...(detail && { description: detail }) });
  }
}

function columnsOf(
  onRole: (member: Membership, role: MemberRole) => void,
  onAsk: (asking: Asking) => void,
): Column<Membership>[] {
  return [
    {
      id: 'name',
      header: t('Name'),
      card: 'title',
      written: (member) => member.user.name,
      cell: (member) => member.user.name,
    },
    {
      id: 'email',
      header: t('E-mail'),
      written: (member) => member.user.email,
      cell: (member) => member.user.email,
    },
    roleColumn(onRole),
    factorColumn(onAsk),
    {
      id: 'actions',
      header: t('Actions'),
      quiet: true,
      align: 'end',
      card: 'corner',
      cell: (member) => (
        <Button
          tone="quiet"
          size="sm"
          aria-label={t('Remove {name}', { name: member.user.name })}
          onClick={() => onAsk({ member, deed: 'remove' })}
        >
          {t('Remove…')}
        </Button>
      ),
    },
  ];
}

const roleColumn = (
  onRole: (member: Membership, role: MemberRole) => void,
): Column<Membership> => ({
  id: 'role',
  header: t('Role'),
  cell: (member) => (
    <select
      aria-label={t('Role of {name}', { name: member.user.name })}
      value={member.role}
      onChange={(event) => onRole(member, event.target.value as MemberRole)}
      className="h-8 rounded-md border border-line-strong bg-surface px-2"
    >
      {ROLES.map((role) => (
        <option key={role.value} value={role.value}>
          {role.label}
        </option>
      ))}
    </select>
  ),
});

const factorColumn = (onAsk: (asking: Asking) => void): Column<Membership> => ({
  id: 'two-factor',
  header: t('Two-factor'),
  cell: (member) => (
    <span className="inline-flex flex-wrap items-center justify-end gap-x-2">
      {member.two_factor ? t('On') : t('Off')}
      {member.two_factor && (
        <Button
          tone="quiet"
          size="sm"
          aria-label={t('Take off the second factor of {name}', { name: member.user.name })}
          onClick={() => onAsk({ member, deed: 'take_factor' })}
        >
          {t('Take off…')}
        </Button>
      )}
    </span>
  ),
});
