import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deskAnswer, deskQuestion, type DeskAnswer, type DeskQuestion } from './rate-desk.ts';

const PATH = '/desk/v1/shares';
const BODY_BYTES_MAX = 1024 * 1024;

/** What cores of one installation know and nobody else: they share the secret it is made of. */
export const deskSecret = (authSecret: string): string =>
  createHmac('sha256', authSecret).update('tollgate rate desk').digest('hex');

const isSame = (given: string, secret: string): boolean => {
  const [one, other] = [given, secret].map((text) =>
    createHmac('sha256', secret).update(text).digest(),
  );
  return timingSafeEqual(one as Buffer, other as Buffer);
};

export type DeskDoor = {
  secret: string;
  answer(question: DeskQuestion): Promise<DeskAnswer>;
};

/** Where other cores ask the desk, on the private port. */
export function deskHttp({ secret, answer }: DeskDoor): Hono {
  const app = new Hono();
  app.post(PATH, bodyLimit({ maxSize: BODY_BYTES_MAX }), async (c) => {
    const given = c.req.header('authorization') ?? '';
    if (!isSame(given, `Bearer ${secret}`)) return c.text('not one of us\n', 401);
    const question = deskQuestion.safeParse(await c.req.json().catch(() => null));
    if (!question.success) return c.text('not a question\n', 400);
    return c.json(await answer(question.data));
  });
  return app;
}

type Way = { address: string; secret: string; timeoutMs: number };

/** Asks the desk of another core. Throws when it does not answer in time. */
export async function askDesk(
  { address, secret, timeoutMs }: Way,
  question: DeskQuestion,
): Promise<DeskAnswer> {
  const response = await fetch(`${address}${PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the desk answered ${response.status}`);
  }
  return deskAnswer.parse(await response.json());
}
