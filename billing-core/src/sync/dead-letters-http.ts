import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { deadLetterResolution } from '../contract/gateway-state.ts';
import { text } from '../contract/field.ts';
import { audit } from '../kit/audit.ts';
import { appendChanges } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { nameWindows } from '../quotas/named-windows.ts';
import { addSettlements } from '../quotas/store.ts';
import { discardLetter, recordLetter } from '../usage/actions.ts';
import { letterContent, poisonOf } from '../usage/dead-letters.ts';
import { findBoot } from '../usage/store.ts';

const name = z.string().regex(/^[\w|.:-]{1,150}$/);
const params = z.object({
  gateway: name,
  boot: name,
  sequence: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});
const tags = ['Usage'];
const path = '/usage/dead-letters/{gateway}/{boot}/{sequence}';

const content = createRoute({
  method: 'get',
  path: `${path}/content`,
  tags,
  summary: 'The bytes of a dead letter',
  request: { params },
  responses: {
    200: {
      description: 'As they came',
      content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } },
    },
    ...PROBLEMS,
  },
});

const record = createRoute({
  method: 'post',
  path: `${path}/record`,
  tags,
  summary: 'Record a dead letter after all',
  description:
    'For a core that can read it by now. Its usage comes late, once, and counts against the ' +
    'quotas it was spent from.',
  request: { params },
  responses: { 200: json(deadLetterResolution), ...PROBLEMS },
});

const discard = createRoute({
  method: 'post',
  path: `${path}/discard`,
  tags,
  summary: 'Give a dead letter up',
  description: 'Its usage is lost then: it stays whole in its place, and a gap says so.',
  request: { params, ...jsonBody(z.strictObject({ note: text(500) })) },
  responses: { 200: json(deadLetterResolution), ...PROBLEMS },
});

/** /v1/usage/dead-letters/…: what becomes of a batch that could not be recorded. */
export function deadLettersHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(content, async (c) => {
    const bytes = found(await letterContent(c.var.query, c.req.valid('param')), 'dead letter');
    return c.body(new Uint8Array(bytes), 200, { 'content-type': 'application/octet-stream' });
  });
  app.openapi(record, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const key = c.req.valid('param');
    found(await findBoot(tx, key.gateway, key.boot), 'dead letter');
    const recorded = await recordLetter(tx, key, now).catch((error: unknown) => {
      const poison = poisonOf(error);
      throw poison === undefined ? error : new Fault('state_conflict', { detail: poison });
    });
    const spent = await nameWindows(tx, recorded, now);
    await addSettlements(tx, key, spent);
    const freed = spent.flatMap(({ window, repeated = 0 }) => (repeated > 0 ? window : []));
    const of = { actor, subjectId: key.boot, now, requestId, detail: key };
    await audit(tx, { ...of, action: 'dead_letter.record' });
    await appendChanges(tx, 'quota', [...new Set(freed)]);
    return c.json({ ...key, resolution: 'recorded' } as const, 200);
  });
  app.openapi(discard, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const key = c.req.valid('param');
    const { note } = c.req.valid('json');
    found(await findBoot(tx, key.gateway, key.boot), 'dead letter');
    await discardLetter(tx, key, note);
    const of = { actor, subjectId: key.boot, now, requestId, detail: { ...key, note } };
    await audit(tx, { ...of, action: 'dead_letter.discard' });
    return c.json({ ...key, resolution: 'discarded' } as const, 200);
  });
  return app;
}
