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
import { ROLES } from '../kit/roles.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { AddMemberDialog } from './member-add.tsx';

/** Who may sign in for this customer, and as what. */
export function CustomerMembers({ customerId }: { customerId: string }) {
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Membership>();
  const queries = useQueryClient();
  const path = `/v1/customers/${customerId}/memberships`;
  const key = useMemo(() => ['admin', 'customer', customerId, 'memberships'], [customerId]);
  const members = usePages<Membership>({ key, path });
  const columns = useMemo(() => {
    const reload = () => queries.invalidateQueries({ queryKey: key });
    return columnsOf((member, role) => void changeRole(member, role).then(reload), setRemoving);
  }, [queries, key]);
  async function remove(): Promise<void> {
    if (removing === undefined) return;
    await api(`/v1/memberships/${removing.id}`, { method: 'DELETE' });
    await queries.invalidateQueries({ queryKey: key });
  }
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
        onAdded={() => void queries.invalidateQueries({ queryKey: key })}
      />
      <ConfirmDialog
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        onConfirm={remove}
        danger
        title={t('Remove {name}?', { name: removing?.user.name ?? '' })}
        confirmLabel={t('Remove member')}
        consequence={t(
          'They lose access to this customer at once. Keys they created stay valid until revoked.',
        )}
      />
    </Card>
  );
}

async function changeRole(member: Membership, role: MemberRole): Promise<void> {
  try {
    await api(`/v1/memberships/${member.id}`, { method: 'PATCH', body: { role } });
    toast.done(t('Role changed'), { description: `${member.user.name}: ${role}` });
  } catch (error) {
    const { title, detail } = tell(error);
    toast.error(title, { ...(detail && { description: detail }) });
  }
}

function columnsOf(
  onRole: (member: Membership, role: MemberRole) => void,
  onRemove: (member: Membership) => void,
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
    {
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
    },
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
          onClick={() => onRemove(member)}
        >
          {t('Remove…')}
        </Button>
      ),
    },
  ];
}
