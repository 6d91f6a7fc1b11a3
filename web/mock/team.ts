import type { Context, Hono } from 'hono';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Invitation } from '@tollgate/billing-core/contract/invitation.ts';
import type { OwnSession } from '@tollgate/billing-core/contract/own-session.ts';
import { found, page, Problem, signedIn } from './http.ts';
import { ago, DAY_MS, mint, type MockState } from './state.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';

function invited(): Invitation[] {
  const asked = { role: 'developer', invited_by: 'Ada Lovelace', state: 'open' } as const;
  const times = { created_at: ago(DAY_MS), expires_at: ago(-6 * DAY_MS) };
  return [
    { ...asked, ...times, id: mint('ivt'), email: 'bob@acme.example', letter: 'sent', said: null },
    {
      ...asked,
      id: mint('ivt'),
      email: `somebody-with-a-very-long-name-indeed@${'department.'.repeat(6)}acme.example`,
      letter: 'refused',
      said: `550 5.1.1 ${HOSTILE} nobody of that name lives here`,
      created_at: ago(9 * DAY_MS),
      expires_at: ago(2 * DAY_MS),
      state: 'expired',
    },
  ];
}

/** Members, invitations, payments and facts of a customer, for its own people. */
export function portalTeam(app: Hono, state: MockState, member: (c: Context) => Customer): void {
  const invitations = new Map<string, Invitation[]>();
  const shown = (id: string) =>
    state.members
      .filter(({ customerId }) => customerId === id)
      .map((one) => {
        const { name, email, id: userId } = found(state.users.find((u) => u.id === one.userId));
        const user = { id: userId, name, email };
        const of = { id: one.id, customer_id: id, role: one.role, user };
        return { ...of, created_at: ago(20 * DAY_MS), two_factor: false };
      });
  app.get('/memberships', (c) => page(c, shown(member(c).id)));
  app.get('/invitations', (c) => {
    const { id, name } = member(c);
    const known = invitations.get(id) ?? (name === 'Acme' ? invited() : []);
    invitations.set(id, known);
    return page(c, known);
  });
  app.get('/payments', (c) => {
    const { id } = member(c);
    const own = new Map(
      state.invoices.filter((one) => one.customer.id === id).map((one) => [one.id, one.number]),
    );
    const rows = state.payments.filter((one) => own.has(one.invoice_id));
    return page(
      c,
      rows.map((row) => ({ ...row, invoice_number: own.get(row.invoice_id) ?? '' })),
    );
  });
}

function sessions(): OwnSession[] {
  const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
  const one = { address: '203.0.113.7', expires_at: ago(-5 * DAY_MS) };
  return [
    {
      ...one,
      id: mint('ses'),
      current: true,
      user_agent: browser,
      created_at: ago(2 * DAY_MS),
      seen_at: ago(60_000),
    },
    {
      ...one,
      id: mint('ses'),
      current: false,
      user_agent: HOSTILE,
      created_at: ago(6 * DAY_MS),
      seen_at: ago(3 * DAY_MS),
    },
  ];
}

/** Where the caller is signed in, and their second factor. */
export function ownSignIns(app: Hono, state: MockState): void {
  const open = sessions();
  app.get('/portal/v1/me/sessions', (c) => {
    signedIn(c, state);
    return c.json({ data: open });
  });
  app.get('/portal/v1/me/two-factor', (c) => {
    signedIn(c, state);
    return c.json({ state: 'on', recovery_codes_left: 8 });
  });
}

/** What links of invitations lead to: `known` and `new` are open, all others are over. */
export function invitationLink(app: Hono, state: MockState): void {
  app.post('/portal/v1/invitations/look', async (c) => {
    const { token } = await c.req.json<{ token: string }>();
    if (token !== 'known' && token !== 'new') throw new Problem(410, 'gone');
    const email = token === 'known' ? 'ada@acme.example' : 'new@acme.example';
    const has_account = state.users.some((one) => one.email === email);
    const seen = { customer: { name: 'Umbrella' }, email, role: 'viewer', has_account };
    return c.json({ ...seen, invited_by: HOSTILE, expires_at: ago(-6 * DAY_MS) });
  });
}
