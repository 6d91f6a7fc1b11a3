import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  InvitationAccepted,
  InvitationSeen,
} from '@tollgate/billing-core/contract/invitation.ts';
import type { SessionUser } from '@tollgate/billing-core/contract/session.ts';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatInstant } from '../kit/format.ts';
import { useGo, useUrlState } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { roleName } from '../kit/roles.ts';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t, told } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { Front } from './front.tsx';
import { JoinForm } from './join-form.tsx';

const isOver = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.status === 404 || error.status === 410);

/** Where the link of an invitation leads: who invites, to what, and the way in. */
export function InvitationPage() {
  const [{ token = '' }] = useUrlState();
  const seen = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      api<InvitationSeen>('/portal/v1/invitations/look', {
        method: 'POST',
        body: { token },
        signal,
        anonymous: true,
      }),
    enabled: token !== '',
  });
  if (token === '' || isOver(seen.error)) return <Over error={seen.error} />;
  const title =
    seen.data === undefined ? t('Invitation') : t('Join {name}', { name: seen.data.customer.name });
  return (
    <Front title={title}>
      <Loaded query={seen} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => <Answer seen={known} token={token} />}
      </Loaded>
    </Front>
  );
}

function Over({ error }: { error: unknown }) {
  const why = isOver(error) && error.status === 410 ? error.detail : undefined;
  return (
    <Front
      title={t('This invitation no longer works')}
      about={why === undefined ? t('The link is not whole, or was sent anew since.') : told(why)}
    >
      <ButtonLink href={paths.home}>{t('To the portal')}</ButtonLink>
    </Front>
  );
}

interface AnswerProps {
  seen: InvitationSeen;
  token: string;
}

/** Who is signed in, if anybody is: here nobody has to be. */
const visitorQuery = queryOptions({
  queryKey: ['invitation', 'visitor'],
  queryFn: ({ signal }) =>
    api<{ user: SessionUser } | null>('/auth/get-session', { signal, anonymous: true }),
  staleTime: 0,
});

function Answer({ seen, token }: AnswerProps) {
  const visitor = useQuery(visitorQuery);
  return (
    <>
      <p className="mb-4 text-pretty wrap-anywhere">
        {seen.invited_by === null
          ? t('You are invited as: {role}.', { role: roleName(seen.role) })
          : t('{name} invites you as: {role}.', {
              name: seen.invited_by,
              role: roleName(seen.role),
            })}{' '}
        <span className="text-ink-soft">
          {t('For {email}, until {time}.', {
            email: seen.email,
            time: formatInstant(seen.expires_at),
          })}
        </span>
      </p>
      <Loaded query={visitor} skeleton={<FactsSkeleton facts={1} />}>
        {(session) => {
          const user = session?.user ?? null;
          if (user?.email === seen.email) return <Accept seen={seen} token={token} />;
          if (user !== null) return <OtherPerson seen={seen} email={user.email} />;
          return seen.has_account ? (
            <SignInFirst seen={seen} token={token} />
          ) : (
            <JoinForm email={seen.email} token={token} />
          );
        }}
      </Loaded>
    </>
  );
}

function Accept({ seen, token }: AnswerProps) {
  const queries = useQueryClient();
  const go = useGo();
  const accept = useMutation({
    mutationFn: () =>
      api<InvitationAccepted>('/portal/v1/invitations/accept', {
        method: 'POST',
        body: { token },
      }),
    onSuccess: ({ customer_id }) => {
      queries.clear();
      toast.done(t('You are a member of {name}', { name: seen.customer.name }));
      go(paths.overview(customer_id), { replace: true });
    },
  });
  return (
    <div className="flex flex-col gap-4">
      {accept.isError && <FormProblem error={accept.error} />}
      <Button tone="primary" busy={accept.isPending} onClick={() => accept.mutate()}>
        {t('Accept the invitation')}
      </Button>
    </div>
  );
}

function SignInFirst({ seen, token }: AnswerProps) {
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-soft">{t('You have an account with this address.')}</p>
      <ButtonLink tone="primary" href={paths.signIn(paths.invitation(token), seen.email)}>
        {t('Sign in to accept')}
      </ButtonLink>
    </div>
  );
}

function OtherPerson({ seen, email }: { seen: InvitationSeen; email: string }) {
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => api('/auth/sign-out', { method: 'POST', body: {}, anonymous: true }),
    onSuccess: () => queries.resetQueries(),
  });
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="text-ink-soft wrap-anywhere">
        {t('You are signed in as {email}, and this invitation is for {other}.', {
          email,
          other: seen.email,
        })}
      </p>
      {signOut.isError && <FormProblem error={signOut.error} />}
      <Button busy={signOut.isPending} onClick={() => signOut.mutate()}>
        {t('Sign out to accept')}
      </Button>
    </div>
  );
}
