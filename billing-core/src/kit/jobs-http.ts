import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { failedJob, failedJobDecision, jobKind } from '../contract/job.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { audit, type Doing } from './audit.ts';
import type { Sql } from './database.ts';
import { jobKinds, listFailed, lockFailed } from './dead-jobs.ts';
import { Fault, found } from './fault.ts';
import { api, json, PROBLEMS, type Api } from './http.ts';
import { openDeadLetters, type DeadLetters } from './jobs.ts';

const tags = ['Administration'];
const params = z.object({ job_id: z.uuid() });

const kinds = createRoute({
  method: 'get',
  path: '/jobs',
  tags,
  summary: 'List kinds of jobs',
  description: 'Work that is done apart from requests: what waits, what runs, what failed.',
  responses: { 200: json(z.object({ data: z.array(jobKind) })), ...PROBLEMS },
});
const failed = createRoute({
  method: 'get',
  path: '/failed-jobs',
  tags,
  summary: 'List failed jobs',
  description: 'Jobs that failed after all their tries, newest first.',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(failedJob)), ...PROBLEMS },
});
const retry = createRoute({
  method: 'post',
  path: '/failed-jobs/{job_id}/retry',
  tags,
  summary: 'Retry a failed job',
  description: 'It starts anew, with all its tries.',
  request: { params },
  responses: { 200: json(failedJobDecision), ...PROBLEMS },
});
const discard = createRoute({
  method: 'post',
  path: '/failed-jobs/{job_id}/discard',
  tags,
  summary: 'Discard a failed job',
  description: 'It is done no more; the audit trail keeps what it was.',
  request: { params },
  responses: { 200: json(failedJobDecision), ...PROBLEMS },
});

type Decision = z.infer<typeof failedJobDecision>['decision'];

async function decide(
  { tx, actor, now, requestId }: Doing,
  id: string,
  { decision, letters }: { decision: Decision; letters: DeadLetters },
) {
  const name = found(await lockFailed(tx, id), 'failed job');
  const moved = decision === 'retried' ? await letters.retry(tx, id) : true;
  if (!moved) throw new Fault('state_conflict', { detail: 'The same job is waiting already' });
  if (decision === 'discarded') await letters.discard(tx, id);
  const action = decision === 'retried' ? 'job.retry' : 'job.discard';
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail: { name } });
  return { id, name, decision };
}

/** /v1/jobs and /v1/failed-jobs: work apart from requests, and what became of it. */
export function jobsHttp(sql: Sql): OpenAPIHono<Api> {
  const app = api();
  const letters = openDeadLetters(sql);
  app.openapi(kinds, async (c) => c.json({ data: await jobKinds(c.var.query) }, 200));
  app.openapi(failed, async (c) =>
    c.json(await listFailed(c.var.query, c.req.valid('query')), 200),
  );
  app.openapi(retry, async (c) => {
    const { job_id: id } = c.req.valid('param');
    return c.json(await decide(c.var, id, { decision: 'retried', letters }), 200);
  });
  app.openapi(discard, async (c) => {
    const { job_id: id } = c.req.valid('param');
    return c.json(await decide(c.var, id, { decision: 'discarded', letters }), 200);
  });
  return app;
}
