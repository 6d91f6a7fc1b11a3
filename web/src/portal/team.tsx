import { useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import type { Membership } from '@tollgate/billing-core/contract/customer.ts';
import { Button } from '../kit/button.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { ROLES } from '../kit/roles.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useMe, useRole } from '../session/me.ts';
import { SessionsCard } from '../session/sessions-card.tsx';
import { TwoFactorCard } from '../session/two-factor-card.tsx';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';
import { Invitations } from './team-invitations.tsx';
import { InviteDialog } from './team-invite.tsx';
import { MemberTable } from './team-members.tsx';

/** Who may sign in for the customer, and how safely; and the reader's own sign-ins. */
export function TeamPage() {
  const customerId = useCustomerId();
  const may = useRole(customerId) === 'owner';
  const [search, merge] = useUrlState();
  const queries = useQueryClient();
  const key = ['portal', customerId, 'invitations'];
  const path = customerPath(customerId, '/invitations');
  const viewing = useMe()?.viewing != null;
  const reload = (): void => void queries.invalidateQueries({ queryKey: key });
  return (
    <>
      <PageHeader
        title={t('Team')}
        about={t('Who may sign in here, and what they may do.')}
        actions={
          may && (
            <Button tone="primary" onClick={() => merge({ invite: 'true' })}>
              <UserPlus aria-hidden />
              {t('Invite somebody')}
            </Button>
          )
        }
      />
      <div className="flex flex-col gap-5">
        <Members customerId={customerId} may={may} />
        <Invitations listKey={key} path={path} may={may} />
        <Card title={t('Roles')} about={t('Everybody may read everything of the customer.')}>
          <Facts facts={ROLES.map(({ label, may: value }) => ({ name: label, value }))} />
        </Card>
        {!viewing && (
          <div className="grid items-start gap-5 lg:grid-cols-2">
            <SessionsCard />
            <TwoFactorCard />
          </div>
        )}
      </div>
      <InviteDialog
        open={search['invite'] === 'true' && may}
        path={path}
        onClose={() => merge({ invite: undefined })}
        onInvited={reload}
      />
    </>
  );
}

function Members({ customerId, may }: { customerId: string; may: boolean }) {
  const path = customerPath(customerId, '/memberships');
  const members = usePages<Membership>({
    key: ['portal', customerId, 'memberships'],
    path,
  });
  return (
    <Card title={t('Members')} flush>
      <Loaded query={members} skeleton={<TableSkeleton rows={3} />}>
        {(rows) => <MemberTable rows={rows} path={path} may={may} />}
      </Loaded>
      <LoadMore more={members.more} />
    </Card>
  );
}
