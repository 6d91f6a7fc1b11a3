import { Hono } from 'hono';
import { z } from 'zod';
import type { ChangesAnswer, RoutesSnapshot } from '../contract/facts.ts';
import { syncEnvelope } from '../contract/sync.ts';
import { lastChange } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import type { Api, Kit } from '../kit/http.ts';
import { keyFact } from '../keys/store.ts';
import { activeRoutes } from '../routes/secrets.ts';
import { questionOf, type Rates } from '../quotas/rate-desk.ts';
import { poisonOf } from '../usage/dead-letters.ts';
import { synchronise, type Synced, type SyncMessage } from './actions.ts';
import { ChangeFeed } from './feed.ts';

export const SYNC_BODY_BYTES_MAX = 9 * 1024 * 1024;
const WAIT_MS_MAX = 25_000;
const NEWLINE = 10;

/** Splits a sync body: an envelope of one line, a newline, then the batch's bytes. */
function messageOf(body: Uint8Array): SyncMessage {
  const end = body.indexOf(NEWLINE);
  const line = end === -1 ? body : body.subarray(0, end);
  const bytes = end === -1 ? new Uint8Array() : body.subarray(end + 1);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    throw new Fault('malformed_json', { detail: 'The envelope is not a line of JSON' });
  }
  const envelope = syncEnvelope.safeParse(json);
  if (!envelope.success) {
    const errors = envelope.error.issues.map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    throw new Fault('invalid_request', { errors });
  }
  return { envelope: envelope.data, bytes };
}

const changesQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt),
  wait_ms: z.coerce.number().int().min(0).max(WAIT_MS_MAX).default(WAIT_MS_MAX),
});
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
export function syncHttp({ sql, clock, log, stopping, vault }: Kit, rates: Rates): Hono<Api> {
  const app = new Hono<Api>();
  const feed = new ChangeFeed(sql, log);

  const once = (message: SyncMessage): Promise<Synced> =>
    sql.begin((tx) => synchronise(tx, message, clock())) as Promise<Synced>;

  /** A batch that the database would never have comes a second time, as a dead letter. */
  const apply = (message: SyncMessage): Promise<Synced> =>
    once(message).catch((error: unknown) => {
      const poison = message.envelope.batch === null ? undefined : poisonOf(error);
      if (poison === undefined) throw error;
      log.error({ err: error, sequence: message.envelope.batch?.sequence }, 'a batch is poison');
      return once({ ...message, poison });
    });

  app.post('/sync', async (c) => {
    const message = messageOf(new Uint8Array(await c.req.arrayBuffer()));
    const { isLate, ...answer } = await apply(message);
    const over = answer.boot_state !== 'live';
    // What a till said before is of the past: a desk that just took over must not believe it.
    if (!isLate) Object.assign(answer, await rates.ask(questionOf(message.envelope, over)));
    const { batch, end } = message.envelope;
    if (answer.batch?.status === 'conflict' || answer.batch?.status === 'dead_letter') {
      const { gateway, boot } = message.envelope;
      log.error({ gateway, boot, sequence: batch?.sequence }, `batch is a ${answer.batch.status}`);
    }
    // The seal that ended the boot just now is answered 200; whatever comes after it, 410.
    const ended = answer.boot_state === 'sealed' || answer.boot_state === 'forfeited';
    return c.json(answer, ended && end === null ? 410 : 200);
  });

  app.get('/routes', async (c) => {
    // The number first: a change between the two reads is then seen twice, never missed.
    const last = await lastChange(sql);
    const snapshot: RoutesSnapshot = { last: String(last), routes: await activeRoutes(sql, vault) };
    return c.json(snapshot);
  });

  app.get('/keys/:hash', async (c) => {
    const fact = await keyFact(sql, parsed(keyHash, c.req.param('hash')), clock());
    return c.json(found(fact, 'key'));
  });

  app.get('/changes', async (c) => {
    const query = parsed(changesQuery, c.req.query());
    // A core that stops lets every waiting gateway go at once, or it would wait for them.
    const over = AbortSignal.any([c.req.raw.signal, stopping]);
    const changes = await feed.after(query.after, query.wait_ms, over);
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
