import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { MemberRole, Membership } from '@tollgate/billing-core/contract/customer.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { roleName, ROLES } from '../kit/roles.ts';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { meQuery, useMe } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';

interface MemberTableProps {
  rows: readonly Membership[];
  path: string;
  /** Whether the reader may change others. */
  may: boolean;
}

type Given = { member: Membership; role: MemberRole };

type Deeds = {
  /** The reader. */
  me: string | undefined;
  may: boolean;
  onRole: (member: Membership, role: MemberRole) => void;
  onRemove: (member: Membership) => void;
};

/** The members, each with what they may do; owners change that, and everybody may leave. */
export function MemberTable({ rows, path, may }: MemberTableProps) {
  const me = useMe()?.user.id;
  const queries = useQueryClient();
  const [removing, setRemoving] = useState<Membership>();
  const [lowering, setLowering] = useState<Given>();
  const reload = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['portal'] });
    await queries.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  const give = async ({ member, role }: Given): Promise<void> => {
    await api(`${path}/${member.id}`, { method: 'PATCH', body: { role } });
    toast.done(t('Role changed'), { description: `${member.user.name}: ${roleName(role)}` });
    await reload();
  };
  const change = useMutation({ mutationFn: give });
  const { mutate } = change;
  const columns = useMemo(
    () =>
      columnsOf({
        me,
        may,
        // Whoever gives up their own role cannot take it again.
        onRole: (member, role) =>
          member.user.id === me ? setLowering({ member, role }) : mutate({ member, role }),
        onRemove: setRemoving,
      }),
    [me, may, mutate],
  );
  return (
    <>
      {change.isError && (
        <div className="px-4 pb-3 sm:px-5">
          <FormProblem error={change.error} />
        </div>
      )}
      <Table label={t('Members')} rows={rows} columns={columns} rowId={(row) => row.id} />
      <RemoveDialog member={removing} path={path} onClose={() => setRemoving(undefined)} />
      <ConfirmDialog
        open={lowering !== undefined}
        onClose={() => setLowering(undefined)}
        onConfirm={async () => {
          if (lowering) await give(lowering);
        }}
        title={t('Change your own role?')}
        confirmLabel={t('Change my role')}
        consequence={t('You are no owner then: only another owner can give the role back to you.')}
      />
    </>
  );
}

interface RemoveProps {
  member: Membership | undefined;
  path: string;
  onClose: () => void;
}

function RemoveDialog({ member, path, onClose }: RemoveProps) {
  const customerId = useCustomerId();
  const queries = useQueryClient();
  const go = useGo();
  const isMe = useMe()?.user.id === member?.user.id;
  async function remove(): Promise<void> {
    if (member === undefined) return;
    await api(`${path}/${member.id}`, { method: 'DELETE' });
    if (!isMe) {
      await queries.invalidateQueries({ queryKey: ['portal', customerId, 'memberships'] });
      return;
    }
    toast.done(t('You left'));
    go(paths.home, { replace: true });
    queries.clear();
  }
  return (
    <ConfirmDialog
      open={member !== undefined}
      onClose={onClose}
      onConfirm={remove}
      danger
      title={isMe ? t('Leave this customer?') : t('Remove {name}?', { name: nameOf(member) })}
      confirmLabel={isMe ? t('Leave') : t('Remove member')}
      consequence={
        isMe
          ? t('You lose access at once; only an owner can invite you again. Keys stay valid.')
          : t(
              'They lose access to this customer at once. ' +
                'Keys they created stay valid until revoked.',
            )
      }
    />
  );
}

const nameOf = (member: Membership | undefined): string => member?.user.name ?? '';

function columnsOf({ me, may, onRole, onRemove }: Deeds): Column<Membership>[] {
  return [
    {
      id: 'name',
      header: t('Name'),
      card: 'title',
      written: (member) => member.user.name,
      cell: (member) => (
        <>
          {member.user.name} {member.user.id === me && <Badge tone="accent">{t('You')}</Badge>}
        </>
      ),
    },
    {
      id: 'email',
      header: t('E-mail'),
      written: (member) => member.user.email,
      cell: (member) => member.user.email,
    },
    {
      id: 'role',
      header: t('Role'),
      cell: (member) =>
        may ? <RoleChoice member={member} onRole={onRole} /> : roleName(member.role),
    },
    {
      id: 'two-factor',
      header: t('Two-factor'),
      cell: (member) => (member.two_factor ? t('On') : t('Off')),
    },
    {
      id: 'actions',
      header: t('Actions'),
      quiet: true,
      align: 'end',
      card: 'corner',
      cell: (member) =>
        member.user.id === me ? (
          <Button tone="quiet" size="sm" onClick={() => onRemove(member)}>
            {t('Leave…')}
          </Button>
        ) : (
          may && (
            <Button
              tone="quiet"
              size="sm"
              aria-label={t('Remove {name}', { name: member.user.name })}
              onClick={() => onRemove(member)}
            >
              {t('Remove…')}
            </Button>
          )
        ),
    },
  ];
}

interface RoleChoiceProps {
  member: Membership;
  onRole: Deeds['onRole'];
}

function RoleChoice({ member, onRole }: RoleChoiceProps) {
  return (
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
  );
}
