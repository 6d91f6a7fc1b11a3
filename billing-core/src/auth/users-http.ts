import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { email, newUser, user, USER_ROLES, userPatch, type User } from '../contract/user.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import type { SignIn } from './sign-in.ts';
import { listUsers, userById, type UserRow } from './user-store.ts';
import { changeUser, createUser, removeUser, resetSecondFactor } from './users.ts';

const tags = ['Administration'];
const userId = z.object({ id: id('usr') });
const usersQuery = pageQuery.extend({
  email: email().optional(),
  role: z.enum(USER_ROLES).optional(),
});

const shown = (row: UserRow): User => ({ ...row, created_at: row.created_at.toISOString() });

const list = createRoute({
  method: 'get',
  path: '/users',
  tags,
  summary: 'List users',
  request: { query: usersQuery },
  responses: { 200: json(pageOf(user)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/users',
  tags,
  summary: 'Create a user',
  request: jsonBody(newUser),
  responses: { 201: json(user, 'Created'), ...PROBLEMS },
});

const get = createRoute({
  method: 'get',
  path: '/users/{id}',
  tags,
  summary: 'Get a user',
  request: { params: userId },
  responses: { 200: json(user), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/users/{id}',
  tags,
  summary: 'Change a user',
  request: { params: userId, ...jsonBody(userPatch) },
  responses: { 200: json(user), ...PROBLEMS },
});

const remove = createRoute({
  method: 'delete',
  path: '/users/{id}',
  tags,
  summary: 'Delete a user',
  request: { params: userId },
  responses: { 204: { description: 'Deleted' }, ...PROBLEMS },
});

const resetFactor = createRoute({
  method: 'delete',
  path: '/users/{id}/two-factor',
  tags,
  summary: 'Take the second factor off a user',
  description:
    'For who has lost the app and the recovery codes: make sure first that it is they. They are ' +
    'told by a letter.',
  request: { params: userId },
  responses: { 204: { description: 'Taken off' }, ...PROBLEMS },
});

/** /v1/users: the people who can sign in. */
export function usersHttp(signIn: SignIn): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listUsers(c.var.query, page);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shown }), 200);
  });
  app.openapi(create, async (c) => {
    const row = await createUser(c.var, c.req.valid('json'), signIn);
    return c.json(shown(row), 201);
  });
  app.openapi(get, async (c) => {
    const row = await userById(c.var.query, c.req.valid('param').id);
    return c.json(shown(found(row, 'user')), 200);
  });
  app.openapi(patch, async (c) => {
    const row = await changeUser(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shown(row), 200);
  });
  app.openapi(remove, async (c) => {
    await removeUser(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  app.openapi(resetFactor, async (c) => {
    const { email: to } = await resetSecondFactor(c.var, c.req.valid('param').id);
    signIn.tell(to, 'two_factor_reset');
    return c.body(null, 204);
  });
  return app;
}
