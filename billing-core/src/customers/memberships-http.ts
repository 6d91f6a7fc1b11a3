import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  membership,
  membershipPatch,
  newMembership,
  type Membership,
} from '../contract/customer.ts';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { listMemberships, type MembershipRow } from './membership-store.ts';
import { addMember, changeRole, removeMember } from './memberships.ts';
import { customerById } from './store.ts';

const tags = ['Customers'];
const customerId = z.object({ id: id('cus') });
const membershipId = z.object({ id: id('mem') });

/** A membership as admins and members see it. */
export const shownMembership = (row: MembershipRow): Membership => ({
  id: row.id,
  customer_id: row.customer_id,
  role: row.role,
  user: { id: row.user_id, name: row.user_name, email: row.user_email },
  two_factor: row.user_two_factor,
  created_at: row.created_at.toISOString(),
});

const list = createRoute({
  method: 'get',
  path: '/customers/{id}/memberships',
  tags,
  summary: 'List memberships',
  request: { params: customerId, query: pageQuery },
  responses: { 200: json(pageOf(membership)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/customers/{id}/memberships',
  tags,
  summary: 'Add a member',
  request: { params: customerId, ...jsonBody(newMembership) },
  responses: { 201: json(membership, 'Created'), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/memberships/{id}',
  tags,
  summary: 'Change the role of a member',
  request: { params: membershipId, ...jsonBody(membershipPatch) },
  responses: { 200: json(membership), ...PROBLEMS },
});

const remove = createRoute({
  method: 'delete',
  path: '/memberships/{id}',
  tags,
  summary: 'Remove a member',
  description: 'A customer keeps at least one owner.',
  request: { params: membershipId },
  responses: { 204: { description: 'Removed' }, ...PROBLEMS },
});

/** /v1/…/memberships: which user is what at which customer. */
export function membershipsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const customer = found(await customerById(c.var.query, c.req.valid('param').id), 'customer');
    const rows = await listMemberships(c.var.query, customer.id, page);
    return c.json(
      pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shownMembership }),
      200,
    );
  });
  app.openapi(create, async (c) => {
    const row = await addMember(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shownMembership(row), 201);
  });
  app.openapi(patch, async (c) => {
    const row = await changeRole(c.var, c.req.valid('param').id, c.req.valid('json').role);
    return c.json(shownMembership(row), 200);
  });
  app.openapi(remove, async (c) => {
    await removeMember(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  return app;
}
