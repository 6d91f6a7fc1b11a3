import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { DAY_MS } from './clock.ts';
import type { Sql } from './database.ts';
import type { Api } from './http.ts';
import { Fault } from './fault.ts';

export const IDEMPOTENCY_KEY_CHARS_MAX = 255;
const IV_BYTES = 12;
const TAG_BYTES = 16;

const digest = (...parts: string[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();

// An answer may hold a secret that is shown once. It is kept under a key made of the client's own
// Idempotency-Key, of which only a hash is stored: the table alone opens nothing.
const cipherKey = (key: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, 'tollgate', 'idempotency answer', 32));

function seal(key: string, answer: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', cipherKey(key), iv);
  const body = Buffer.concat([cipher.update(answer, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function unseal(key: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(key), sealed.subarray(0, IV_BYTES));
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const body = sealed.subarray(IV_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
}

/** Forgets answers that are older than a day: nobody repeats a request later than that. */
export async function forgetAnswers(sql: Sql, now: number): Promise<void> {
  await sql`delete from idempotency_keys where created_at < ${new Date(now - DAY_MS)}`;
}

/** The header's value: a quoted structured-field string or a bare one (Stripe's way). */
function keyOf(header: string): string {
  const bare = header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header;
  if (!/^[\x21-\x7e]+$/.test(bare) || bare.length > IDEMPOTENCY_KEY_CHARS_MAX) {
    throw new Fault('invalid_request', {
      errors: [{ path: 'Idempotency-Key', message: 'is not 1 to 255 visible ASCII characters' }],
    });
  }
  return bare;
}

/**
 * Idempotency-Key on a POST (draft-ietf-httpapi-idempotency-key-header-07): the answer is stored
 * in the transaction of the effect, so both exist or neither does. The same key and request gets
 * the first answer again; another request 422; one still in flight 409. Failures are not stored.
 */
export const idempotent: MiddlewareHandler<Api> = async (c, next) => {
  const header = c.req.header('idempotency-key');
  if (header === undefined || c.req.method !== 'POST') return next();
  const key = keyOf(header);
  const { tx } = c.var;
  const actor = c.get('actor');
  const keyHash = digest(actor.kind, actor.id, key);
  const body = Buffer.from(await c.req.arrayBuffer()).toString('base64');
  const fingerprint = digest(c.req.method, c.req.path, body);

  const [lock] = await tx<{ free: boolean }[]>`
    select pg_try_advisory_xact_lock(${keyHash.readBigInt64BE()}) as free`;
  if (!lock?.free) throw new Fault('idempotency_in_flight', { retryAfter: 1 });
  const [stored] = await tx<{ fingerprint: Buffer; status: number; answer: Buffer }[]>`
    select fingerprint, status, answer from idempotency_keys where key_hash = ${keyHash}`;
  if (stored) {
    if (!stored.fingerprint.equals(fingerprint)) throw new Fault('idempotency_key_reused');
    const headers = { 'content-type': 'application/json', 'idempotent-replayed': 'true' };
    return new Response(unseal(key, stored.answer), { status: stored.status, headers });
  }
  await next();
  if (c.error || c.res.status >= 400) return undefined;
  const answer = await c.res.clone().text();
  await tx`insert into idempotency_keys (key_hash, fingerprint, status, answer)
    values (${keyHash}, ${fingerprint}, ${c.res.status}, ${seal(key, answer)})`;
  return undefined;
};
