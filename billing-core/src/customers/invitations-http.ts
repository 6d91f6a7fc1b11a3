import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { throttle } from '../auth/throttle.ts';
import { hasAccount } from '../auth/user-store.ts';
import { id } from '../contract/field.ts';
import {
  invitation,
  invitationAccepted,
  invitationLink,
  invitationSeen,
  newInvitation,
  type Invitation,
} from '../contract/invitation.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import type { Sql } from '../kit/database.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { timeOfId } from '../kit/id.ts';
import { pageFrom } from '../kit/page.ts';
import { listInvitations, type InvitationRow } from './invitation-store.ts';
import {
  acceptInvite,
  invitationOf,
  invite,
  inviteAgain,
  withdrawInvitation,
  type Inviting,
} from './invitations.ts';
import { requireMay } from './model.ts';

const tags = ['Portal'];
const params = z.object({ invitation_id: id('ivt') });

const list = createRoute({
  method: 'get',
  path: '/invitations',
  tags,
  summary: 'List invitations',
  description: 'Who was asked to become a member and has not answered.',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(invitation)), ...PROBLEMS },
});
const create = createRoute({
  method: 'post',
  path: '/invitations',
  tags,
  summary: 'Invite somebody',
  description: 'By a letter with a link that works once, for seven days, for this address alone.',
  request: jsonBody(newInvitation),
  responses: { 201: json(invitation, 'Created'), ...PROBLEMS },
});
const again = createRoute({
  method: 'post',
  path: '/invitations/{invitation_id}/send-again',
  tags,
  summary: 'Send an invitation again',
  description: 'With another link, for seven days from now; the one before opens nothing any more.',
  request: { params },
  responses: { 200: json(invitation), ...PROBLEMS },
});
const withdraw = createRoute({
  method: 'delete',
  path: '/invitations/{invitation_id}',
  tags,
  summary: 'Withdraw an invitation',
  request: { params },
  responses: { 204: { description: 'Withdrawn' }, ...PROBLEMS },
});

const letterOf = ({ sent_at, refused_at }: InvitationRow): Invitation['letter'] =>
  sent_at ? 'sent' : refused_at ? 'refused' : 'waiting';

/** As of `now` (ms). */
const shown = (row: InvitationRow, now: number): Invitation => ({
  id: row.id,
  email: row.email,
  role: row.role,
  state: row.expires_at.getTime() > now ? 'open' : 'expired',
  letter: letterOf(row),
  said: row.said,
  invited_by: row.inviter,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

const wallOf = (c: ApiContext): number => timeOfId(c.var.requestId);

/** Under /portal/v1/customers/{customer_id}: who was asked to join it. */
export function portalInvitationsHttp(inviting: Inviting): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listInvitations(c.var.query, c.var.customer.id, page);
    const item = (row: InvitationRow): Invitation => shown(row, wallOf(c));
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) => {
    requireMay(c.var.customer.role, 'members.write');
    const wanted = { ...c.req.valid('json'), ...inviting };
    return c.json(shown(await invite(c.var, c.var.customer.id, wanted), wallOf(c)), 201);
  });
  app.openapi(again, async (c) => {
    requireMay(c.var.customer.role, 'members.write');
    const wanted = { id: c.req.valid('param').invitation_id, ...inviting };
    return c.json(shown(await inviteAgain(c.var, c.var.customer.id, wanted), wallOf(c)), 200);
  });
  app.openapi(withdraw, async (c) => {
    requireMay(c.var.customer.role, 'members.write');
    await withdrawInvitation(c.var, c.var.customer.id, c.req.valid('param').invitation_id);
    return c.body(null, 204);
  });
  return app;
}

const look = createRoute({
  method: 'post',
  path: '/invitations/look',
  tags,
  summary: 'Read an invitation',
  description: 'For whoever holds its link: 404 where none was sent, 410 where it is over.',
  request: jsonBody(invitationLink),
  responses: { 200: json(invitationSeen), ...PROBLEMS },
});

/** /portal/v1/invitations/look, which needs no session. */
export function invitationLookHttp(sql: Sql): OpenAPIHono<Api> {
  const app = api();
  app.openapi(look, async (c) => {
    const { now, address = 'unknown' } = c.var;
    await throttle(sql, { what: 'invitation:client', who: address, now });
    const row = await invitationOf(sql, c.req.valid('json').token, now);
    const { email, role } = row;
    const seen = { customer: { name: row.customer_name }, email, role, invited_by: row.inviter };
    const has_account = await hasAccount(sql, email);
    return c.json({ ...seen, expires_at: row.expires_at.toISOString(), has_account }, 200);
  });
  return app;
}

const accept = createRoute({
  method: 'post',
  path: '/invitations/accept',
  tags,
  summary: 'Accept an invitation',
  description: 'For who is signed in with the address that it was sent to.',
  request: jsonBody(invitationLink),
  responses: { 200: json(invitationAccepted), ...PROBLEMS },
});

/** /portal/v1/invitations/accept: who is signed in becomes a member. */
export function invitationAcceptHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(accept, async (c) => {
    const row = await acceptInvite(c.var, c.req.valid('json').token, c.var.user);
    return c.json({ customer_id: row.customer_id }, 200);
  });
  return app;
}
