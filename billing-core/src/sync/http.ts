import { Hono } from 'hono';
import { z } from 'zod';
import type { ChangesAnswer, RoutesSnapshot } from '../contract/facts.ts';
import { syncEnvelope } from '../contract/sync.ts';
import { lastChange, PrunedChanges } from '../kit/changes.ts';
import { HOLDER_CHARS_MAX } from '../contract/token-rule.ts';
import { Fault, found } from '../kit/fault.ts';
import type { Api, Kit } from '../kit/http.ts';
import type { Metrics } from '../kit/metrics.ts';
import { holderFact, keyFact } from '../keys/facts.ts';
import { activeRoutes } from '../routes/secrets.ts';
import { questionOf, type Rates } from '../quotas/rate-desk.ts';
import type { SyncMessage } from './actions.ts';
import { ChangeFeed } from './feed.ts';
import { withoutBadLines, type BadLine } from './lines.ts';
import { reportHttp } from './report-http.ts';
import { take } from './take.ts';

export const SYNC_BODY_BYTES_MAX = 9 * 1024 * 1024;
const WAIT_MS_MAX = 25_000;
const NEWLINE = 10;

type Read = SyncMessage & { bad: BadLine[] };

/**
 * Splits a sync body: an envelope of one line, a newline, then the batch's bytes. `bad`: lines of
 * the envelope that are not in the message.
 */
function messageOf(body: Uint8Array): Read {
  const end = body.indexOf(NEWLINE);
  const line = end === -1 ? body : body.subarray(0, end);
  const bytes = end === -1 ? new Uint8Array() : body.subarray(end + 1);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    throw new Fault('malformed_json', { detail: 'The envelope is not a line of JSON' });
  }
  const { json: rest, bad } = withoutBadLines(json);
  const envelope = syncEnvelope.safeParse(rest);
  if (!envelope.success) {
    const errors = envelope.error.issues.map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    throw new Fault('invalid_request', { errors });
  }
  return { envelope: envelope.data, bytes, bad };
}

const changesQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt),
  wait_ms: z.coerce.number().int().min(0).max(WAIT_MS_MAX).default(WAIT_MS_MAX),
});
const named = z.string().min(1).max(HOLDER_CHARS_MAX);
const holder = z.union([z.strictObject({ key: named }), z.strictObject({ customer: named })]);
const keyHash = z.string().regex(/^[0-9a-f]{64}$/);

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new Fault('invalid_request');
  return result.data;
}

/**
 * /internal/v1: what gateways say and ask. A sync is one transaction, opened here; the desk is
 * asked after it, because that may be a call to another core.
 */
export function syncHttp(
  { sql, clock, log, stopping, vault }: Kit,
  rates: Rates,
  metrics?: Pick<Metrics, 'badLines'>,
): Hono<Api> {
  const app = new Hono<Api>();
  const feed = new ChangeFeed(sql, log);

  app.post('/sync', async (c) => {
    const { bad, ...message } = messageOf(new Uint8Array(await c.req.arrayBuffer()));
    const { gateway, boot } = message.envelope;
    for (const line of bad) {
      metrics?.badLines.inc({ list: line.list });
      log.error({ gateway, boot, ...line }, 'a line of a sync cannot be read; the rest is taken');
    }
    const { isLate, isCopy, ...answer } = await take({ sql, clock, log }, message);
    const over = answer.boot_state !== 'live';
    // What a till said before is of the past: a desk that just took over must not believe it. Nor
    // do shares end with what a copy says: the process that holds them may live, until they expire.
    if (!isLate && !isCopy)
      Object.assign(answer, await rates.ask(questionOf(message.envelope, over)));
    const { batch, end } = message.envelope;
    if (answer.batch?.status === 'conflict' || answer.batch?.status === 'dead_letter') {
      log.error({ gateway, boot, sequence: batch?.sequence }, `batch is a ${answer.batch.status}`);
    }
    // The seal that ended the boot just now is answered 200; whatever comes after it, 410.
    const ended = answer.boot_state === 'sealed' || answer.boot_state === 'forfeited';
    return c.json(answer, ended && end === null ? 410 : 200);
  });

  app.route('/', reportHttp({ sql }));

  app.get('/routes', async (c) => {
    // The number first: a change between the two reads is then seen twice, never missed.
    const last = await lastChange(sql, 'facts');
    const snapshot: RoutesSnapshot = { last: String(last), routes: await activeRoutes(sql, vault) };
    return c.json(snapshot);
  });

  app.get('/keys/:hash', async (c) => {
    const fact = await keyFact(sql, parsed(keyHash, c.req.param('hash')), clock());
    return c.json(found(fact, 'key'));
  });

  app.get('/holders', async (c) => {
    const fact = await holderFact(sql, parsed(holder, c.req.query()), clock());
    return c.json(found(fact, 'key'));
  });

  app.get('/changes', async (c) => {
    const query = parsed(changesQuery, c.req.query());
    // A core that stops lets every waiting gateway go at once, or it would wait for them.
    const over = AbortSignal.any([c.req.raw.signal, stopping]);
    const changes = await feed.after(query.after, query.wait_ms, over).catch((error: unknown) => {
      if (!(error instanceof PrunedChanges)) throw error;
      throw new Fault('gone', { detail: 'Changes after that one are not kept: read all anew' });
    });
    const last = changes.at(-1)?.number ?? query.after;
    const answer: ChangesAnswer = {
      last: String(last),
      changes: changes.map((change) => ({
        number: String(change.number),
        kind: change.kind,
        id: change.subjectId,
      })),
    };
    return c.json(answer);
  });
  return app;
}
