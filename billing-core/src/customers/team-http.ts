import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { membership, membershipPatch } from '../contract/customer.ts';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { listMemberships, membershipById, type MembershipRow } from './membership-store.ts';
import { shownMembership } from './memberships-http.ts';
import { changeRole, removeMember } from './memberships.ts';
import { requireMay } from './model.ts';

const tags = ['Portal'];
const params = z.object({ membership_id: id('mem') });

const list = createRoute({
  method: 'get',
  path: '/memberships',
  tags,
  summary: 'List members',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(membership)), ...PROBLEMS },
});
const patch = createRoute({
  method: 'patch',
  path: '/memberships/{membership_id}',
  tags,
  summary: 'Change the role of a member',
  description: 'A customer keeps at least one owner.',
  request: { params, ...jsonBody(membershipPatch) },
  responses: { 200: json(membership), ...PROBLEMS },
});
const remove = createRoute({
  method: 'delete',
  path: '/memberships/{membership_id}',
  tags,
  summary: 'Remove a member, or leave',
  description: 'Everybody may leave, but for the last owner; owners remove others.',
  request: { params },
  responses: { 204: { description: 'Removed' }, ...PROBLEMS },
});

/** The member of this customer that the path names. Throws not_found for another's. */
async function theirs(c: ApiContext, membershipId: string): Promise<MembershipRow> {
  const row = await membershipById(c.var.tx, membershipId);
  return found(row?.customer_id === c.var.customer.id ? row : undefined, 'membership');
}

/** Under /portal/v1/customers/{customer_id}: who is a member, and as what. */
export function portalTeamHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listMemberships(c.var.query, c.var.customer.id, page);
    return c.json(
      pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shownMembership }),
      200,
    );
  });
  app.openapi(patch, async (c) => {
    requireMay(c.var.customer.role, 'members.write');
    const { id: membershipId } = await theirs(c, c.req.valid('param').membership_id);
    const row = await changeRole(c.var, membershipId, c.req.valid('json').role);
    return c.json(shownMembership(row), 200);
  });
  app.openapi(remove, async (c) => {
    const row = await theirs(c, c.req.valid('param').membership_id);
    if (row.user_id !== c.var.user.id) requireMay(c.var.customer.role, 'members.write');
    await removeMember(c.var, row.id);
    return c.body(null, 204);
  });
  return app;
}
