import type { Context } from 'hono';
import type { Env } from '../wire/pipeline.ts';
import type { World } from '../world/world.ts';
import { html, page } from './html.ts';
import type { Form } from './card-form.ts';

/** What pages act on. */
export interface Stage {
  world: World;
  /** Called after each change: due timers and deliveries. */
  settle: () => Promise<void>;
}

export const missing = (c: Context<Env>): Response | Promise<Response> =>
  c.html(page('Not found', html`<p>There is nothing here.</p>`), 404);

/** Out: the fields of a form that are text. */
export async function formOfRequest(c: Context<Env>): Promise<Form> {
  const body = await c.req.parseBody();
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
